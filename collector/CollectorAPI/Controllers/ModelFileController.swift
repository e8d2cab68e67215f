import CollectorStore
import EdgeprofAPI
import Hummingbird

/// Models' files: pushed by people, fetched by agents.
struct ModelFileController: Sendable {
    let store: any Store
    let uploads: ModelUpload

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, "/v1/models", .readers, respond: list),
            Endpoint(.put, "/v1/models/:sha256", .administrators, respond: push),
            Endpoint(.get, "/v1/models/:sha256", .roles([.agent, .viewer, .admin]), respond: fetch),
        ]
    }

    @Sendable private func list(_ request: Request, _ context: CollectorContext) async throws -> Response {
        _ = try QueryParameters(request.uri, known: [])
        return try request.unlessUnchanged(json: ModelList(models: try await store.storedModels()))
    }

    @Sendable private func push(_ request: Request, _ context: CollectorContext) async throws -> Response {
        let sha256 = try ModelController.sha256(context)
        let query = try QueryParameters(request.uri, known: ["name"])
        guard let name = query["name"] else {
            throw HTTPProblem.malformed("query parameter name is missing; it is what the model's runs will be called")
        }
        let problems = StoredModel.problems(ofName: name)
        guard problems.isEmpty else { throw HTTPProblem.invalid(problems.map { "name: \($0)" }) }
        let (model, isNew) = try await uploads.receive(request, sha256: sha256, name: name)
        return try .json(model, status: isNew ? .created : .ok)
    }

    @Sendable private func fetch(_ request: Request, _ context: CollectorContext) async throws -> Response {
        let sha256 = try ModelController.sha256(context)
        _ = try QueryParameters(request.uri, known: [])
        guard let model = try await store.storedModel(sha256: sha256) else {
            throw HTTPProblem(.notFound, "no file with this SHA-256 is stored; push it with `edgeprof models push`")
        }
        let etag = "\"\(sha256)\""
        // A range is for GET alone (RFC 9110, section 14.2).
        let wanted = RangeRequest(
            request.method == .get ? request.headers[.range] : nil,
            ifRange: request.headers[.ifRange],
            etag: etag,
            length: model.bytes
        )
        let range: Range<UInt64>
        switch wanted {
        case .whole: range = 0..<model.bytes
        case .part(let part): range = part
        case .unsatisfiable:
            throw HTTPProblem(
                .rangeNotSatisfiable,
                "the file has \(model.bytes) bytes",
                headers: [.contentRange: "bytes */\(model.bytes)"]
            )
        }
        var response = Response(
            status: .ok,
            headers: [
                .contentType: "application/octet-stream", .contentLength: "\(range.count)", .eTag: etag,
                .acceptRanges: "bytes",
            ],
            body: body(range, of: model)
        )
        if case .part = wanted {
            response.status = .partialContent
            response.headers[.contentRange] = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(model.bytes)"
        }
        return response
    }

    /// Bytes of a file, a chunk in memory at a time.
    private func body(_ range: Range<UInt64>, of model: StoredModel) -> ResponseBody {
        let size = UInt64(StoredModelChunk.bytes)
        return ResponseBody(contentLength: Int(range.count)) { [store] writer in
            var place = range.lowerBound
            while place < range.upperBound {
                let (number, offset) = place.quotientAndRemainder(dividingBy: size)
                let expected = min(size, model.bytes - number * size)
                guard let chunk = try await store.modelChunk(Int(number), ofModel: model.sha256),
                    chunk.count == Int(expected)
                else { throw StoreError(.corrupt, "a chunk of model \(model.sha256) is missing; restore a backup") }
                let end = min(expected, offset + (range.upperBound - place))
                try await writer.write(ByteBuffer(bytes: chunk[Int(offset)..<Int(end)]))
                place += end - offset
            }
            try await writer.finish(nil)
        }
    }
}

extension Store {
    /// Refuses a job that names files which are not stored.
    ///
    /// - Throws: `HTTPProblem` 422 that names them.
    func requireStored(_ models: [String]) async throws {
        var problems: [String] = []
        for sha256 in models where Run.ModelReference.isSHA256(sha256) {
            guard try await storedModel(sha256: sha256) == nil else { continue }
            problems.append("models: no file with SHA-256 \(sha256) is stored; push it with `edgeprof models push`")
        }
        guard problems.isEmpty else { throw HTTPProblem.invalid(problems) }
    }
}
