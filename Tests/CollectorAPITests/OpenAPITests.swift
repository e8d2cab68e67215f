import EdgeprofAPI
import Foundation
import Hummingbird
import HummingbirdTesting
import Testing
import Yams

@testable import CollectorAPI

/// The document at /openapi.json against the collector that serves it.
@Suite struct OpenAPITests {
    private func document() throws -> [String: Any] {
        try #require(JSONSerialization.jsonObject(with: Data(OpenAPIDocument.json.utf8)) as? [String: Any])
    }

    /// Operations by method and path, as in `GET /v1/runs/{id}`.
    private func operations() throws -> [String: [String: Any]] {
        var operations: [String: [String: Any]] = [:]
        for (path, item) in try #require(document()["paths"] as? [String: [String: Any]]) {
            for (method, operation) in item where method != "parameters" {
                operations["\(method.uppercased()) \(path)"] = try #require(operation as? [String: Any])
            }
        }
        return operations
    }

    @Test func whatIsServedIsWhatTheDocumentationHolds() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../..")
        let yaml = try String(contentsOf: root.appendingPathComponent("docs/openapi.yaml"), encoding: .utf8)
        let written = try #require(Yams.load(yaml: yaml) as? [String: Any])
        // Both go through JSON once more, where numbers are of one kind.
        let text = try JSONSerialization.data(withJSONObject: written)
        let same = try JSONSerialization.jsonObject(with: text) as? NSDictionary
        #expect(same == (try document() as NSDictionary), "run scripts/make-openapi.py")
    }

    @Test func everyRouteIsDescribedAndNoOther() async throws {
        let harness = try await Harness()
        let endpoints = harness.api.endpoints
        let routes = endpoints.map { endpoint in
            let path = endpoint.path.split(separator: "/").map { $0.hasPrefix(":") ? "{\($0.dropFirst())}" : "\($0)" }
            return "\(endpoint.method.rawValue) /\(path.joined(separator: "/"))"
        }
        let operations = try operations()
        #expect(Set(routes) == Set(operations.keys), "\(Set(routes).symmetricDifference(operations.keys).sorted())")
        #expect(Set(operations.values.compactMap { $0["operationId"] as? String }).count == routes.count)
        for (route, endpoint) in zip(routes, endpoints) {
            let operation = try #require(operations[route])
            let isOpen = (operation["security"] as? [Any])?.isEmpty == true
            let summary = try #require(operation["summary"] as? String)
            switch endpoint.access {
            case .everyone: #expect(isOpen, "\(route) needs no token")
            case .roles(let roles):
                #expect(!isOpen, "\(route) needs a token")
                // "… Roles viewer, admin." or "… Role agent, of this id."
                let words = summary.split(separator: "Role").last.map { $0.split { !$0.isLetter } } ?? []
                let named = TokenRole.allCases.filter { words.contains(Substring($0.rawValue)) }
                #expect(Set(named) == roles, "\(route): \(summary)")
            }
        }
    }

    @Test func everyReferenceLeadsSomewhere() throws {
        let document = try document()
        var seen = 0
        func visit(_ value: Any) throws {
            switch value {
            case let list as [Any]: for value in list { try visit(value) }
            case let object as [String: Any]:
                if let reference = object["$ref"] as? String {
                    seen += 1
                    var place: Any? = document
                    for part in reference.dropFirst(2).split(separator: "/") {
                        place = (place as? [String: Any])?[String(part)]
                    }
                    #expect(reference.hasPrefix("#/") && place != nil, "\(reference) leads nowhere")
                }
                for value in object.values { try visit(value) }
            default: break
            }
        }
        try visit(document)
        #expect(seen > 100)
    }

    @Test func itIsPublicAndUnchangedUntilTheProgramChanges() async throws {
        let harness = try await Harness()
        try await harness.requests { client in
            let first = try await client.send(.get, "/openapi.json")
            #expect(first.status == 200 && first.data == Data(OpenAPIDocument.json.utf8))
            let tag = try #require(first.response.headers[.eTag])
            let again = try await client.client.execute(
                uri: "/openapi.json",
                method: .get,
                headers: [.ifNoneMatch: tag],
                body: nil
            )
            #expect(again.status == .notModified)
        }
    }
}
