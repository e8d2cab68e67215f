import CollectorStore
import EdgeprofAPI
import Hummingbird

/// What is known of models beside their runs.
struct ModelController: Sendable {
    let store: any Store
    let clock: @Sendable () -> Timestamp

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, "/v1/models/:sha256/accuracy", .readers, respond: show),
            // It decides rankings as the price list does; an agent's token, on a box in the field, must not.
            Endpoint(.put, "/v1/models/:sha256/accuracy", .administrators, respond: replace),
        ]
    }

    @Sendable private func show(_ request: Request, _ context: CollectorContext) async throws -> Response {
        let sha256 = try Self.sha256(context)
        _ = try QueryParameters(request.uri, known: [])
        let accuracies = try await store.accuracies(ofModel: sha256)
        guard !accuracies.isEmpty else { throw HTTPProblem(.notFound, "no accuracy is stored of this model") }
        return try .json(ModelAccuracyList(accuracies: accuracies))
    }

    @Sendable private func replace(_ request: Request, _ context: CollectorContext) async throws -> Response {
        let sha256 = try Self.sha256(context)
        let accuracy = try await request.decodeJSON(ModelAccuracy.self, context)
        let problems = accuracy.problems()
        guard problems.isEmpty else { throw HTTPProblem.invalid(problems.map(\.description)) }
        try await store.replaceAccuracy(accuracy, ofModel: sha256, at: clock())
        return try .json(accuracy)
    }

    /// The hash in the path.
    static func sha256(_ context: CollectorContext) throws -> String {
        let sha256 = try context.parameters.require("sha256")
        guard Run.ModelReference.isSHA256(sha256) else {
            throw HTTPProblem.malformed("the model in the path must be 64 lower-case hexadecimal digits (SHA-256)")
        }
        return sha256
    }
}
