public import CollectorStore
import Crypto
public import EdgeprofAPI
import Foundation
import Hummingbird

/// Uploads that nobody finishes.
public enum AbandonedUploads {
    /// Uploads nothing was added to for so long are given up.
    private static let idleMilliseconds: Int64 = 3_600_000

    /// Deletes what broken uploads left, after an hour: another collector of the store may still add to them.
    ///
    /// - Parameters:
    ///   - store: Where they are.
    ///   - now: The time of day.
    /// - Throws: `StoreError`.
    public static func discard(in store: any Store, at now: Timestamp) async throws {
        let idleSince = now.millisecondsSinceEpoch - idleMilliseconds
        try await store.discardModelUploads(idleSince: Timestamp(millisecondsSinceEpoch: idleSince))
    }
}

/// Takes a model's file in, chunk by chunk: no more than two chunks of it are ever in memory.
struct ModelUpload: Sendable {
    let store: any Store
    let clock: @Sendable () -> Timestamp
    let limitBytes: UInt64

    /// Reads a request's body to its end and stores it where it is the file it should be.
    ///
    /// - Returns: What is stored, and whether it is new.
    /// - Throws: `HTTPProblem` 400, 409, 413, 415 or 422; nothing of the body is kept then.
    func receive(_ request: Request, sha256: String, name: String) async throws -> (model: StoredModel, isNew: Bool) {
        try checkHead(request)
        // Content that is there is read all the same: who sends something else under its hash should hear of it.
        let known = try await store.storedModel(sha256: sha256)
        var upload: String?
        if known == nil {
            try await AbandonedUploads.discard(in: store, at: clock())
            upload = try await store.beginModelUpload(at: clock())
        }
        do {
            let bytes = try await read(request, sha256, into: upload)
            if let known { return (known, false) }
            let model = StoredModel(sha256: sha256, name: name, bytes: bytes, pushedAt: clock())
            switch try await store.completeModelUpload(upload ?? "", as: model) {
            case .stored: return (model, true)
            case .known(let first):
                try await store.discardModelUpload(upload ?? "")
                return (first, false)
            case .gone: throw Self.gone
            }
        } catch {
            // In a task of its own: this one may be cancelled, because the client went away.
            if let upload { await Task { [store] in try? await store.discardModelUpload(upload) }.value }
            throw error
        }
    }

    private func checkHead(_ request: Request) throws {
        guard ["", "identity"].contains((request.headers[.contentEncoding] ?? "").lowercased()) else {
            throw HTTPProblem(.unsupportedMediaType, "send the file as it is, without Content-Encoding")
        }
        if let length = request.headers[.contentLength].flatMap({ UInt64($0) }), length > limitBytes { throw tooLarge }
    }

    /// Reads the body into an upload, or only reads it; the bytes it had.
    private func read(_ request: Request, _ sha256: String, into upload: String?) async throws -> UInt64 {
        var hash = SHA256()
        var bytes: UInt64 = 0
        var (chunk, number) = ([UInt8](), 0)
        chunk.reserveCapacity(StoredModelChunk.bytes)
        func store(_ chunk: [UInt8]) async throws {
            guard let upload else { return }
            guard try await self.store.appendModelChunk(chunk, number: number, to: upload, at: clock()) else {
                throw Self.gone
            }
            number += 1
        }
        var body = request.body.makeAsyncIterator()
        while var buffer = try await next(&body) {
            bytes += UInt64(buffer.readableBytes)
            guard bytes <= limitBytes else { throw tooLarge }
            hash.update(data: buffer.readableBytesView)
            while buffer.readableBytes > 0 {
                let count = min(buffer.readableBytes, StoredModelChunk.bytes - chunk.count)
                chunk += buffer.readBytes(length: count) ?? []
                guard chunk.count == StoredModelChunk.bytes else { continue }
                try await store(chunk)
                chunk.removeAll(keepingCapacity: true)
            }
        }
        try check(bytes, hash.finalize().map { String(format: "%02x", $0) }.joined(), sha256, request)
        if !chunk.isEmpty { try await store(chunk) }
        return bytes
    }

    private func next(_ body: inout RequestBody.AsyncIterator) async throws -> ByteBuffer? {
        do {
            return try await body.next()
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            throw HTTPProblem.malformed("the body ended early; push the file again")
        }
    }

    private func check(_ bytes: UInt64, _ actual: String, _ sha256: String, _ request: Request) throws {
        guard bytes > 0 else { throw HTTPProblem.invalid(["body: is empty; send the model's file"]) }
        if let told = request.headers[.contentLength].flatMap({ UInt64($0) }), told != bytes {
            throw HTTPProblem.malformed("the body has \(bytes) bytes, not the \(told) it should; push the file again")
        }
        guard actual == sha256 else {
            throw HTTPProblem.invalid([
                "body: its SHA-256 is \(actual), not that of the path; the file changed meanwhile, or was damaged on its "
                    + "way: push it again"
            ])
        }
    }

    private var tooLarge: HTTPProblem {
        HTTPProblem(
            .contentTooLarge,
            "a model's file may have \(limitBytes) bytes at most here; start the collector with a larger --model-limit"
        )
    }

    private static let gone = HTTPProblem(
        .conflict,
        "nothing came for so long that the upload was given up; push the file again"
    )
}
