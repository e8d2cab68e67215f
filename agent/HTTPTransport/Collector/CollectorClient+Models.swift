public import EdgeprofAPI
internal import FoundationEssentials

/// The routes about models' files.
extension CollectorClient {
    /// Seconds of no speed after which a file's transfer is given up.
    private static let stallSeconds = 60

    /// Every stored file: `GET /v1/models`.
    ///
    /// - Returns: files by name.
    /// - Throws: `CollectorError`.
    public func models() async throws(CollectorError) -> ModelList {
        try await fetch(.get, ["v1", "models"])
    }

    /// Stores a file: `PUT /v1/models/{sha256}?name=N` as an administrator.
    ///
    /// - Parameters:
    ///   - file: The file.
    ///   - sha256: Its SHA-256, which the collector checks.
    ///   - name: What its runs are to be called.
    /// - Returns: What is stored, under its first name where it was stored before.
    /// - Throws: `CollectorError`.
    public func pushModel(
        _ file: HTTPFileSource,
        sha256: String,
        name: String
    ) async throws(CollectorError) -> StoredModel {
        let answer = try await send(
            .put,
            ["v1", "models", sha256],
            query: [("name", name)],
            headers: [HTTPField(name: "Content-Type", value: "application/octet-stream")],
            streaming: HTTPStreaming(source: file),
            timeoutSeconds: 86_400,
            stallSeconds: Self.stallSeconds
        )
        guard let model = try? JSONDecoder().decode(StoredModel.self, from: Data(answer.body)) else {
            throw CollectorError(code: .unexpectedAnswer, message: "\(baseURL) does not say what it has stored")
        }
        return model
    }

    /// Fetches a stored file, or the rest of it: `GET /v1/models/{sha256}`.
    ///
    /// The rest is asked for on the condition that the file is the one that was begun; else the sink gets all of it, with
    /// status 200.
    ///
    /// - Parameters:
    ///   - sha256: The file.
    ///   - offset: Bytes that are there already.
    ///   - sink: Takes what comes.
    ///   - timeoutSeconds: For the whole exchange, whatever has come until then.
    /// - Returns: The answer without its body.
    /// - Throws: `CollectorError`: `notFound` when there is no such file, `refused(416)` when it has no more than `offset`.
    public func model(
        _ sha256: String,
        from offset: UInt64,
        into sink: any HTTPBodySink,
        timeoutSeconds: Double
    ) async throws(CollectorError) -> HTTPResponse {
        try await send(
            .get,
            ["v1", "models", sha256],
            headers: offset == 0
                ? []
                : [
                    HTTPField(name: "Range", value: "bytes=\(offset)-"),
                    HTTPField(name: "If-Range", value: "\"\(sha256)\""),
                ],
            streaming: HTTPStreaming(sink: sink),
            timeoutSeconds: timeoutSeconds,
            stallSeconds: Self.stallSeconds
        )
    }
}
