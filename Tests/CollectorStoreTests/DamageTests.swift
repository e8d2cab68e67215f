import CollectorStore
import EdgeprofAPI
import Foundation
import Testing

/// Whatever is in the file, the store answers or throws a `StoreError`; a trap ends the whole process.
@Suite struct DamageTests {
    @Test(arguments: [1, 156, UInt64.random(in: .min ... .max)])
    func randomBytes(seed: UInt64) async throws {
        let sample = try await DamagedStore()
        var generator = SplitMix64(state: seed)
        var reported = 0
        for round in 0..<30 {
            var bytes = [UInt8](round % 3 == 0 ? sample.sound.prefix(sample.sound.count / 2) : sample.sound)
            for _ in 0..<Int.random(in: 1...100, using: &generator) {
                bytes[Int.random(in: bytes.indices, using: &generator)] = generator.next()
            }
            let codes = try await sample.codes(with: bytes)
            #expect(codes.isSubset(of: [.corrupt, .disk, .failed, .newerSchema]), "round \(round): \(codes)")
            if !codes.isEmpty { reported += 1 }
        }
        #expect(reported > 15)
    }

    @Test(arguments: ["NULL", "x'ff'", "9e999"])
    func everyColumn(value: String) async throws {
        let sample = try await DamagedStore()
        var reported: Set<String> = []
        for (table, column) in sample.columns {
            let codes = try await sample.codes(with: [UInt8](sample.sound)) { store in
                try store.overwrite(table, column, with: value)
            }
            #expect(codes.isSubset(of: [.corrupt, .disk, .failed]), "\(table).\(column): \(codes)")
            if !codes.isEmpty { reported.insert("\(table).\(column)") }
        }
        #expect(sample.columns.count > 30)
        guard value == "NULL" else { return }
        // The others may be NULL, or are only ever compared with.
        let handedOut: Set = [
            "agent.id", "agent.name", "agent.labels", "agent.host", "agent.enrolled_at", "assignment.id",
            "assignment.model", "data_version.value", "job.id", "job.request", "job.created_at", "run.document",
            "tier_list.document", "token.id", "token.role", "token.created_at",
        ]
        #expect(reported.isSuperset(of: handedOut), "\(handedOut.subtracting(reported).sorted())")
    }

    @Test(arguments: [3, 255] as [UInt8])
    func writeVersionOfNoKnownFormatIsDamage(byte: UInt8) async throws {
        let sample = try await DamagedStore()
        var bytes = [UInt8](sample.sound)
        // SQLite takes it for a file that may be read only: https://www.sqlite.org/fileformat.html
        bytes[18] = byte
        #expect(try await sample.codes(with: bytes) == [.corrupt])
    }
}

/// A store with something in every table, to be damaged again and again.
private struct DamagedStore {
    let temporary: TemporaryStore
    let columns: [(table: String, column: String)]
    let sound: Data
    let agentId: String
    let job: JobRecord
    let run: Run

    init() async throws {
        temporary = try TemporaryStore()
        let store = temporary.store
        agentId = try await temporary.enroll("a")
        let agentId = agentId
        job = try await store.createSampleJob(repetitions: 3)
        let open = try await store.unfinishedAssignments(agentId: agentId, limit: 1, at: TemporaryStore.now)
        let assignment = try #require(open.first)
        run = Run.sample(agentId: agentId, assignment: assignment)
        let runs = [run] + (0..<100).map { _ in Run.sample(agentId: agentId) }
        _ = try await store.insert(runs, from: .administrator, at: TemporaryStore.now)
        try await store.replaceTiers(TierList(tiers: []))
        columns = try store.columns()
        try store.close()
        sound = try Data(contentsOf: URL(fileURLWithPath: temporary.directory.databasePath))
    }

    /// Calls everything on a store of these bytes and returns what was reported.
    func codes(
        with bytes: [UInt8],
        prepare: (SQLStore) throws -> Void = { _ in }
    ) async throws -> Set<StoreError.Code> {
        let path = temporary.directory.databasePath
        for suffix in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        var codes: Set<StoreError.Code> = []
        func note(_ body: () async throws -> Void) async throws {
            do { try await body() } catch let error as StoreError { codes.insert(error.code) }
        }
        try await note {
            let before = try SQLStore(openingIn: temporary.directory)
            defer { try? before.close() }
            try prepare(before)
        }
        try await note {
            let store = try SQLStore(openingIn: temporary.directory)
            defer { try? store.close() }
            let now = TemporaryStore.now
            try await note { _ = try await store.rankingInputs() }
            try await note { _ = try await store.runs(matching: RunFilter(), after: nil, limit: 500) }
            try await note { _ = try await store.run(id: run.id) }
            try await note { _ = try await store.agents() }
            try await note { _ = try await store.agent(id: agentId) }
            try await note { _ = try await store.tokens() }
            try await note { _ = try await store.grant(for: temporary.adminSecret.hash, at: now) }
            try await note { _ = try await store.tiers() }
            try await note { _ = try await store.jobs(limit: 10) }
            try await note { _ = try await store.job(id: job.id) }
            let open = try? await store.unfinishedAssignments(agentId: agentId, limit: 1, at: now).first
            try await note { _ = try await store.unfinishedAssignments(agentId: agentId, limit: 10, at: now) }
            try await note { _ = try await store.assignments(ofJob: job.id, limit: 10) }
            try await note { _ = try await store.makeDueRounds(at: now.advanced(bySeconds: 100)) }
            try await note { try await store.expireAssignments(at: now.advanced(bySeconds: 100)) }
            let answer = Run.sample(agentId: agentId, assignment: open)
            try await note { _ = try await store.insert([run, answer], from: .administrator, at: now) }
            try await note { _ = try await store.createSampleJob() }
            try await note { _ = try await store.cancelJob(id: job.id, at: now) }
        }
        return codes
    }
}

/// A generator that repeats itself: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014.
private struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}
