import EdgeprofAPI
import Foundation
import PostgreSQLTestServer
import Statistics
import Testing

@testable import CollectorStore

/// What goes, what stays, and that rollups are those of what stays.
@Suite struct RetentionTests {
    private static let day = 86_400

    private static func moment(daysAgo days: Int) -> Timestamp { TemporaryStore.now.advanced(bySeconds: -days * day) }

    private func stored(_ store: SQLStore) async throws -> [[SQLValue]] {
        try await store.read { transaction in
            try transaction.rows("SELECT id, key, body FROM rollup ORDER BY id").map(\.values)
        }
    }

    /// Runs of a hundred days, about as many each day, received on the day they say.
    private func fill(_ store: SQLStore, _ count: Int) async throws -> [Run] {
        var runs = RollupTests.runs(count, seed: 4)
        for index in runs.indices {
            let moment = Self.moment(daysAgo: 100 - index * 100 / count)
            var random = RandomSource(seed: UInt64(index))
            runs[index].id = UUIDv7.make(at: moment, using: &random)
            runs[index].startedAt = moment
            if index.isMultiple(of: 3) {
                runs[index].layers = [
                    Run.Layer(name: "l", operation: "Conv", shape: "1", macs: 1, memoryAccessBytes: 2, nanoseconds: 3)
                ]
            }
            _ = try await store.insert([runs[index]], from: .administrator, at: moment)
        }
        return runs
    }

    private func ids(_ store: SQLStore) async throws -> Set<String> {
        try await store.read { Set(try $0.rows("SELECT id FROM run").map { try $0.text("id") }) }
    }

    @Test(arguments: StoreKind.available)
    func rollupsAreThoseOfTheRunsThatStayAndRankingsDoNotChange(kind: StoreKind) async throws {
        let temporary = try await TemporaryStore(kind)
        let store = temporary.store
        let runs = try await fill(store, 900)
        let ranked = { (inputs: RankingInputs<Rollup>) in inputs.changed.mapValues(\.latest) }
        let before = ranked(try await store.rankingInputs())
        let policy = RetentionPolicy(runSeconds: 40 * Self.day)
        let forecast = try await store.forecast(policy, at: TemporaryStore.now)
        #expect(try await ids(store).count == 900)

        let outcome = try await store.apply(policy, at: TemporaryStore.now) { _ in }
        #expect(outcome.deletedRuns > 100 && outcome.rankedRuns > 0)
        #expect((outcome.deletedRuns, outcome.rankedRuns) == (forecast.deletedRuns, forecast.rankedRuns))
        let left = try await ids(store)
        #expect(left.count == 900 - outcome.deletedRuns)
        // All that are young enough, and of the old ones those that rankings use.
        let latest = Set(before.values.flatMap { $0.map(\.runId) })
        let cutoff = Self.moment(daysAgo: 40)
        #expect(left == Set(runs.filter { $0.startedAt >= cutoff || latest.contains($0.id) }.map(\.id)))

        let after = try await store.rankingInputs()
        // A rollup of failures alone may be gone; none that is ranked is.
        #expect(ranked(after).filter { !$0.value.isEmpty } == before.filter { !$0.value.isEmpty })
        let kept = try await stored(store)
        _ = try await store.rebuildRollups()
        #expect(try await stored(store) == kept)
        // Nothing is left to do.
        #expect(try await !store.hasWork(for: policy, at: TemporaryStore.now))
        #expect(try await store.apply(policy, at: TemporaryStore.now) { _ in }.isEmpty)
    }

    @Test(arguments: StoreKind.available)
    func layersGoAndTheRestOfTheRunStays(kind: StoreKind) async throws {
        let temporary = try await TemporaryStore(kind)
        let store = temporary.store
        let runs = try await fill(store, 500)
        let before = try await stored(store)
        let cutoff = Self.moment(daysAgo: 30)
        let policy = RetentionPolicy(layerSeconds: 30 * Self.day)
        let expected = runs.filter { $0.startedAt < cutoff && $0.layers != nil }.count
        let outcome = try await store.apply(policy, at: TemporaryStore.now) { _ in }
        #expect(outcome.strippedRuns == expected && expected > 50 && outcome.deletedRuns == 0)
        for var run in runs {
            if run.startedAt < cutoff { run.layers = nil }
            #expect(try await store.run(id: run.id) == run)
        }
        #expect(try await stored(store) == before)
        _ = try await store.rebuildRollups()
        #expect(try await stored(store) == before)
        #expect(try await !store.hasWork(for: policy, at: TemporaryStore.now))
        // Ten days on, ten days' worth.
        let later = TemporaryStore.now.advanced(bySeconds: 10 * Self.day)
        let next = runs.filter { $0.startedAt >= cutoff && $0.startedAt < Self.moment(daysAgo: 20) && $0.layers != nil }
        #expect(try await store.apply(policy, at: later) { _ in }.strippedRuns == next.count)
    }

    /// Runs that come while others go, in the same rollups.
    @Test(arguments: StoreKind.available)
    func deliveriesGoOnMeanwhile(kind: StoreKind) async throws {
        let temporary = try await TemporaryStore(kind)
        let store = temporary.store
        _ = try await fill(store, 600)
        let new = RollupTests.runs(200, seed: 77)
        async let deliveries: Int = {
            var count = 0
            for run in new {
                count += try await store.insert([run], from: .administrator, at: TemporaryStore.now)
                    .count { $0.status == .stored }
            }
            return count
        }()
        let policy = RetentionPolicy(layerSeconds: 50 * Self.day, runSeconds: 20 * Self.day)
        let outcome = try await store.apply(policy, at: TemporaryStore.now) { _ in await Task.yield() }
        #expect(try await deliveries == 200)
        #expect(try await ids(store).count == 800 - outcome.deletedRuns)
        let kept = try await stored(store)
        _ = try await store.rebuildRollups()
        #expect(try await stored(store) == kept)
    }

    /// Two collectors of one database, or `prune` beside `serve`: each run is taken out of its rollup once.
    @Test(arguments: StoreKind.available)
    func twoAtOnceDeleteEachRunOnce(kind: StoreKind) async throws {
        let temporary = try await TemporaryStore(kind)
        let other = try await SQLStore.open(at: temporary.location)
        _ = try await fill(temporary.store, 600)
        let policy = RetentionPolicy(runSeconds: 10 * Self.day)
        async let first = temporary.store.apply(policy, at: TemporaryStore.now) { _ in await Task.yield() }
        async let second = other.apply(policy, at: TemporaryStore.now) { _ in await Task.yield() }
        let deleted = try await (first.deletedRuns, second.deletedRuns)
        #expect(try await ids(temporary.store).count == 600 - deleted.0 - deleted.1)
        let kept = try await stored(temporary.store)
        _ = try await temporary.store.rebuildRollups()
        #expect(try await stored(temporary.store) == kept)
        try other.close()
    }

    @Test(arguments: StoreKind.available)
    func assignmentsRememberWhatBecameOfThem(kind: StoreKind) async throws {
        let temporary = try await TemporaryStore(kind)
        let store = temporary.store
        let agentId = try await temporary.enroll("a")
        let job = try await store.createSampleJob(models: ["m"], repetitions: 3)
        let work = try await store.unfinishedAssignments(agentId: agentId, limit: 9, at: TemporaryStore.now)
        for (assignment, outcome) in zip(work, [Run.Outcome.crashed, .oom]) {
            let old = Self.moment(daysAgo: 50)
            var run = Run.sample(agentId: agentId, assignment: assignment, startedAt: old, outcome: outcome, model: "m")
            (run.latencyNanoseconds, run.throughputPerSecond) = (nil, nil)
            _ = try await store.insert([run], from: .agent(id: agentId), at: old)
        }
        let before = try await store.job(id: job.id)
        let policy = RetentionPolicy(runSeconds: 10 * Self.day)
        #expect(try await store.apply(policy, at: TemporaryStore.now) { _ in }.deletedRuns == 2)
        #expect(try await store.job(id: job.id) == before)
        let assignments = try await store.assignments(ofJob: job.id, limit: 9)
        #expect(assignments.map(\.outcome) == [.crashed, .oom, nil])
        #expect(assignments.allSatisfy { $0.runId == nil && $0.closedReason == nil })
        let open = try await store.unfinishedAssignments(agentId: agentId, limit: 9, at: TemporaryStore.now)
        #expect(open.map(\.id) == [work[2].id])
    }

    @Test(.enabled(if: PostgreSQLTestServer.shared != nil))
    func monthsThatHaveGoneAreDropped() async throws {
        let temporary = try await TemporaryStore(.postgresql)
        let store = temporary.store
        let runs = try await fill(store, 900)
        func partitions() async throws -> [String] {
            try await store.read { transaction in
                try transaction.rows(
                    "SELECT relname AS name FROM pg_class WHERE relispartition AND relkind = 'r' ORDER BY 1"
                ).map { try $0.text("name") }
            }
        }
        let before = try await partitions()
        let cutoff = Self.moment(daysAgo: 40)
        let policy = RetentionPolicy(runSeconds: 40 * Self.day)
        let outcome = try await store.apply(policy, at: TemporaryStore.now) { _ in }
        let months = Set(runs.map { RunMonth(at: $0.startedAt) }).map(\.suffix).filter {
            $0 < RunMonth(at: cutoff).suffix
        }
        #expect(!months.isEmpty && outcome.droppedMonths == months.sorted())
        #expect(try await Set(partitions()) == Set(before).subtracting(months.map { "run_" + $0 }))
        // What rankings use is there still, and found.
        for id in Set(try await store.rankingInputs().changed.values.flatMap { $0.latest.map(\.runId) }) {
            #expect(try await store.run(id: id) != nil)
        }
        let kept = try await stored(store)
        _ = try await store.rebuildRollups()
        #expect(try await stored(store) == kept)
        // A run that comes late for a month without partition.
        let late = Run.sample(agentId: nil, startedAt: Self.moment(daysAgo: 99))
        #expect(try await store.insert([late], from: .administrator, at: TemporaryStore.now).map(\.status) == [.stored])
        #expect(try await store.run(id: late.id) == late)
    }
}
