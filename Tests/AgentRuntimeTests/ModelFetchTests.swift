import EdgeprofAPI
import Foundation
import HTTPTestServer
import HTTPTransport
import Testing

@testable import AgentRuntime

/// Fetching over real connections that break, lie and go on for ever.
@Suite struct ModelFetchTests {
    private static func content(_ count: Int, seed: Int = 1) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: ($0 &* 31 &+ seed) >> 1) }
    }

    /// Tries until the collector can be asked.
    private func supply(_ order: inout MeasurementOrder, _ fetcher: ModelFetcher) async throws -> String? {
        for _ in 0..<10 {
            do { return try await fetcher.supply(&order) } catch is CollectorError {}
        }
        return try await fetcher.supply(&order)
    }

    @Test func aModelIsFetchedOnceAndVerified() async throws {
        let server = try ModelServer(Self.content(300_000))
        let fetcher = try server.fetcher()
        var order = server.order
        #expect(try await fetcher.supply(&order) == nil)
        let path = try #require(order.modelPath)
        #expect(FileManager.default.contents(atPath: path).map { [UInt8]($0) } == server.content)
        #expect(path == "\(server.folder)/\(server.sha256).onnx" && server.files.count == 1)
        var again = server.order
        #expect(try await fetcher.supply(&again) == nil)
        #expect(again.modelPath == path && server.server.requests.count == 1)
        let mode = try FileManager.default.attributesOfItem(atPath: server.folder)[.posixPermissions] as? Int
        #expect(mode == 0o700)
    }

    @Test func twoAssignmentsAtOnceFetchOnce() async throws {
        let server = try ModelServer(Self.content(50_000))
        let fetcher = try server.fetcher()
        try await withThrowingTaskGroup(of: String?.self) { group in
            for _ in 0..<4 {
                group.addTask { [order = server.order] in
                    var order = order
                    return try await fetcher.supply(&order) ?? order.modelPath
                }
            }
            for try await path in group { #expect(path?.hasSuffix("\(server.sha256).onnx") == true) }
        }
        #expect(server.server.requests.count == 1)
    }

    @Test func zooModelsNeedNoFile() async throws {
        let server = try ModelServer([1])
        var order = ModelServer.order(nil)
        #expect(try await server.fetcher().supply(&order) == nil && order.modelPath == nil)
        #expect(server.server.requests.isEmpty)
    }

    @Test(arguments: [false, true])
    func aBrokenTransferGoesOnAtEveryPlace(restarted: Bool) async throws {
        let content = Self.content(200)
        for cut in content.indices {
            let server = try ModelServer(content, .cut(cut), .right)
            var fetcher = try server.fetcher()
            var order = server.order
            await #expect(throws: CollectorError.self) { try await fetcher.supply(&order) }
            #expect(server.files == ["\(server.sha256).onnx.part": cut])
            if restarted { fetcher = try server.fetcher() }
            #expect(try await fetcher.supply(&order) == nil)
            let path = try #require(order.modelPath)
            #expect(FileManager.default.contents(atPath: path).map { [UInt8]($0) } == content)
            let requests = server.server.requests
            #expect(requests.count == 2)
            #expect(requests.last?.headers["range"] == (cut == 0 ? nil : "bytes=\(cut)-"))
            #expect(requests.last?.headers["if-range"] == (cut == 0 ? nil : "\"\(server.sha256)\""))
        }
    }

    @Test func aTransferThatComesOnGoesOnByItself() async throws {
        let server = try ModelServer(Self.content(1_000_000), .cut(200_000), .cut(200_000), .cut(200_000), .right)
        var order = server.order
        #expect(try await server.fetcher().supply(&order) == nil)
        #expect(server.server.requests.count == 4 && server.files.values.sorted() == [1_000_000])
    }

    @Test func aWholePartNeedsNoRequest() async throws {
        let server = try ModelServer(Self.content(10_000))
        try FileManager.default.createDirectory(atPath: server.folder, withIntermediateDirectories: false)
        let part = "\(server.folder)/\(server.sha256).onnx.part"
        try Data(server.content).write(to: URL(fileURLWithPath: part))
        var order = server.order
        #expect(try await server.fetcher().supply(&order) == nil && order.modelPath != nil)
        #expect(server.server.requests.isEmpty)
    }

    @Test(arguments: [
        ModelServer.Manner.right, .whole,
    ])
    func aPartOfSomethingElseIsFetchedAnew(manner: ModelServer.Manner) async throws {
        let server = try ModelServer(Self.content(10_000), manner)
        try FileManager.default.createDirectory(atPath: server.folder, withIntermediateDirectories: false)
        for garbage in [[UInt8](repeating: 9, count: 4000), [UInt8](repeating: 9, count: 20_000)] {
            let part = "\(server.folder)/\(server.sha256).onnx.part"
            try Data(garbage).write(to: URL(fileURLWithPath: part))
            var order = server.order
            #expect(try await server.fetcher().supply(&order) == nil)
            #expect(server.files == ["\(server.sha256).onnx": 10_000])
            try FileManager.default.removeItem(atPath: "\(server.folder)/\(server.sha256).onnx")
        }
    }

    @Test func wrongContentIsFetchedAnewOnceThenRefused() async throws {
        let server = try ModelServer(Self.content(10_000), .other(Self.content(10_000, seed: 5)))
        let fetcher = try server.fetcher()
        var order = server.order
        let reason = try #require(try await fetcher.supply(&order))
        #expect(reason.contains("another SHA-256, twice") && order.modelPath == nil)
        #expect(server.server.requests.count == 2 && server.files.isEmpty)
        // A later job is not held to it.
        server.behave(.other([1, 2, 3]), .right)
        #expect(try await fetcher.supply(&order) == nil)
        #expect(server.server.requests.count == 4)
    }

    static let refusals: [(ModelServer.Manner, String)] = [
        (.reply(problem(404)), "push it again"), (.reply(problem(403)), ""), (.reply(problem(451)), "451"),
        // Not the collector's word.
        (.reply(.answer(404)), ""), (.reply(.answer(451)), ""),
        (.reply(.raw(Array("HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\nx".utf8))), "model-cache-limit"),
        (.reply(.raw(Array("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\nx".utf8))), "twice"),
        (.reply(.raw(chunked(megabytes: 3))), "model-cache-limit"),
    ]

    private static func problem(_ status: Int) -> HTTPTestServer.Reply {
        .json(status, #"{"status":\#(status),"title":"No"}"#, type: "application/problem+json")
    }

    private static func chunked(megabytes: Int) -> [UInt8] {
        Array("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".utf8)
            + (0..<megabytes).flatMap { _ in
                Array("100000\r\n".utf8) + [UInt8](repeating: 7, count: 1 << 20) + Array("\r\n".utf8)
            }
    }

    @Test(arguments: refusals.indices)
    func whatCannotBeHadIsRefusedAndTakesNoRoom(index: Int) async throws {
        let (manner, words) = Self.refusals[index]
        let server = try ModelServer(Self.content(1000), manner)
        let fetcher = try server.fetcher(limit: 1 << 20)
        var order = server.order
        do {
            let reason = try await fetcher.supply(&order)
            #expect(reason?.contains(words) == true, "\(reason ?? "-")")
        } catch let error as CollectorError {
            // Not the model's doing: the agent asks again later.
            #expect(words.isEmpty, "\(error)")
        }
        #expect(order.modelPath == nil)
        #expect(server.files.values.allSatisfy { $0 <= 1 << 20 })
        if !words.isEmpty { #expect(server.files.isEmpty) }
    }

    @Test func aLoginPageIsNoModelAndTakesNothingAway() async throws {
        let page = HTTPTestServer.Reply.json(200, "<html>log in</html>", type: "text/html; charset=utf-8")
        let server = try ModelServer(Self.content(100_000), .cut(70_000), .reply(page), .reply(page), .right)
        let fetcher = try server.fetcher()
        var order = server.order
        for _ in 0..<2 {
            let trouble = await #expect(throws: ModelTrouble.self) { try await fetcher.supply(&order) }
            #expect(trouble?.kind == .stranger && trouble?.description.contains("login") == true)
            #expect(server.files == ["\(server.sha256).onnx.part": 70_000])
        }
        #expect(try await fetcher.supply(&order) == nil)
        #expect(server.files == ["\(server.sha256).onnx": 100_000])
        #expect(server.server.requests.last?.headers["range"] == "bytes=70000-")
    }

    @Test(arguments: ["", "../../etc/passwd", "ABC", String(repeating: "A", count: 64)])
    func aNameThatIsNoHashIsRefused(sha256: String) async throws {
        let server = try ModelServer([1])
        var order = ModelServer.order(sha256)
        #expect(try await server.fetcher().supply(&order)?.contains("SHA-256") == true)
        #expect(server.server.requests.isEmpty && server.files.isEmpty)
        let run = order.refused(because: "a\nb")
        #expect(run.outcome == .refused && run.outcomeReason == "a b" && run.model.sha256.isEmpty)
    }

    @Test(arguments: [500, 503, 429, 401])
    func aCollectorInTroubleIsAskedAgain(status: Int) async throws {
        let server = try ModelServer(Self.content(1000), .reply(.answer(status)), .right)
        let fetcher = try server.fetcher()
        var order = server.order
        let error = await #expect(throws: CollectorError.self) { try await fetcher.supply(&order) }
        #expect(fetcher.wait(after: try #require(error)) < .seconds(1))
        #expect(try await fetcher.supply(&order) == nil)
    }

    @Test func whatWasUnusedForLongestGoesFirst() async throws {
        // 12 kB in whole blocks each: two fit.
        let contents = (0..<3).map { Self.content(10_000, seed: 10 + $0) }
        let servers = try contents.map { try ModelServer($0) }
        let folder = servers[0].folder
        func fetch(_ server: ModelServer) async throws {
            let cache = ModelCache(folder: folder, limitBytes: 30_000)
            var order = server.order
            let own = try server.fetcher(in: cache)
            #expect(try await own.supply(&order) == nil)
            // The file system's clock ticks in milliseconds.
            try await Task.sleep(for: .milliseconds(20))
        }
        try await fetch(servers[0])
        try await fetch(servers[1])
        try await fetch(servers[0])
        #expect(servers[0].server.requests.count == 1)
        try await fetch(servers[2])
        #expect(Set(servers[0].files.keys) == ["\(servers[0].sha256).onnx", "\(servers[2].sha256).onnx"])
        // A lower limit holds from the start.
        _ = try servers[0].fetcher(limit: 15_000)
        #expect(Set(servers[0].files.keys) == ["\(servers[2].sha256).onnx"])
    }

    @Test func aModelThatFitsNoDiskCostsNoOtherItsPlace() async throws {
        let server = try ModelServer(Self.content(1000))
        var order = server.order
        #expect(try await server.fetcher().supply(&order) == nil)
        let cache = ModelCache(folder: server.folder, limitBytes: .max)
        let trouble = #expect(throws: ModelTrouble.self) {
            try cache.makeRoom(for: 1 << 62, of: String(repeating: "d", count: 64))
        }
        #expect(trouble?.kind == .refused && trouble?.description.contains("no room") == true)
        #expect(server.files == ["\(server.sha256).onnx": 1000])
    }

    static let ranges: [(String, ClosedRange<UInt64>?)] = [
        ("bytes 0-9/10", 0...9), ("bytes 5-9/*", 5...9), ("BYTES 5-5/10", 5...5), ("", nil), ("bytes", nil),
        ("bytes 9-5/10", nil), ("bytes */10", nil), ("items 0-9/10", nil), ("bytes 0-9", nil), ("bytes -9/10", nil),
        ("bytes 0-18446744073709551615/*", nil), ("bytes 0-99999999999999999999/1", nil), ("bytes 1-2-3/4", nil),
    ]

    @Test(arguments: ranges.indices)
    func rangesAreRead(index: Int) {
        let (text, expected) = Self.ranges[index]
        let range = ContentRange(text)
        #expect(range.map { $0.first...$0.last } == expected)
        for end in text.indices { _ = ContentRange(String(text[..<end]))?.count }
    }
}
