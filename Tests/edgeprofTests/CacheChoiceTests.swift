import EdgeprofAPI
import Testing

@testable import edgeprof

@Suite struct CacheChoiceTests {
    private func tiers() -> TierList {
        var tier = Tier(id: "board", priceUsd: 1, memoryMib: 1024, idleWatts: 1, activeWatts: 2)
        let bare = tier
        tier.id = "3b"
        tier.caches = .init(l1dKib: 32, l3Kib: 2048)
        return TierList(tiers: [bare, tier])
    }

    @Test func readsAListOfSizes() async throws {
        let choice = try await CacheChoice("32K,1MiB,2G") { throw InputError("no tiers are needed") }
        #expect(choice.levels.map(\.name) == ["L1d", "L2", "L3"])
        #expect(choice.levels.map(\.bytes) == [32 << 10, 1 << 20, 2 << 30])
    }

    @Test(arguments: [
        "32", "32K,", "0K", "1023", "64K,32K", "32K,32K", "32K 1M", "9999999999999999999G", "2048G", "1.5M",
        "1K,2K,3K,4K,5K,6K,7K,8K,9K", "32X",
    ])
    func refusesOtherLists(text: String) async {
        await #expect(throws: InputError.self) { try await CacheChoice(text) { tiers() } }
    }

    @Test func takesATiersCaches() throws {
        let levels = try CacheChoice.levels(of: "3b", in: tiers())
        #expect(levels == [.init(name: "L1d", bytes: 32768), .init(name: "L3", bytes: 2 << 20)])
    }

    @Test func namesTheRemedyForATierWithoutCachesOrAnUnknownOne() async {
        for (id, text) in [("board", "l1d_kib"), ("lost", "board, 3b")] {
            do {
                _ = try await CacheChoice(id) { tiers() }
                Issue.record("taken")
            } catch {
                #expect("\(error)".contains(text))
            }
        }
    }
}
