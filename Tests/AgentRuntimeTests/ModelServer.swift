import Crypto
import EdgeprofAPI
import Foundation
import HTTPTestServer
import HTTPTransport
import Logging
import Synchronization
import Uploader

@testable import AgentRuntime

/// Serves one model as the collector does, or as a test has it, to fetchers on a folder of their own.
final class ModelServer {
    /// What the server does with a request for the model.
    enum Manner: Sendable {
        /// As the collector does.
        case right
        /// Closes the connection after so many bytes of the body.
        case cut(Int)
        /// Sends this instead, whatever is asked.
        case other([UInt8])
        /// Sends all of it, whatever range is asked.
        case whole
        /// This.
        case reply(HTTPTestServer.Reply)
    }

    let content: [UInt8]
    let sha256: String
    let folder = FileManager.default.temporaryDirectory.appending(path: "edgeprof-models-\(UUID())").path
    let server: HTTPTestServer
    let log = LogLines()
    private let manners: Box

    private final class Box: Sendable {
        let next = Mutex<[Manner]>([])
    }

    /// Starts a server whose first requests are met with `manners` in turn, all others with the last.
    init(_ content: [UInt8], _ manners: Manner...) throws {
        self.content = content
        let sha256 = Self.sha256(content)
        self.sha256 = sha256
        let box = Box()
        box.next.withLock { $0 = manners }
        self.manners = box
        server = try HTTPTestServer { request in
            guard request.target == "/v1/models/\(sha256)" else { return .answer(404) }
            let manner = box.next.withLock { $0.count > 1 ? $0.removeFirst() : $0.first ?? .right }
            return Self.reply(to: request, content, sha256, manner)
        }
    }

    deinit {
        server.stop()
        try? FileManager.default.removeItem(atPath: folder)
    }

    static func sha256(_ bytes: [UInt8]) -> String {
        SHA256.hash(data: bytes).map { String(format: "%02x", $0) }.joined()
    }

    func behave(_ manners: Manner...) { self.manners.next.withLock { $0 = manners } }

    /// A fetcher on the folder, as after a restart.
    func fetcher(limit: UInt64 = 1 << 30) throws -> ModelFetcher {
        try fetcher(in: ModelCache(folder: folder, limitBytes: limit))
    }

    func fetcher(in cache: ModelCache) throws -> ModelFetcher {
        let logger = Logger(label: "test") { [log] _ in log }
        return ModelFetcher(
            client: try CollectorClient(
                baseURL: server.url,
                transport: HTTPTransport(userAgent: "edgeprof-test/1")
            ) { nil },
            cache: cache,
            connection: ConnectionLog(logger: logger),
            backoff: Backoff(base: .milliseconds(1), cap: .milliseconds(2)),
            logger: logger
        )
    }

    var order: MeasurementOrder { Self.order(sha256) }

    static func order(_ sha256: String?) -> MeasurementOrder {
        let assignment = Assignment(
            id: "a",
            jobId: "j",
            model: "mine",
            modelSha256: sha256,
            settings: JobSettings()
        )
        return MeasurementOrder(assignment, on: Rig.host)
    }

    /// Names and lengths of the folder's files.
    var files: [String: Int] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return Dictionary(
            uniqueKeysWithValues: names.map { name in
                (name, FileManager.default.contents(atPath: folder + "/" + name)?.count ?? -1)
            }
        )
    }

    private static func reply(
        to request: HTTPTestServer.Request,
        _ content: [UInt8],
        _ sha256: String,
        _ manner: Manner
    ) -> HTTPTestServer.Reply {
        let first = (request.headers["range"]?.dropFirst("bytes=".count).dropLast()).flatMap { Int($0) } ?? 0
        let isPart = first > 0 && request.headers["if-range"] == "\"\(sha256)\""
        var body = isPart ? Array(content.dropFirst(first)) : content
        var head = isPart ? "HTTP/1.1 206 Partial Content\r\n" : "HTTP/1.1 200 OK\r\n"
        if isPart { head += "Content-Range: bytes \(first)-\(content.count - 1)/\(content.count)\r\n" }
        if isPart, first >= content.count { return .answer(416) }
        let length = body.count
        switch manner {
        case .right: break
        case .cut(let count): body = Array(body.prefix(count))
        case .other(let other): return .answer(200, body: other)
        case .whole: return .answer(200, body: content)
        case .reply(let reply): return reply
        }
        return .raw(Array("\(head)Content-Length: \(length)\r\n\r\n".utf8) + body)
    }
}
