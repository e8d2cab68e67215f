import Foundation
import Hummingbird

/// The description of this API (docs/openapi.yaml), for whoever writes a client.
struct OpenAPIController: Sendable {
    var endpoints: [Endpoint] {
        [
            Endpoint(.get, "/openapi.json", .everyone) { request, _ in
                // It changes with the program alone.
                request.unlessUnchanged(version: Self.version, .json(encoded: Self.document))
            }
        ]
    }

    private static let document = Data(OpenAPIDocument.json.utf8)
    private static let version = Int64(document.reduce(UInt32(5381)) { $0 &* 33 &+ UInt32($1) })
}
