import EdgeprofAPI
import Testing

@Suite struct StandInTests {
    private let tiers = [
        Tier(
            id: "small",
            priceUsd: 1,
            memoryMib: 1,
            idleWatts: 1,
            activeWatts: 1,
            match: .init(cpuModel: "Cortex")
        ),
        Tier(id: "large", priceUsd: 1, memoryMib: 1, idleWatts: 1, activeWatts: 1, match: .init(cpuModel: "Xeon")),
        Tier(id: "unruly", priceUsd: 1, memoryMib: 1, idleWatts: 1, activeWatts: 1),
    ]

    @Test func aDeclaredStandInIsOfThatTierAlone() {
        func match(_ labels: [String: String]) -> [String] {
            TierMatcher.tiers(matching: TierMatchFacts(cpuModel: "Xeon Gold", labels: labels), in: tiers)
        }
        #expect(match([:]) == ["large"])
        #expect(match(["stand-in-for": "small"]) == ["small"])
        #expect(match(["stand-in-for": "unruly"]) == ["unruly"])
        #expect(match(["stand-in-for": "smal"]) == [])
    }

    @Test func likelyMistakesAreRemarked() {
        var list = TierList(tiers: tiers)
        #expect(list.remarks().count == 1 && list.remarks()[0].contains("unruly has no rule"))
        list.tiers[1].match = list.tiers[0].match
        #expect(list.remarks().contains { $0.contains("small and large have one rule") })
        #expect(list.problems().isEmpty)
    }
}
