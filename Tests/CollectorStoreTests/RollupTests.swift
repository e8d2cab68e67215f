import Checksum
import EdgeprofAPI
import Foundation
import Statistics
import Testing

@testable import CollectorStore

/// Rollups: the same from the same runs, in whatever order and whichever pieces they came.
@Suite struct RollupTests {
    /// Runs of few hosts and models, so that many share a rollup.
    static func runs(_ count: Int, seed: UInt64, agents: [String?] = [nil]) -> [Run] {
        var random = RandomSource(seed: seed)
        return (0..<count).map { _ in
            func below(_ bound: UInt64) -> Int { Int(random.next() % bound) }
            let moment = Timestamp(
                millisecondsSinceEpoch: TemporaryStore.now.millisecondsSinceEpoch + Int64(below(100_000))
            )
            var run = Run.sample(
                id: UUIDv7.make(at: moment, using: &random),
                agentId: agents[below(UInt64(agents.count))],
                startedAt: moment,
                outcome: below(9) == 0 ? .crashed : .ok,
                model: "model\(below(2))"
            )
            run.threads = 1 + below(2)
            run.memory = .init(
                peakRssBytes: UInt64(below(1 << 30)),
                loadPeakRssBytes: 1,
                rssAnonBytes: 1,
                arenaBytes: 1,
                weightBytes: 1
            )
            run.throughputPerSecond = 1 + 100 * random.uniform()
            run.flags = [.burst, .stolenTime].filter { _ in random.uniform() < 0.2 }
            let values = Set((0..<(1 + below(200))).map { _ in UInt64(1_000_000 + below(5_000_000)) }).sorted()
            run.latencyNanoseconds?.histogram = values.map { [$0, UInt64(1 + below(5))] }
            if run.outcome != .ok { (run.latencyNanoseconds, run.throughputPerSecond) = (nil, nil) }
            return run
        }
    }

    private func stored(_ store: SQLStore) async throws -> [[SQLValue]] {
        try await store.read { transaction in
            try transaction.rows("SELECT id, key, body FROM rollup ORDER BY id").map(\.values)
        }
    }

    @Test func mergingIsTheSameInAnyOrder() throws {
        var random = RandomSource(seed: 3)
        for seed: UInt64 in 0..<10 {
            let all = Self.runs(120, seed: seed).map { Rollup($0) }
            for (_, group) in Dictionary(grouping: all, by: \.key) {
                var expected: [UInt8]?
                for _ in 0..<5 {
                    var pieces = group.shuffled(using: &random)
                    while pieces.count > 1 {
                        // Any two, so that the tree of merges is any tree.
                        let piece = pieces.remove(at: Int(random.next() % UInt64(pieces.count)))
                        pieces[Int(random.next() % UInt64(pieces.count))].merge(piece)
                    }
                    let bytes = RollupCodec.encode(pieces[0])
                    #expect(expected == nil || expected == bytes, "seed \(seed)")
                    expected = bytes
                    let key = RollupCodec.encode(pieces[0].key)
                    #expect(try RollupCodec.decode(key: key, body: bytes) == pieces[0])
                    #expect(pieces[0].latest.count <= Rollup.latestCount)
                }
            }
        }
    }

    /// Copying summaries unread is decoding, merging and encoding, with whatever models and ids.
    @Test func mergingIntoBytesIsMerging() throws {
        for seed: UInt64 in 0..<30 {
            for (_, group) in Dictionary(grouping: Self.runs(90, seed: seed), by: { Rollup($0).key }) {
                var bytes: [UInt8]?
                var expected: Rollup?
                for (index, run) in group.enumerated() {
                    var run = run
                    // Now and then another file under the zoo's name, and an id that is no UUID.
                    if seed % 3 == 1, index % 7 == 3 { run.model.sha256 = String(repeating: "7", count: 64) }
                    if seed % 3 == 2, index % 11 == 5 { run.id = "run \(index)" }
                    let added = Rollup(run)
                    bytes = try bytes.map { try RollupCodec.merge(added, into: $0) } ?? RollupCodec.encode(added)
                    if expected == nil { expected = added } else { expected?.merge(added) }
                    #expect(bytes == expected.map { RollupCodec.encode($0) }, "seed \(seed) run \(index)")
                }
            }
        }
    }

    @Test func runsAreNotMergedIntoDamagedBytes() throws {
        let runs = Self.runs(40, seed: 5)
        let added = Rollup(runs[0])
        var whole = added
        for run in runs.dropFirst() { whole.merge(Rollup(run)) }
        let bytes = RollupCodec.encode(whole)
        for end in 0..<bytes.count {
            #expect(throws: StoredRunError.self) { try RollupCodec.merge(added, into: Array(bytes[..<end])) }
        }
        var random = RandomSource(seed: 6)
        for _ in 0..<2000 {
            // Behind a checksum that fits: refused or merged, and nothing traps.
            var body = Array(bytes.dropLast(4))
            body[1 + Int(random.next() % UInt64(body.count - 1))] = UInt8(truncatingIfNeeded: random.next())
            if random.next() % 4 == 0 { body.removeLast(Int(random.next() % UInt64(body.count - 1))) }
            withUnsafeBytes(of: CRC32C.checksum(body).littleEndian) { body.append(contentsOf: $0) }
            _ = try? RollupCodec.merge(added, into: body)
        }
    }

    @Test(arguments: StoreKind.available)
    func storedRollupsEqualRecomputation(kind: StoreKind) async throws {
        let temporary = try await TemporaryStore(kind)
        let agents = [try await temporary.enroll("a"), try await temporary.enroll("b")]
        let runs = Self.runs(500, seed: 8, agents: agents)
        var rest = runs[...]
        var random = RandomSource(seed: 1)
        while !rest.isEmpty {
            let batch = Array(rest.prefix(1 + Int(random.next() % 60)))
            rest = rest.dropFirst(batch.count)
            _ = try await temporary.store.insert(batch, from: .administrator, at: TemporaryStore.now)
            // Sent again: counted once.
            _ = try await temporary.store.insert(Array(batch.prefix(3)), from: .administrator, at: TemporaryStore.now)
        }
        let before = try await stored(temporary.store)
        #expect(before.count > 8)
        let made = try await temporary.store.rebuildRollups()
        #expect(made.runs == 500 && made.rollups == before.count)
        #expect(try await stored(temporary.store) == before)
        #expect(try await temporary.store.rankingInputs().measuredRuns == UInt64(runs.count { $0.outcome == .ok }))
    }

    @Test(arguments: StoreKind.available)
    func onlyChangedRollupsAreReadAgain(kind: StoreKind) async throws {
        let temporary = try await TemporaryStore(kind)
        let runs = Self.runs(60, seed: 5)
        _ = try await temporary.store.insert(Array(runs.dropLast()), from: .administrator, at: TemporaryStore.now)
        let first = try await temporary.store.rankingInputs()
        _ = try await temporary.store.insert(runs.suffix(1), from: .administrator, at: TemporaryStore.now)
        let second = try await temporary.store.rankingInputs(knowing: first.revisions) { $0 }
        #expect(second.changed.count == 1 && second.revisions.count >= first.revisions.count)
        #expect(second.version > first.version)
        _ = try await temporary.store.rebuildRollups()
        let third = try await temporary.store.rankingInputs(knowing: second.revisions) { $0 }
        #expect(third.changed.count == third.revisions.count)
    }

    @Test(arguments: StoreKind.available)
    func damagedRollupsAreRefusedAndCanBeRebuilt(kind: StoreKind) async throws {
        let temporary = try await TemporaryStore(kind)
        let runs = Self.runs(40, seed: 6)
        _ = try await temporary.store.insert(runs, from: .administrator, at: TemporaryStore.now)
        let before = try await stored(temporary.store)
        let rollup = try #require(try await temporary.store.rankingInputs().changed.values.first)
        let (key, body) = (RollupCodec.encode(rollup.key), RollupCodec.encode(rollup))
        for place in body.indices {
            var damaged = body
            damaged[place] ^= 4
            #expect(throws: StoredRunError.self) { try RollupCodec.decode(key: key, body: damaged) }
            #expect(throws: StoredRunError.self) { try RollupCodec.decode(key: key, body: Array(body[..<place])) }
        }
        for end in key.indices {
            #expect(throws: StoredRunError.self) { try RollupCodec.decode(key: Array(key[..<end]), body: body) }
        }
        _ = try await temporary.store.write {
            try $0.execute("UPDATE rollup SET body = $1", [SQLValue([1, 2, 3] as [UInt8])])
        }
        await #expect(throws: StoreError.self) { try await temporary.store.rankingInputs() }
        _ = try await temporary.store.rebuildRollups()
        #expect(try await stored(temporary.store) == before)
    }

    @Test func thinnedHistogramsKeepPercentilesAndMoments() {
        var random = RandomSource(seed: 2)
        for _ in 0..<200 {
            var value: UInt64 = 1
            let pairs: [[UInt64]] = (0..<Int(1 + random.next() % 2000)).map { _ in
                value += 1 + random.next() % 1000
                return [value, 1 + random.next() % 20]
            }
            let thinned = ThinnedHistogram.pairs(pairs)
            #expect(thinned.count <= 41)
            #expect(thinned.reduce(0) { $0 + $1[1] } == pairs.reduce(0) { $0 + $1[1] })
            #expect(thinned.last?[0] == pairs.last?[0])
            guard let whole = try? LatencyHistogram(pairs: pairs), let short = try? LatencyHistogram(pairs: thinned)
            else {
                Issue.record("not a histogram")
                return
            }
            for share in [0.5, 0.9, 0.95, 0.99, 0.999] { #expect(whole.quantile(share) == short.quantile(share)) }
            let moments = ThinnedHistogram.moments(of: pairs)
            #expect(moments?.mean == whole.meanNanoseconds && moments?.variance == whole.varianceSquareNanoseconds)
        }
    }

    @Test func valuesAreRoundedUpToTwoDigits() {
        for (value, rounded): (UInt64, UInt64) in [
            (0, 0), (7, 7), (99, 99), (100, 100), (101, 110), (123_456, 130_000), (.max, .max), (999, 1000),
        ] {
            #expect(Rollup.rounded(value) == rounded)
        }
    }
}
