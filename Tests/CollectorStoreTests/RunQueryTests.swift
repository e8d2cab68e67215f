import EdgeprofAPI
import Foundation
import Statistics
import Testing

@testable import CollectorStore

/// Lists of runs: every filter, alone and with others, against the same question asked of the runs in memory.
@Suite struct RunQueryTests {
    private let now = TemporaryStore.now

    /// A fleet's runs, late and early, and when they were received.
    private func fill(_ temporary: TemporaryStore, _ count: Int) async throws -> [CollectedRun] {
        let agents = [try await temporary.enroll("a"), try await temporary.enroll("b", labels: ["site": "lab"])]
        let tiers = TierList(
            tiers: [
                Tier(
                    id: "lab",
                    priceUsd: 1,
                    memoryMib: 2,
                    idleWatts: 3,
                    activeWatts: 4,
                    match: .init(label: ["site": "lab"])
                ),
                Tier(
                    id: "big",
                    priceUsd: 1,
                    memoryMib: 2,
                    idleWatts: 3,
                    activeWatts: 4,
                    match: .init(memoryMib: [10_000, 99_999])
                ),
            ]
        )
        try await temporary.store.replaceTiers(tiers)
        var random = RandomSource(seed: 11)
        func below(_ bound: UInt64) -> Int64 { Int64(random.next() % bound) }
        var all: [CollectedRun] = []
        for index in 0..<count {
            let started = Timestamp(millisecondsSinceEpoch: now.millisecondsSinceEpoch + below(40) * 1000)
            let received = Timestamp(millisecondsSinceEpoch: now.millisecondsSinceEpoch + Int64(index / 5) * 1000)
            let offset: Int64? = below(3) == 0 ? nil : below(20_001) - 10_000
            var run = Run.sample(
                id: UUIDv7.make(at: started, using: &random),
                agentId: ([nil] + agents.map(Optional.some))[Int(below(3))],
                startedAt: started,
                outcome: below(6) == 0 ? .oom : .ok,
                model: "model\(below(3))"
            )
            if run.outcome != .ok { (run.latencyNanoseconds, run.throughputPerSecond) = (nil, nil) }
            run.model.sha256 = String(repeating: "\(below(2))", count: 64)
            run.host.hostname = run.agentId ?? "box\(below(3))"
            run.host.memoryBytes = UInt64(1 + below(2) * 15) << 30
            run.flags = [.burst, .stolenTime, .standIn].filter { _ in below(3) == 0 }
            let sentAt = offset.map { Timestamp(millisecondsSinceEpoch: received.millisecondsSinceEpoch + $0) }
            let result = try await temporary.store.insert([run], from: .administrator, sentAt: sentAt, at: received)
            #expect(result.map(\.status) == [.stored])
            all.append(
                CollectedRun(run: run, receivedAt: received, clockOffsetSeconds: offset.map { Double($0) / 1000 })
            )
        }
        return all.sorted { ($0.run.startedAt, $0.run.id) > ($1.run.startedAt, $1.run.id) }
    }

    private static func moment(_ seconds: Int64) -> Timestamp {
        Timestamp(millisecondsSinceEpoch: TemporaryStore.now.millisecondsSinceEpoch + seconds * 1000)
    }

    /// What each part of a filter means, said once more.
    private static let parts: [(set: @Sendable (inout RunFilter) -> Void, accepts: @Sendable (CollectedRun) -> Bool)] =
        [
            ({ $0.model = "model1" }, { $0.run.model.name == "model1" }),
            ({ $0.sha256 = String(repeating: "1", count: 64) }, { $0.run.model.sha256.hasPrefix("1") }),
            ({ $0.hostname = "box1" }, { $0.run.host.hostname == "box1" }),
            ({ $0.tier = "big" }, { $0.run.host.memoryBytes > 10 << 30 }),
            ({ $0.outcome = .oom }, { $0.run.outcome == .oom }),
            ({ $0.outcome = .ok }, { $0.run.outcome == .ok }),
            ({ $0.startedFrom = moment(10) }, { $0.run.startedAt >= moment(10) }),
            ({ $0.startedTo = moment(20) }, { $0.run.startedAt < moment(20) }),
            ({ $0.receivedFrom = moment(5) }, { $0.receivedAt ?? moment(0) >= moment(5) }),
            ({ $0.receivedTo = moment(25) }, { $0.receivedAt ?? moment(0) < moment(25) }),
            ({ $0.clockOffSeconds = 5 }, { abs($0.clockOffsetSeconds ?? 0) >= 5 }),
            ({ $0.flags = [.burst, .standIn] }, { Set($0.run.flags).isSuperset(of: [.burst, .standIn]) }),
            ({ $0.withoutFlags = [.stolenTime] }, { !$0.run.flags.contains(.stolenTime) }),
        ]

    @Test(arguments: StoreKind.available)
    func everyFilterAloneAndInPairsFindsExactlyItsRuns(kind: StoreKind) async throws {
        let temporary = try await TemporaryStore(kind)
        let all = try await fill(temporary, 240)
        func check(_ filter: RunFilter, _ accepts: (CollectedRun) -> Bool) async throws {
            var (seen, cursor) = ([CollectedRun](), RunCursor?.none)
            repeat {
                let page = try await temporary.store.collectedRuns(matching: filter, after: cursor, limit: 37)
                seen += page.runs
                cursor = page.next
            } while cursor != nil
            #expect(seen == all.filter(accepts), "\(filter)")
        }
        try await check(RunFilter()) { _ in true }
        for agentId in Set(all.compactMap(\.run.agentId)) {
            for part in Self.parts {
                var filter = RunFilter(agentId: agentId)
                part.set(&filter)
                // A tier chosen by label goes before one that knows the hardware.
                let isLabelled = try await temporary.store.agent(id: agentId)?.labels.isEmpty == false
                try await check(filter) { run in
                    run.run.agentId == agentId && part.accepts(run) && (filter.tier == nil || !isLabelled)
                }
            }
        }
        let labelled = try await temporary.store.agents().first { !$0.labels.isEmpty }?.id
        for (index, first) in Self.parts.enumerated() {
            for second in Self.parts[index...] {
                var filter = RunFilter()
                first.set(&filter)
                var other = filter
                second.set(&other)
                // Two outcomes are one filter.
                if filter.outcome != nil, other.outcome != filter.outcome { continue }
                try await check(other) { run in
                    first.accepts(run) && second.accepts(run) && (other.tier == nil || run.run.agentId != labelled)
                }
            }
        }
        try await check(RunFilter(tier: "lab")) { $0.run.agentId == labelled }
        try await check(RunFilter(sha256: String(repeating: "f", count: 64))) { _ in false }
        try await check(RunFilter(hostname: "x' OR 1=1 --")) { _ in false }
    }

    /// Whatever is asked, a page walks along an index from a place in it: no scan of the table, no sorting.
    @Test func noFilterScansOrSorts() async throws {
        let temporary = try TemporaryStore()
        _ = try await fill(temporary, 12)
        var filters = [
            RunFilter(), RunFilter(agentId: "a"), RunFilter(jobId: "j"), RunFilter(agentId: "a", jobId: "j"),
        ]
        for filter in filters {
            for (index, first) in Self.parts.enumerated() {
                for second in Self.parts[index...] {
                    var filter = filter
                    first.set(&filter)
                    second.set(&filter)
                    filters.append(filter)
                }
            }
        }
        var plans: Set<String> = []
        for filter in filters {
            for cursor in [nil, RunCursor(startedAt: now, id: UUIDv7.make(at: now))] {
                let rows = try await temporary.store.read { transaction -> [String] in
                    guard let query = try SQLStore.query(for: filter, in: transaction) else { return [] }
                    let page = query.page(after: cursor, limit: 50, .sqlite)
                    let last = query.lastLookedAt(after: cursor, .sqlite)
                    return try [page, last].compactMap(\.self).flatMap { sql, arguments in
                        try transaction.rows("EXPLAIN QUERY PLAN " + sql, arguments).map { try $0.text("detail") }
                    }
                }
                for row in rows {
                    plans.insert(row)
                    let isWalk =
                        row.contains("run USING INDEX run_") || row.contains("run USING COVERING INDEX run_")
                        || row.hasPrefix("SCAN entry") || row.hasPrefix("CO-ROUTINE") || row.hasPrefix("LIST SUBQUERY")
                        || row.contains("json_each") || row.hasPrefix("CREATE BLOOM FILTER")
                    #expect(isWalk, "\(filter): \(row)")
                }
            }
        }
        // Only a job's runs are looked at themselves.
        for index in ["run_newest", "run_agent", "run_model", "run_failed"] {
            #expect(plans.contains { $0.contains("COVERING INDEX \(index)") })
            #expect(!plans.contains { $0.contains("INDEX \(index)") && !$0.contains("COVERING") })
        }
    }

    /// Runs too rare for one page's budget: pages stay short, and together they are complete.
    @Test(arguments: StoreKind.available)
    func aPageLooksAtSoManyEntriesAtMost(kind: StoreKind) async throws {
        let temporary = try await TemporaryStore(kind)
        let count = RunQuery.coveredBudget + 300
        let runs = (0..<count).map { index in
            var run = Run.sample(agentId: nil, startedAt: Self.moment(Int64(index)))
            if index < 3 { run.flags = [.throttled] }
            return run
        }
        for start in stride(from: 0, to: count, by: 500) {
            let batch = Array(runs[start..<min(start + 500, count)])
            _ = try await temporary.store.insert(batch, from: .administrator, at: now)
        }
        let filter = RunFilter(model: "resnet18", flags: [.throttled])
        let first = try await temporary.store.collectedRuns(matching: filter, after: nil, limit: 10)
        #expect(first.runs.isEmpty && first.next != nil)
        let second = try await temporary.store.collectedRuns(matching: filter, after: first.next, limit: 10)
        #expect(second.runs.map(\.run.id) == runs[..<3].reversed().map(\.id) && second.next == nil)
        // So many runs on, whatever they are next to.
        let place = try await temporary.store.runPlace(matching: RunFilter(), after: nil, skipping: count - 1)
        #expect(place?.id == runs[1].id)
        #expect(try await temporary.store.runPlace(matching: RunFilter(), after: nil, skipping: count) == nil)
    }

    @Test func cursorsBelongToTheirFilters() throws {
        let cursor = RunCursor(startedAt: Timestamp(millisecondsSinceEpoch: -5), id: UUIDv7.make(at: now))
        let filter = RunFilter(model: "m", flags: [.burst, .standIn])
        let text = try #require(cursor.text(for: filter))
        #expect(try RunCursor(text, for: filter) == cursor)
        #expect(try RunCursor(text, for: RunFilter(model: "m", flags: [.standIn, .burst])) == cursor)
        for other in [RunFilter(), RunFilter(model: "m"), RunFilter(sha256: "m", flags: [.burst, .standIn])] {
            #expect(throws: RunCursorError.otherFilter) { try RunCursor(text, for: other) }
        }
        #expect(throws: RunCursorError.malformed) { try RunCursor("", for: filter) }
        for length in 0..<text.count {
            #expect(throws: RunCursorError.self) { try RunCursor(String(text.prefix(length)), for: filter) }
        }
        for index in text.indices {
            var damaged = text
            damaged.replaceSubrange(index...index, with: text[index] == "A" ? "B" : "A")
            if damaged != text { #expect(throws: RunCursorError.self) { try RunCursor(damaged, for: filter) } }
        }
        for text in ["ä", "%", String(repeating: "A", count: 5000), "\u{0}", "1_0198c0de-0000-7000-8000-000000000000"] {
            #expect(throws: RunCursorError.malformed) { try RunCursor(text, for: filter) }
        }
    }

    @Test(arguments: StoreKind.available)
    func theAgentsClockIsKeptBesideTheCollectors(kind: StoreKind) async throws {
        let temporary = try await TemporaryStore(kind)
        let agentId = try await temporary.enroll("a")
        let sentAt = Self.moment(-90)
        let run = Run.sample(agentId: agentId, startedAt: Self.moment(-100))
        _ = try await temporary.store.insert([run], from: .agent(id: agentId), sentAt: sentAt, at: now)
        let stored = try #require(try await temporary.store.collectedRun(id: run.id))
        #expect(stored == CollectedRun(run: run, receivedAt: now, clockOffsetSeconds: -90))
        var heartbeat = Heartbeat(
            version: "1",
            host: .sample,
            spoolRecords: 0,
            spoolBytes: 0,
            droppedRecords: 0,
            rssBytes: 0,
            cpuSeconds: 0
        )
        for (sentAt, offset) in [(Self.moment(2), 2.0), (nil, nil)] as [(Timestamp?, Double?)] {
            heartbeat.sentAt = sentAt
            #expect(try await temporary.store.recordHeartbeat(heartbeat, agentId: agentId, at: now))
            #expect(try await temporary.store.agent(id: agentId)?.clockOffsetSeconds == offset)
        }
    }
}
