import EdgeprofAPI
import Foundation
import GRDB
import Testing

@testable import CollectorStore

/// Stores made by earlier versions.
@Suite struct UpgradeTests {
    /// A store as the version before agents' keys left it: an agent with a token that never expires, and an admin.
    private func storeBeforeKeys(in directory: StoreDirectory, host: HostFacts) throws {
        try FileManager.default.createDirectory(atPath: directory.path, withIntermediateDirectories: true)
        let queue = try DatabaseQueue(path: directory.databasePath)
        try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA application_id = \(Schema.applicationID)") }
        try Schema.migrator.migrate(queue, upTo: "0002 accuracies of models")
        try queue.write { database in
            try database.execute(
                sql: "INSERT INTO agent (id, name, labels, host, enrolled_at) VALUES ('a', 'old', '{}', ?, 1)",
                arguments: [String(decoding: try JSONEncoder().encode(host), as: UTF8.self)]
            )
            for (role, agent) in [("agent", "a"), ("admin", nil), ("enrollment", nil)] {
                try database.execute(
                    sql: "INSERT INTO token (id, hash, role, agent_id, created_at) VALUES (?, ?, ?, ?, 1)",
                    arguments: [role, Data(TokenHash(of: role).bytes), role, agent]
                )
            }
        }
        try queue.close()
    }

    @Test func agentsWithoutKeysMustEnrolAgainAndNothingElseIsLost() async throws {
        let directory = StoreDirectory(path: NSTemporaryDirectory() + "edgeprof-upgrade-" + UUID().uuidString)
        defer { try? FileManager.default.removeItem(atPath: directory.path) }
        try storeBeforeKeys(in: directory, host: .sample)
        let store = try SQLStore(openingIn: directory)
        let now = TemporaryStore.now
        #expect(try await store.grant(for: TokenHash(of: "agent"), at: now) == nil)
        #expect(try await store.grant(for: TokenHash(of: "admin"), at: now)?.role == .admin)
        #expect(try await store.grant(for: TokenHash(of: "enrollment"), at: now)?.role == .enrollment)
        let old = try #require(try await store.agent(id: "a"))
        #expect(old.status == .revoked && old.keyFingerprint == nil && old.host == .sample)
        #expect(try await store.agentKey(id: "a") == nil)
        // What enrolled agents without approval still does.
        let request = EnrollRequest(
            name: "new",
            labels: [:],
            host: .sample,
            version: "2",
            publicKey: TemporaryStore.publicKey
        )
        let token = NewToken(hash: TokenHash(of: "t"), role: .agent)
        let agent = try await store.enroll(request, enrollmentTokenId: "enrollment", agentToken: token, at: now)
        #expect(agent?.status == .active)
        let secret = try await store.challengeSecret()
        #expect(secret.count == 32 && Set(secret).count > 1)
        try store.close()
        let again = try SQLStore(openingIn: directory)
        #expect(try await again.challengeSecret() == secret)
        try again.close()
    }

    /// Jobs of the version before schedules and windows go on as they were, for agents that tell no local time.
    @Test func jobsOfTheVersionBeforeGoOn() async throws {
        let directory = StoreDirectory(path: NSTemporaryDirectory() + "edgeprof-upgrade-" + UUID().uuidString)
        defer { try? FileManager.default.removeItem(atPath: directory.path) }
        try FileManager.default.createDirectory(atPath: directory.path, withIntermediateDirectories: true)
        let request = String(
            decoding: try JSONEncoder().encode(JobRequest(models: ["m"], settings: JobSettings())),
            as: UTF8.self
        )
        let host = String(decoding: try JSONEncoder().encode(HostFacts.sample), as: UTF8.self)
        let queue = try DatabaseQueue(path: directory.databasePath)
        try await queue.writeWithoutTransaction {
            try $0.execute(sql: "PRAGMA application_id = \(Schema.applicationID)")
        }
        try Schema.migrator.migrate(queue, upTo: Migration.agentKeys.name)
        try await queue.write { database in
            try database.execute(
                sql: """
                    INSERT INTO agent (id, name, labels, host, enrolled_at, status, public_key)
                    VALUES ('a', 'old', '{}', ?, 1, 'active', zeroblob(32))
                    """,
                arguments: [host]
            )
            try database.execute(
                sql: "INSERT INTO job (id, request, created_at) VALUES ('j', ?, 1)",
                arguments: [request]
            )
            for (id, reason) in [("open", nil), ("over", "rejected: x")] {
                try database.execute(
                    sql: """
                        INSERT INTO assignment (id, job_id, agent_id, model, rejected_reason) VALUES (?, 'j', 'a', 'm', ?)
                        """,
                    arguments: [id, reason]
                )
            }
        }
        try queue.close()
        let store = try SQLStore(openingIn: directory)
        let now = TemporaryStore.now
        let job = try #require(try await store.job(id: "j"))
        #expect(job.total == 2 && job.closed == 1 && job.state == .open && job.scheduleId == nil && job.nextAt == nil)
        #expect(try await store.unfinishedAssignments(agentId: "a", limit: 9, at: now).map(\.id) == ["open"])
        try await store.expireAssignments(at: now)
        #expect(try await store.makeDueRounds(at: now).isEmpty)
        // A newer job of higher priority goes before the old one.
        let urgent = JobRequest(models: ["n"], settings: JobSettings(), priority: 1)
        guard case .created = try await store.createJob(urgent, at: now) else {
            throw StoreError(.failed, "no job")
        }
        #expect(try await store.unfinishedAssignments(agentId: "a", limit: 9, at: now).map(\.model) == ["n", "m"])
        #expect(try await store.cancelJob(id: "j", at: now)?.closed == 2)
        try store.close()
    }

    @Test(arguments: StoreKind.available)
    func eachStoreHasASecretOfItsOwn(kind: StoreKind) async throws {
        let (first, second) = (try await TemporaryStore(kind), try await TemporaryStore(kind))
        #expect(try await first.store.challengeSecret() != second.store.challengeSecret())
    }

    @Test(arguments: StoreKind.available)
    func usedChallengesAndExpiredTokensAreForgotten(kind: StoreKind) async throws {
        let temporary = try await TemporaryStore(kind)
        let (store, now) = (temporary.store, TemporaryStore.now)
        let id = try await temporary.enroll("a")
        func at(_ seconds: Int64) -> Timestamp {
            Timestamp(millisecondsSinceEpoch: now.millisecondsSinceEpoch + seconds * 1000)
        }
        for second: Int64 in 0..<20 {
            let issue = try await store.issueAccessToken(
                NewToken(hash: TokenHash(of: "\(second)"), role: .agent, expiresAt: at(second + 2)),
                agentId: id,
                using: UsedChallenge(nonce: Array("\(second)".utf8), expiresAt: at(second + 3)),
                at: at(second)
            )
            #expect(issue == .issued)
        }
        #expect(try await store.count("SELECT count(*) FROM used_challenge") == 3)
        #expect(
            try await store.count("SELECT count(*) FROM token WHERE role = 'agent' AND expires_at IS NOT NULL") == 2
        )
    }
}
