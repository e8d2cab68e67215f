import CollectorStore
import Crypto
import EdgeprofAPI
import Foundation
import Glibc
import Hummingbird
import HummingbirdTesting
import Testing

@testable import CollectorAPI

/// Models' files over real connections, in a real store.
@Suite struct ModelFileTests {
    /// Two chunks and a half.
    static let content = Data((0..<(StoredModelChunk.bytes * 5 / 2)).map { UInt8(truncatingIfNeeded: ($0 &* 7) >> 3) })

    static func sha256(_ content: Data) -> String {
        SHA256.hash(data: content).map { String(format: "%02x", $0) }.joined()
    }

    private struct Sender {
        let client: any TestClientProtocol
        let token: String

        func send(
            _ method: HTTPRequest.Method,
            _ path: String,
            body: Data? = nil,
            headers more: HTTPFields = [:],
            as other: String? = nil
        ) async throws -> Answer {
            var headers = more
            headers[.authorization] = "Bearer \(other ?? token)"
            let buffer = body.map { ByteBuffer(bytes: $0) }
            return Answer(
                response: try await client.execute(uri: path, method: method, headers: headers, body: buffer)
            )
        }
    }

    private func served<Value>(
        _ harness: Harness,
        _ body: @Sendable (Sender) async throws -> Value
    ) async throws -> Value {
        try await harness.application().test(.live) { try await body(Sender(client: $0, token: harness.admin.text)) }
    }

    @Test func aFileIsPushedListedAndFetched() async throws {
        let harness = try await Harness()
        let agent = try await harness.enroll()
        let sha256 = Self.sha256(Self.content)
        try await served(harness) { sender in
            let pushed = try await sender.send(.put, "/v1/models/\(sha256)?name=my%20net", body: Self.content)
            #expect(pushed.status == 201)
            let model: StoredModel = try pushed.decode()
            let expected = StoredModel(
                sha256: sha256,
                name: "my net",
                bytes: UInt64(Self.content.count),
                pushedAt: Harness.start
            )
            #expect(model == expected)
            harness.advance(seconds: 60)
            let again = try await sender.send(.put, "/v1/models/\(sha256)?name=other", body: Self.content)
            #expect(again.status == 200)
            #expect(try again.decode(StoredModel.self) == expected)
            let list = try await sender.send(.get, "/v1/models", as: harness.viewer.text)
            #expect(try list.decode(ModelList.self).models == [expected])
            for token in [harness.viewer.text, agent.token] {
                let whole = try await sender.send(.get, "/v1/models/\(sha256)", as: token)
                #expect(whole.status == 200 && whole.data == Self.content)
                #expect(whole.response.headers[.eTag] == "\"\(sha256)\"")
                #expect(whole.response.headers[.acceptRanges] == "bytes")
            }
            let head = try await sender.send(.head, "/v1/models/\(sha256)", headers: [.range: "bytes=0-1"])
            #expect(head.status == 200 && head.data.isEmpty)
            #expect(head.response.headers[.contentLength] == "\(Self.content.count)")
        }
    }

    static let parts: [(String, Range<Int>)] = [
        ("bytes=0-0", 0..<1), ("bytes=1048575-1048576", 1_048_575..<1_048_577), ("bytes=5-", 5..<2_621_440),
        ("bytes=1048576-2097151", 1_048_576..<2_097_152), ("bytes=-7", 2_621_433..<2_621_440),
    ]

    @Test func partsAreFetched() async throws {
        let harness = try await Harness()
        let path = "/v1/models/" + Self.sha256(Self.content)
        try await served(harness) { sender in
            _ = try await sender.send(.put, path + "?name=n", body: Self.content)
            for (range, bytes) in Self.parts {
                let answer = try await sender.send(.get, path, headers: [.range: range])
                #expect(answer.status == 206 && answer.data == Self.content[bytes])
                let place = "bytes \(bytes.lowerBound)-\(bytes.upperBound - 1)/\(Self.content.count)"
                #expect(answer.response.headers[.contentRange] == place)
                let changed = try await sender.send(.get, path, headers: [.range: range, .ifRange: "\"another\""])
                #expect(changed.status == 200 && changed.data.count == Self.content.count)
            }
            let beyond = try await sender.send(.get, path, headers: [.range: "bytes=2621440-"])
            #expect(beyond.status == 416 && beyond.response.headers[.contentRange] == "bytes */2621440")
        }
    }

    static let refusals: [(path: String, body: Data, headers: HTTPFields, status: Int, words: String)] = [
        ("/v1/models/\(sha256(content))?name=n", content.dropLast(), [:], 422, "SHA-256"),
        ("/v1/models/\(sha256(Data()))?name=n", Data(), [:], 422, "empty"),
        ("/v1/models/\(sha256(content))", content, [:], 400, "name"),
        ("/v1/models/\(sha256(content))?nam=n", content, [:], 400, "unknown query"),
        ("/v1/models/\(sha256(content))?name=\(sha256(content))", content, [:], 422, "name"),
        ("/v1/models/\(sha256(content))?name=a%1b", content, [:], 422, "control"),
        ("/v1/models/\(sha256(content))?name=\(String(repeating: "n", count: 201))", content, [:], 422, "200"),
        ("/v1/models/\(sha256(content).uppercased())?name=n", content, [:], 400, "SHA-256"),
        ("/v1/models/abc?name=n", content, [:], 400, "SHA-256"),
        ("/v1/models/\(sha256(content))?name=n", content, [.contentEncoding: "gzip"], 415, "Content-Encoding"),
        ("/v1/models/\(sha256(Data(count: 4 << 20)))?name=n", Data(count: 4 << 20), [:], 413, "--model-limit"),
    ]

    @Test(arguments: refusals.indices)
    func whatIsWrongIsNotKept(index: Int) async throws {
        let (path, body, headers, status, words) = Self.refusals[index]
        let harness = try await Harness(modelLimitBytes: 3 << 20)
        try await served(harness) { sender in
            let answer = try await sender.send(.put, path, body: body, headers: headers)
            #expect(answer.status == status)
            #expect(try answer.problem().detail?.contains(words) == true)
            #expect(try await sender.send(.get, "/v1/models").decode(ModelList.self).models.isEmpty)
        }
        #expect(try await harness.store.modelRowCount() == 0)
    }

    @Test func onlyThoseWhoMayDo() async throws {
        let harness = try await Harness()
        let agent = try await harness.enroll()
        let enrollment = TokenSecret(role: .enrollment)
        _ = try await harness.store.createToken(
            NewToken(hash: enrollment.hash, role: .enrollment),
            at: Harness.start
        )
        let path = "/v1/models/" + Self.sha256(Self.content)
        try await served(harness) { sender in
            for token in [harness.viewer.text, agent.token, enrollment.text] {
                let answer = try await sender.send(.put, path + "?name=n", body: Data([1]), as: token)
                #expect(answer.status == 403)
            }
            #expect(try await sender.send(.get, path, as: enrollment.text).status == 403)
            #expect(try await sender.send(.get, "/v1/models", as: agent.token).status == 403)
            let missing = try await sender.send(.get, path, as: agent.token)
            #expect(try missing.status == 404 && missing.problem().detail?.contains("models push") == true)
        }
    }

    @Test func whatABrokenConnectionLeavesGoes() async throws {
        let harness = try await Harness()
        let path = "/v1/models/\(Self.sha256(Self.content))?name=n"
        try await harness.application().test(.live) { client in
            let port = try #require(client.port)
            let head = "PUT \(path) HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(harness.admin.text)\r\n"
            let framings = [
                "Content-Length: \(Self.content.count)\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n250000\r\n",
            ]
            for framing in framings {
                let connection = try Socket(port: port)
                connection.send(Data((head + framing).utf8) + Self.content.prefix(2 << 20))
                var isBegun = false
                for _ in 0..<500 where !isBegun {
                    isBegun = try await harness.store.modelRowCount() > 1
                    try await Task.sleep(for: .milliseconds(10))
                }
                #expect(isBegun)
                let client = Sender(client: client, token: harness.admin.text)
                #expect(try await client.send(.get, "/v1/models").decode(ModelList.self).models.isEmpty)
                connection.close()
                var count = -1
                for _ in 0..<500 where count != 0 {
                    count = try await harness.store.modelRowCount()
                    try await Task.sleep(for: .milliseconds(10))
                }
                #expect(count == 0)
            }
        }
    }

    @Test func uploadsOfACollectorThatDiedGo() async throws {
        let harness = try await Harness()
        let upload = try await harness.store.beginModelUpload(at: Harness.start)
        #expect(try await harness.store.appendModelChunk([1], number: 0, to: upload, at: Harness.start))
        harness.advance(seconds: 3500)
        try await served(harness) { sender in
            let other = Data([1, 2, 3])
            let path = "/v1/models/" + Self.sha256(other)
            _ = try await sender.send(.put, path + "?name=n", body: other)
            #expect(try await harness.store.appendModelChunk([1], number: 1, to: upload, at: Harness.start))
            harness.advance(seconds: 200)
            let more = Data([1, 2])
            _ = try await sender.send(.put, "/v1/models/\(Self.sha256(more))?name=n", body: more)
            let isAlive = try await harness.store.appendModelChunk([1], number: 2, to: upload, at: Harness.start)
            #expect(!isAlive)
            // A model and a chunk each.
            #expect(try await harness.store.modelRowCount() == 4)
        }
    }

    @Test func jobsNameFilesByHash() async throws {
        let harness = try await Harness()
        let agent = try await harness.enroll()
        let sha256 = Self.sha256(Self.content)
        try await served(harness) { sender in
            var request = JobRequest.sample
            request.models = ["resnet18", sha256]
            let body = try JSONEncoder().encode(request)
            let json: HTTPFields = [.contentType: "application/json"]
            let unknown = try await sender.send(.post, "/v1/jobs", body: body, headers: json)
            #expect(unknown.status == 422)
            #expect(try unknown.problem().detail?.contains(sha256) == true)
            _ = try await sender.send(.put, "/v1/models/\(sha256)?name=mine", body: Self.content)
            #expect(try await sender.send(.post, "/v1/jobs", body: body, headers: json).status == 201)
            let path = "/v1/agents/\(agent.id)/jobs"
            let work = try await sender.send(.get, path, as: agent.token).decode(AssignmentList.self).assignments
            #expect(work.map(\.model) == ["resnet18", "mine"])
            #expect(work.map(\.modelSha256) == [nil, sha256])
            // The file is what was asked for; its name may be anything.
            var run = Run.sample(agentId: agent.id, assignment: work[1], model: "mine")
            let upload = { (run: Run) in
                let body = try JSONEncoder().encode(RunBatch(runs: [run]))
                return try await sender.send(.post, "/v1/runs", body: body, headers: json, as: agent.token)
                    .decode(RunBatchResult.self).results.map(\.status)
            }
            run.model.sha256 = sha256
            #expect(try await upload(run) == [.stored])
            var other = Run.sample(agentId: agent.id, assignment: work[1], model: "mine")
            other.model.sha256 = String(repeating: "e", count: 64)
            #expect(try await upload(other) == [.rejected])
        }
    }
}

/// A connection that is closed when a test says so.
private final class Socket {
    private let descriptor: Int32

    init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeBytes(of: &address) { bytes in
            guard let pointer = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self) else { return Int32(-1) }
            return connect(descriptor, pointer, length)
        }
        guard result == 0 else { throw POSIXError(.ECONNREFUSED) }
    }

    func send(_ data: Data) {
        var rest = [UInt8](data)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    func close() { Glibc.close(descriptor) }
}
