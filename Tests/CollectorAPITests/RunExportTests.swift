import CollectorStore
import EdgeprofAPI
import Foundation
import Hummingbird
import HummingbirdTesting
import Testing

@testable import CollectorAPI

/// Lists and files of runs over HTTP.
@Suite struct RunExportTests {
    /// A price list that the sample host belongs to.
    private static let tiers = TierList(
        tiers: [
            Tier(
                id: "t",
                priceUsd: 1,
                memoryMib: 8192,
                idleWatts: 3,
                activeWatts: 4,
                match: .init(memoryMib: [1, 1_000_000])
            )
        ]
    )

    /// Runs of two agents and of nobody, an awkward one among them.
    private func fill(_ harness: Harness, _ count: Int) async throws -> [Run] {
        let agents = [try await harness.enroll("a").id, try await harness.enroll("b").id, nil]
        var runs = (0..<count).map { index in
            var run = Run.sample(agentId: agents[index % 3])
            run.startedAt = Harness.start.advanced(bySeconds: index)
            run.id = UUIDv7.make(at: run.startedAt)
            return run
        }
        runs[0].host.hostname = "=HYPERLINK(\"http://x\",\"a,b\")"
        _ = try await harness.store.insert(runs, from: .administrator, at: Harness.start)
        try await harness.store.replaceTiers(Self.tiers)
        return runs.reversed()
    }

    private func lines(_ answer: Answer) -> [String] {
        answer.data.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
    }

    @Test func exportedRunsGiveAnotherCollectorTheSameSummary() async throws {
        let (first, second) = (try await Harness(), try await Harness())
        let runs = try await fill(first, 90)
        let (file, summary) = try await first.requests { client in
            let file = try await client.get("/v1/runs/export?format=jsonl")
            #expect(file.status == 200)
            return (file, try await client.get("/v1/summary").data)
        }
        let exported = lines(file)
        #expect(exported.count == 90)
        let read = try exported.map { try JSONDecoder().decode(CollectedRun.self, from: Data($0.utf8)) }
        #expect(read.map(\.run) == runs && read.allSatisfy { $0.receivedAt == Harness.start })
        try await second.store.replaceTiers(Self.tiers)
        try await second.requests { client in
            for start in stride(from: 0, to: exported.count, by: 40) {
                let body = #"{"runs":["# + exported[start..<min(start + 40, 90)].joined(separator: ",") + "]}"
                for _ in 0..<2 {
                    let answer = try await client.send(
                        .post,
                        "/v1/runs/import",
                        as: second.admin.text,
                        body: Data(body.utf8)
                    )
                    #expect(answer.status == 200)
                    let results = try answer.decode(RunBatchResult.self).results
                    #expect(results.allSatisfy { $0.status != .rejected }, "\(results)")
                }
                // An agent's runs are its own to send, and an administrator's those of agents that are known.
                #expect(
                    try await client.send(.post, "/v1/runs/import", as: second.viewer.text, body: Data()).status == 403
                )
            }
            #expect(try await client.get("/v1/summary").data == summary)
            #expect(String(decoding: summary, as: UTF8.self).contains("\"model\""))
            let agents = try await client.get("/v1/agents").decode(AgentList.self).agents
            #expect(agents.count == 2 && agents.allSatisfy { $0.status == .revoked })
            let again = try await client.get("/v1/runs/export?format=jsonl")
            let runs = try lines(again).map { try JSONDecoder().decode(Run.self, from: Data($0.utf8)) }
            #expect(runs == read.map(\.run))
        }
        #expect(try await second.store.audit(before: nil, limit: 9).contains { $0.action == "POST /v1/runs/import" })
    }

    @Test func partsOfAnExportMakeTheWhole() async throws {
        let harness = try await Harness()
        _ = try await fill(harness, 100)
        try await harness.requests { client in
            for (format, query) in [("csv", ""), ("jsonl", ""), ("csv", "&outcome=ok&tier=t")] {
                let path = "/v1/runs/export?format=\(format)\(query)"
                let whole = try await client.get(path)
                #expect(lines(whole).count >= 100)
                for limit in [1, 7, 99, 100, 101] {
                    var (parts, cursor) = (Data(), String?.none)
                    repeat {
                        let part = try await client.get(
                            path + "&limit=\(limit)" + (cursor.map { "&cursor=\($0)" } ?? "")
                        )
                        #expect(part.status == 200)
                        parts += part.data
                        cursor = HTTPFields.Element.Name("Edgeprof-Next-Cursor").flatMap { part.response.headers[$0] }
                        // What comes meanwhile is not in it twice.
                        _ = try await harness.store.insert(
                            [.sample(agentId: nil)],
                            from: .administrator,
                            at: Harness.start
                        )
                        if limit == 1, parts.count > 20_000 { break }
                    } while cursor != nil
                    let expected = limit == 1 ? whole.data.prefix(parts.count) : whole.data
                    if query.isEmpty, limit > 1 {
                        let text = String(decoding: parts, as: UTF8.self)
                        for line in lines(whole) { #expect(text.contains(line)) }
                    } else if limit == 1 {
                        #expect(parts == expected)
                    }
                }
            }
        }
    }

    @Test func csvIsSafeForSpreadsheets() async throws {
        let harness = try await Harness()
        let runs = try await fill(harness, 3)
        try await harness.requests { client in
            let answer = try await client.get("/v1/runs/export?format=csv")
            #expect(answer.response.headers[.contentType] == "text/csv; charset=utf-8; header=present")
            let text = String(decoding: answer.data, as: UTF8.self)
            #expect(text.hasPrefix("id,startedAt,receivedAt,clockOffsetSeconds,agentId,"))
            #expect(text.components(separatedBy: "\r\n").count == 5)
            #expect(text.contains(#""'=HYPERLINK(""http://x"",""a,b"")""#))
            #expect(text.contains(runs[0].id + ",2026-"))
        }
        for (text, field) in [
            ("a", "a"), ("", ""), ("a,b", "\"a,b\""), ("a\"b", "\"a\"\"b\""), ("+1", "'+1"), ("-x", "'-x"),
            ("@a", "'@a"),
            ("\tx", "'\tx"), ("\rx", "\"'\rx\""), ("a\nb", "\"a\nb\""), (" a", "\" a\""), ("a\r\nb", "\"a\r\nb\""),
            ("x=1", "x=1"), ("\"\u{301}", "\"\"\"\u{301}\""),
        ] {
            #expect(RunCSV.field(text).unicodeScalars.elementsEqual(field.unicodeScalars), "\(text.debugDescription)")
        }
        #expect(Set(RunCSV.names).count == RunCSV.names.count)
    }

    @Test func badQuestionsAreRefusedInWords() async throws {
        let harness = try await Harness()
        _ = try await fill(harness, 5)
        try await harness.requests { client in
            let page = try await client.get("/v1/runs?limit=2&model=resnet18").decode(CollectedRunList.self)
            let cursor = try #require(page.nextCursor)
            for (query, words) in [
                ("cursor=\(cursor)", "other filters"), ("model=resnet18&outcome=ok&cursor=\(cursor)", "other filters"),
                ("model=resnet18&cursor=\(cursor)x", "nextCursor of another page"),
                ("startedFrom=yesterday", "startedFrom"),
                ("receivedTo=2026-13-01T00:00:00Z", "receivedTo"), ("flags=burst,", "flags"), ("flags=fast", "some of"),
                ("withoutFlags=x", "withoutFlags"), ("clockOff=-1", "clockOff"), ("sha256=abc", "sha256"),
                ("tier=none", "no tier"), ("outcome=good", "outcome"), ("host=%00", "NUL"), ("hostname=a", "unknown"),
            ] {
                for path in ["/v1/runs?", "/v1/runs/export?format=csv&"] {
                    let answer = try await client.get(path + query)
                    #expect(answer.status == 400, "\(path)\(query)")
                    #expect(try answer.problem().detail?.contains(words) == true, "\(query)")
                }
            }
            #expect(try await client.get("/v1/runs?model=resnet18&cursor=\(cursor)").status == 200)
            for query in ["", "?format=xml", "?format=csv&limit=0"] {
                #expect(try await client.get("/v1/runs/export" + query).status == 400)
            }
            #expect(try await client.get("/v1/runs/%00").status == 404)
            for (path, allowed) in [("/v1/runs/import", "POST"), ("/v1/runs/export", "GET, HEAD")] {
                let answer = try await client.send(.delete, path, as: harness.admin.text)
                #expect(answer.status == 405 && answer.response.headers[.allow] == allowed)
            }
            let head = try await client.send(.head, "/v1/runs/export?format=csv", as: harness.viewer.text)
            #expect(head.status == 200 && head.data.isEmpty)
            #expect(try await client.send(.get, "/v1/runs/export?format=csv").status == 401)
        }
    }

    @Test func listsTheClientHasAreNotSentAgain() async throws {
        let harness = try await Harness()
        let run = try await fill(harness, 5)[0]
        let paths = [
            "/v1/runs", "/v1/runs?model=resnet18&limit=2", "/v1/runs/\(run.id)", "/v1/agents", "/v1/jobs", "/v1/models",
            "/v1/tiers",
        ]
        try await harness.requests { client in
            for path in paths {
                func get(_ tag: String?) async throws -> TestResponse {
                    var headers: HTTPFields = [.authorization: "Bearer \(harness.viewer.text)"]
                    if let tag { headers[.ifNoneMatch] = tag }
                    return try await client.client.execute(uri: path, method: .get, headers: headers)
                }
                let first = try await get(nil)
                let tag = try #require(first.headers[.eTag], "\(path)")
                #expect(first.status == .ok)
                let again = try await get(tag)
                #expect(again.status == .notModified && again.headers[.eTag] == tag && again.body.readableBytes == 0)
                #expect(try await get("\"x\"").status == .ok)
            }
            let before = try await client.get("/v1/runs").response.headers[.eTag]
            _ = try await harness.store.insert([.sample(agentId: nil)], from: .administrator, at: Harness.start)
            #expect(try await client.get("/v1/runs").response.headers[.eTag] != before)
        }
    }
}
