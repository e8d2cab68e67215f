import CollectorStore
import EdgeprofAPI
import Foundation
import Testing

@Suite struct StoreTokenTests {
    private let now = TemporaryStore.now
    private func later(_ seconds: Int64) -> Timestamp {
        Timestamp(millisecondsSinceEpoch: now.millisecondsSinceEpoch + seconds * 1000)
    }

    @Test func secretsAreLongUniqueAndHideWhenPrinted() {
        let secrets = (0..<100).map { _ in TokenSecret(role: .admin) }
        #expect(Set(secrets.map(\.text)).count == 100)
        for secret in secrets {
            #expect(secret.text.hasPrefix("edgeprof_admin_"))
            #expect(secret.text.utf8.count == "edgeprof_admin_".utf8.count + 64)
            #expect(!"\(secret) \(String(reflecting: secret))".contains(secret.text.suffix(64)))
            var dumped = ""
            dump(secret, to: &dumped)
            #expect(!dumped.contains(secret.text.suffix(64)))
        }
    }

    @Test func noFileHoldsASecret() async throws {
        let temporary = try TemporaryStore()
        let viewer = TokenSecret(role: .viewer)
        _ = try await temporary.store.createToken(NewToken(hash: viewer.hash, role: .viewer), at: now)
        for name in try FileManager.default.contentsOfDirectory(atPath: temporary.directory.path) {
            let bytes = try Data(contentsOf: URL(fileURLWithPath: temporary.directory.path + "/" + name))
            for secret in [viewer, temporary.adminSecret] {
                #expect(bytes.range(of: Data(secret.text.suffix(64).utf8)) == nil, "\(name)")
            }
        }
        // The scan can find things: the hash is there.
        let files = try ["", "-wal"].map {
            try Data(contentsOf: URL(fileURLWithPath: temporary.directory.databasePath + $0))
        }
        #expect(files.contains { $0.range(of: Data(viewer.hash.bytes)) != nil })
    }

    @Test(arguments: StoreKind.available)
    func tokensExpire(kind: StoreKind) async throws {
        let temporary = try await TemporaryStore(kind)
        let hash = TokenHash(of: "v")
        let id = try await temporary.store.createToken(
            NewToken(hash: hash, role: .viewer, expiresAt: later(60)),
            at: now
        )
        #expect(
            try await temporary.store.grant(for: hash, at: later(59)) == TokenGrant(tokenId: id, role: .viewer)
        )
        #expect(try await temporary.store.grant(for: hash, at: later(60)) == nil)
        #expect(try await temporary.store.grant(for: TokenHash(of: "w"), at: now) == nil)
    }

    @Test(arguments: StoreKind.available)
    func expiredTokensAreDeletedWhenTheNextOneIsMade(kind: StoreKind) async throws {
        let temporary = try await TemporaryStore(kind)
        let store = temporary.store
        func make(_ name: String, expiresAt: Timestamp?, at moment: Timestamp) async throws -> String {
            let token = NewToken(hash: TokenHash(of: name), role: .viewer, expiresAt: expiresAt)
            return try await store.createToken(token, at: moment)
        }
        let admin = try await store.tokens().map(\.id)
        let short = try await make("short", expiresAt: later(60), at: now)
        let long = try await make("long", expiresAt: later(61), at: now)
        let early = try await make("early", expiresAt: nil, at: later(59))
        #expect(try await Set(store.tokens().map(\.id)) == Set(admin + [short, long, early]))
        let next = try await make("next", expiresAt: nil, at: later(60))
        #expect(try await Set(store.tokens().map(\.id)) == Set(admin + [long, early, next]))
        // A deleted one is gone for clocks set back, too.
        #expect(try await store.grant(for: TokenHash(of: "short"), at: now) == nil)
        #expect(try await !store.deleteToken(id: short))
    }

    @Test(arguments: StoreKind.available)
    func revocationWorksAtOnceAndOnce(kind: StoreKind) async throws {
        let temporary = try await TemporaryStore(kind)
        let hash = TokenHash(of: "v")
        let id = try await temporary.store.createToken(NewToken(hash: hash, role: .viewer), at: now)
        #expect(try await temporary.store.tokens().map(\.id).contains(id))
        #expect(try await temporary.store.deleteToken(id: id))
        #expect(try await temporary.store.grant(for: hash, at: now) == nil)
        #expect(try await !temporary.store.deleteToken(id: id))
    }

    @Test(arguments: StoreKind.available)
    func aTokenForThreeEnrolsThreeOfManyAtOnce(kind: StoreKind) async throws {
        let temporary = try await TemporaryStore(kind)
        let hash = TokenHash(of: "e")
        let tokenId = try await temporary.store.createToken(
            NewToken(hash: hash, role: .enrollment, usesLeft: 3),
            at: now
        )
        let store = temporary.store
        let ids = try await withThrowingTaskGroup(of: String?.self) { group in
            for index in 0..<20 {
                group.addTask {
                    let request = EnrollRequest(
                        name: "a\(index)",
                        labels: [:],
                        host: .sample,
                        version: "1",
                        publicKey: TemporaryStore.publicKey
                    )
                    let token = NewToken(hash: TokenHash(of: "agent \(index)"), role: .agent)
                    return try await store.enroll(
                        request,
                        enrollmentTokenId: tokenId,
                        agentToken: token,
                        at: TemporaryStore.now
                    )?.id
                }
            }
            return try await group.reduce(into: Set<String>()) { set, id in if let id { set.insert(id) } }
        }
        #expect(ids.count == 3)
        #expect(Set(try await store.agents().map(\.id)) == ids)
        #expect(try await store.tokens().first { $0.id == tokenId }?.usesLeft == 0)
        #expect(try await store.grant(for: hash, at: now) == nil)
        #expect(Set(try await store.tokens().compactMap(\.agentId)) == ids)
    }

    @Test(arguments: StoreKind.available)
    func onlyLiveEnrolmentTokensEnrol(kind: StoreKind) async throws {
        let temporary = try await TemporaryStore(kind)
        let request = EnrollRequest(
            name: "a",
            labels: [:],
            host: .sample,
            version: "1",
            publicKey: TemporaryStore.publicKey
        )
        let admin = try #require(try await temporary.store.tokens().first)
        let expired = try await temporary.store.createToken(
            NewToken(hash: TokenHash(of: "e"), role: .enrollment, expiresAt: now),
            at: now
        )
        for id in [admin.id, expired, "unknown"] {
            let agentToken = NewToken(hash: TokenHash(of: "t" + id), role: .agent)
            #expect(
                try await temporary.store.enroll(request, enrollmentTokenId: id, agentToken: agentToken, at: now) == nil
            )
        }
        #expect(try await temporary.store.agents().isEmpty)
    }
}
