import EdgeprofAPI
import Foundation
import PostgreSQLTestServer
import Testing

@testable import CollectorStore

/// What only PostgreSQL does.
@Suite(.enabled(if: PostgreSQLTestServer.shared != nil))
struct PostgreSQLStoreTests {
    private let now = TemporaryStore.now

    private func emptyURL() throws -> String { try #require(PostgreSQLTestServer.shared).makeDatabase() }

    private func create(_ url: String, _ name: String = "x") async throws {
        let token = NewToken(hash: TokenHash(of: name), role: .admin)
        try await SQLStore.create(at: .postgresql(try PostgreSQLLocation(url: url)), firstToken: token, at: now)
    }

    private func open(_ url: String) async throws -> SQLStore {
        try await SQLStore.open(at: .postgresql(try PostgreSQLLocation(url: url)))
    }

    private func code(_ body: () async throws -> Void) async -> StoreError.Code? {
        do {
            try await body()
            return nil
        } catch { return (error as? StoreError)?.code }
    }

    @Test func valuesComeBackAsTheyWere() async throws {
        let url = try emptyURL()
        try await create(url)
        let store = try await open(url)
        let values: [SQLValue] = [
            .integer(.max), .integer(.min), .real(1e-300), .real(-0.1), .real(.infinity), .text(""),
            .text("ä'\"$1\\ \n"),
            .blob([]), .blob([0, 255, 0]), .null,
        ]
        let columns = ["BIGINT", "BIGINT", "FLOAT8", "FLOAT8", "FLOAT8", "TEXT", "TEXT", "BYTEA", "BYTEA", "TEXT"]
        let names = columns.indices.map { "c\($0)" }
        try await store.write { transaction in
            let definition = zip(names, columns).map { "\($0) \($1)" }.joined(separator: ", ")
            try transaction.execute("CREATE TABLE sample (\(definition))")
            let places = names.indices.map { "$\($0 + 1)" }.joined(separator: ", ")
            try transaction.execute("INSERT INTO sample VALUES (\(places))", values)
        }
        let row = try await store.read { try $0.row("SELECT * FROM sample") }
        #expect(row?.columns == names && row?.values == values)
        for (expression, value) in [
            ("1.5::numeric", SQLValue.real(1.5)), ("-12345678.0625::numeric", .real(-12_345_678.0625)),
            ("0.0001::numeric", .real(0.0001)), ("0.00001234::numeric", .real(0.00001234)), ("0::numeric", .integer(0)),
            ("sum(x)", .integer(90_000)), ("avg(x)", .real(30_000)), ("true", .integer(1)),
            ("2::smallint", .integer(2)),
        ] {
            let sql =
                "SELECT \(expression) AS v"
                + (expression.contains("x") ? " FROM (VALUES (10000::bigint), (20000), (60000)) t (x)" : "")
            #expect(try await store.read { try $0.row(sql)?.values.first } == value, "\(expression)")
        }
    }

    @Test func placesWithoutAStoreAreToldApart() async throws {
        let url = try emptyURL()
        #expect(await code { _ = try await open(url) } == .notInitialized)
        #expect(await code { _ = try await open(url + "_missing") } == .notInitialized)
        try await create(url)
        #expect(await code { try await create(url) } == .alreadyInitialized)
        #expect(await code { _ = try PostgreSQLLocation(url: "postgres://u:geheim@h:x/%zz") } == .failed)
        #expect(await code { _ = try PostgreSQLLocation(url: "postgres://u@h") } == .failed)
    }

    @Test func manyStartsAtOnceMakeTheTablesOnce() async throws {
        let url = try emptyURL()
        let made = await withTaskGroup(of: Bool.self) { group in
            for index in 0..<6 { group.addTask { (try? await create(url, "\(index)")) != nil } }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(made == 1)
        #expect(try await open(url).tokens().count == 1)
    }

    @Test func newerSchemaIsRefused() async throws {
        let url = try emptyURL()
        try await create(url)
        let server = try #require(PostgreSQLTestServer.shared)
        #expect(server.execute("INSERT INTO edgeprof_migration VALUES ('9999 from the future', 1)", in: url))
        #expect(await code { _ = try await open(url) } == .newerSchema)
    }

    @Test func passwordsAreNeverShown() throws {
        let location = try PostgreSQLLocation(url: "postgres://u:geheim@db.example:5433/e")
        var dumped = ""
        dump(location, to: &dumped)
        #expect("\(location) \(String(reflecting: location)) \(dumped)".contains("geheim") == false)
        #expect(location.description == "postgres://db.example:5433/e")
        let error = #expect(throws: StoreError.self) { try StoreLocation(argument: "postgres://u:geheim@h/e") }
        #expect(error?.description.contains("geheim") == false)
        let path = NSTemporaryDirectory() + "edgeprof-url-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data("postgres://u:geheim@h/e\n".utf8).write(to: URL(fileURLWithPath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
        #expect(throws: StoreError.self) { try StoreLocation(argument: "@" + path) }
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        #expect(try StoreLocation(argument: "@" + path).description == "postgres://h/e")
    }

    @Test func commitsThatWouldNotLastAreRefused() async throws {
        let url = try emptyURL()
        try await create(url)
        let name = url.split(separator: "/").last ?? ""
        let server = try #require(PostgreSQLTestServer.shared)
        #expect(server.execute("ALTER DATABASE \(name) SET synchronous_commit = off", in: url))
        #expect(await code { _ = try await open(url) } == .failed)
    }

    @Test func brokenConnectionsAreReplaced() async throws {
        let url = try emptyURL()
        try await create(url)
        let store = try await open(url)
        let server = try #require(PostgreSQLTestServer.shared)
        let stored = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    var stored = 0
                    for _ in 0..<50 {
                        let run = Run.sample(agentId: nil)
                        let result = try await store.insert([run], from: .administrator, at: TemporaryStore.now)
                        // Its first commit may have counted although its answer was lost.
                        if result.first.map({ $0.status != .rejected }) == true { stored += 1 }
                    }
                    return stored
                }
            }
            for _ in 0..<5 {
                try await Task.sleep(for: .milliseconds(100))
                server.terminateConnections(to: url)
            }
            return try await group.reduce(0, +)
        }
        #expect(stored == 200)
        #expect(try await store.count("SELECT count(*) FROM run") == 200)
        // Not idempotent: each happened once, whatever became of its answer.
        for index in 0..<20 {
            if index % 5 == 0 { server.terminateConnections(to: url) }
            _ = try await store.createToken(NewToken(hash: TokenHash(of: "t\(index)"), role: .viewer), at: now)
        }
        #expect(try await store.tokens().count == 21)
    }

    @Test func writersInEachOthersWayAllSucceed() async throws {
        let url = try emptyURL()
        try await create(url)
        let store = try await open(url)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<30 {
                group.addTask {
                    try await store.write { transaction in
                        let row = try transaction.row("SELECT value FROM data_version WHERE id = 1")
                        let value = try row?.integer("value") ?? 0
                        let sql = "UPDATE data_version SET value = $1 WHERE id = 1"
                        try transaction.execute(sql, [SQLValue(value + 1)])
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try await store.dataVersion() == 30)
    }

    @Test func monthsBecomePartitions() async throws {
        let url = try emptyURL()
        try await create(url)
        let store = try await open(url)
        // 15 June 2025, 31 December 2025 and the moment after, 1970, the year 9000.
        let moments: [Int64] = [1_749_945_600_000, 1_767_225_599_999, 1_767_225_600_000, 5, 221_845_392_000_000]
        let runs = moments.map { Run.sample(agentId: nil, startedAt: Timestamp(millisecondsSinceEpoch: $0)) }
        let results = try await store.insert(runs, from: .administrator, at: now)
        #expect(results.allSatisfy { $0.status == .stored })
        let places = try await store.read { transaction in
            try transaction.rows("SELECT CAST(tableoid AS regclass)::text AS place, id FROM run ORDER BY place, id")
                .map { try $0.text("place") }
        }
        #expect(places == ["run_202506", "run_202512", "run_202601", "run_other", "run_other"])
        for run in runs { #expect(try await store.run(id: run.id) == run) }
        let again = try await store.insert(runs, from: .administrator, at: now)
        #expect(again.allSatisfy { $0.status == .duplicate })
    }

    @Test func oneCollectorWakesTheOther() async throws {
        let url = try emptyURL()
        try await create(url)
        let (one, two) = (try await open(url), try await open(url))
        var wakes = one.wakes().makeAsyncIterator()
        #expect(await wakes.next() == .everyone)
        try await one.announceWake(of: ["own"])
        let ids = (0..<450).map { "agent-\($0)" }
        try await two.announceWake(of: ids)
        var heard: [String] = []
        while heard.count < ids.count, case .agents(let some)? = await wakes.next() { heard += some }
        #expect(heard == ids)
        try await two.announceWake(of: (0..<5000).map { "\($0)" })
        #expect(await wakes.next() == .everyone)
    }
}
