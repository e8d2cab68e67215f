import EdgeprofAPI
import Testing

@testable import CollectorStore

extension TemporaryStore {
    /// A store with something in every table, and more runs than one step takes.
    static func filled(_ kind: StoreKind, runs: Int = 700) async throws -> TemporaryStore {
        let temporary = try await TemporaryStore(kind)
        let (store, now) = (temporary.store, TemporaryStore.now)
        let agentId = try await temporary.enroll("Ägent \"b\"", labels: ["site": "<b>'lab'</b>"])
        _ = try await temporary.enroll("agent a")
        _ = try await store.createSampleJob(models: ["m1", "m2"], repetitions: 3)
        let work = try await store.unfinishedAssignments(agentId: agentId, limit: 2, at: now)
        _ = try await store.beginAudit(AuditEntry(at: now, action: "test", detail: "'; DROP TABLE run"))
        let answers = work.map { Run.sample(agentId: agentId, assignment: $0, model: $0.model) }
        let others = (0..<runs).map { index in
            Run.sample(
                agentId: nil,
                startedAt: Timestamp(millisecondsSinceEpoch: 1_735_000_000_000 + Int64(index) * 90_000_000)
            )
        }
        _ = try await store.insert(answers + others, from: .administrator, at: now)
        try await store.replaceTiers(TierList(tiers: [], examplePrices: true))
        let accuracy = ModelAccuracy(
            model: "m",
            precision: .int8,
            top1: 0.1,
            top1Interval: [0, 1],
            images: 1,
            dataset: "val",
            measuredAt: now,
            producer: "test"
        )
        try await store.replaceAccuracy(accuracy, ofModel: String(repeating: "a", count: 64), at: now)
        let issue = try await store.issueAccessToken(
            NewToken(hash: TokenHash(of: "t"), role: .agent, expiresAt: now),
            agentId: agentId,
            using: UsedChallenge(nonce: [0, 1, 255], expiresAt: Timestamp(millisecondsSinceEpoch: .max)),
            at: now
        )
        #expect(issue == .issued)
        return temporary
    }
}
