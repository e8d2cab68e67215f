import EdgeprofAPI
import Foundation
import Testing
import Yams

@Suite struct TierFormatTests {
    @Test func theExamplesAreSound() throws {
        let text = try String(contentsOf: examples.appendingPathComponent("tiers.yaml"), encoding: .utf8)
        let list = try YAMLDecoder().decode(TierList.self, from: text)
        #expect(list.problems().isEmpty)
        #expect(list.examplePrices)
        #expect(list.tiers.count >= 8)
        #expect(list.tiers.allSatisfy { $0.pricedOn == "2026-11-22" && !$0.match.isEmpty })
    }

    @Test func whatIsLeftOutHasItsDefault() throws {
        let text = "tiers: [{id: a, price_usd: 45, memory_mib: 1024, idle_watts: 2.7, active_watts: 6.4}]"
        let list = try YAMLDecoder().decode(TierList.self, from: text)
        let tier = Tier(id: "a", priceUsd: 45, memoryMib: 1024, idleWatts: 2.7, activeWatts: 6.4)
        #expect(list == TierList(tiers: [tier], examplePrices: false))
        #expect(list.problems().isEmpty)
        #expect(tier.match.isEmpty)
    }

    @Test func roundTripsThroughJsonInSnakeCase() throws {
        var list = WorkedExample.tiers
        list.examplePrices = true
        list.tiers[0].match = .init(
            cpuModel: "Cortex-A72",
            memoryMib: [0, 1100],
            board: "Pi",
            label: ["site": "lab"]
        )
        list.tiers[0].packageToWall = 1.3
        list.tiers[0].boardToWall = 1.1
        list.tiers[0].pricedOn = "2026-11-22"
        list.tiers[0].caches = .init(l1dKib: 32, l2Kib: 1024)
        (list.tiers[0].peakGops, list.tiers[0].bandwidthGbps) = (38.4, 4.2)
        let data = try JSONEncoder().encode(list)
        #expect(try JSONDecoder().decode(TierList.self, from: data) == list)
        let text = String(decoding: data, as: UTF8.self)
        for key in [
            "price_usd", "os_reserve_mib", "max_units_per_site", "cpu_model", "memory_mib", "example_prices", "l1d_kib",
        ] {
            #expect(text.contains("\"\(key)\""))
        }
    }

    @Test(arguments: [
        ("{tiers: [{id: a}]}", "tiers[0]: the key `price_usd` is missing"),
        ("{tiers: [{id: a, prize_usd: 3}]}", "tiers[0].prize_usd: is not a known key"),
        ("{tiers: [], currency: EUR}", "currency: is not a known key"),
        ("{tiers: {}}", "tiers: is not a list"),
        ("{}", "the key `tiers` is missing"),
        ("{tiers: [{id: a, match: {cpu: x}}]}", "tiers[0].match.cpu: is not a known key"),
        ("{tiers: [{id: a, match: {}, caches: {l1_kib: 32}}]}", "tiers[0].caches.l1_kib: is not a known key"),
        ("{tiers: [{id: a, match: {}, caches: {l2_kib: big}}]}", "tiers[0].caches.l2_kib: is not a whole number"),
    ])
    func badKeysAreNamed(text: String, message: String) throws {
        do {
            // JSON is YAML: the match of the last case must be reached, so the other keys are filled in.
            let text = text.replacingOccurrences(
                of: "match",
                with: "price_usd: 1, memory_mib: 9, idle_watts: 1, active_watts: 1, match"
            )
            _ = try YAMLDecoder().decode(TierList.self, from: text)
            Issue.record("decoded")
        } catch let error as DecodingError {
            #expect(ConfigurationError(error).description.hasPrefix(message))
        }
    }

    static let badValues: [BadValue<TierList>] = [
        BadValue("tiers[1].id", { $0.tiers[1].id = "small" }),
        BadValue("tiers[0].id", { $0.tiers[0].id = "" }),
        BadValue("tiers[0].id", { $0.tiers[0].id = "a b" }),
        BadValue("tiers[0].id", { $0.tiers[0].id = String(repeating: "a", count: 101) }),
        BadValue("tiers[0].price_usd", { $0.tiers[0].priceUsd = .nan }),
        BadValue("tiers[0].install_usd", { $0.tiers[0].installUsd = -1 }),
        BadValue("tiers[0].memory_mib", { $0.tiers[0].memoryMib = 1e12 }),
        BadValue("tiers[0].os_reserve_mib", { $0.tiers[0].osReserveMib = 1025 }),
        BadValue("tiers[0].idle_watts", { $0.tiers[0].idleWatts = -1 }),
        BadValue("tiers[0].active_watts", { $0.tiers[0].activeWatts = 2 }),
        BadValue("tiers[0].maintenance_per_year", { $0.tiers[0].maintenancePerYear = 11 }),
        BadValue("tiers[0].max_units_per_site", { $0.tiers[0].maxUnitsPerSite = 0 }),
        BadValue("tiers[0].lifetime_years", { $0.tiers[0].lifetimeYears = 0 }),
        BadValue("tiers[0].package_to_wall", { $0.tiers[0].packageToWall = 0.9 }),
        BadValue("tiers[0].board_to_wall", { $0.tiers[0].boardToWall = 0.9 }),
        BadValue("tiers[0].priced_on", { $0.tiers[0].pricedOn = "22.11.2026" }),
        BadValue("tiers[0].priced_on", { $0.tiers[0].pricedOn = "2026-13-01" }),
        BadValue("tiers[0].peak_gops", { $0.tiers[0].peakGops = 0 }),
        BadValue("tiers[0].bandwidth_gbps", { $0.tiers[0].bandwidthGbps = .nan }),
        BadValue("tiers[0].caches", { $0.tiers[0].caches = .init() }),
        BadValue("tiers[0].caches.l1d_kib", { $0.tiers[0].caches = .init(l1dKib: 0) }),
        BadValue("tiers[0].caches.l2_kib", { $0.tiers[0].caches = .init(l2Kib: .max) }),
        BadValue("tiers[0].caches.l3_kib", { $0.tiers[0].caches = .init(l2Kib: 512, l3Kib: 256) }),
        BadValue("tiers[0].match.cpu_model", { $0.tiers[0].match.cpuModel = "" }),
        BadValue("tiers[0].match.board", { $0.tiers[0].match.board = "" }),
        BadValue("tiers[0].match.memory_mib", { $0.tiers[0].match.memoryMib = [1] }),
        BadValue("tiers[0].match.memory_mib", { $0.tiers[0].match.memoryMib = [2, 1] }),
        BadValue("tiers[0].match.memory_mib[1]", { $0.tiers[0].match.memoryMib = [2, .infinity] }),
        BadValue("tiers", { $0.tiers = [] }),
    ]

    @Test(arguments: badValues)
    func rangesAreChecked(bad: BadValue<TierList>) {
        var list = WorkedExample.tiers
        bad.change(&list)
        #expect(list.problems().map(\.path) == [bad.path])
    }

    @Test func everyConditionOfARuleMustHold() {
        let match = Tier.Match(cpuModel: "cortex-a72", memoryMib: [0, 1100], board: "Pi 4", label: ["site": "lab"])
        let facts = TierMatchFacts(
            cpuModel: "ARM Cortex-A72 r0p3",
            memoryMib: 1100,
            board: "Raspberry Pi 4 Model B Rev 1.4",
            labels: ["site": "lab", "other": "x"]
        )
        #expect(match.accepts(facts))
        for change in [
            { $0.cpuModel = "Cortex-A76" }, { $0.cpuModel = nil }, { $0.memoryMib = 1101 }, { $0.memoryMib = nil },
            { $0.board = "Pi" }, { $0.board = nil }, { $0.labels = [:] }, { $0.labels["site"] = "Lab" },
        ] as [(inout TierMatchFacts) -> Void] {
            var other = facts
            change(&other)
            #expect(!match.accepts(other))
        }
        #expect(!Tier.Match().accepts(facts))
    }

    @Test func aLabelGoesBeforeRecognisedHardware() {
        var tiers = WorkedExample.tiers.tiers
        tiers[0].match = .init(label: ["quickstart": "box"])
        tiers[1].match = .init(cpuModel: "N100")
        #expect(TierMatcher.tiers(matching: .init(cpuModel: "Intel(R) N100"), in: tiers) == ["large"])
        let both = TierMatchFacts(cpuModel: "Intel(R) N100", labels: ["quickstart": "box"])
        #expect(TierMatcher.tiers(matching: both, in: tiers) == ["small"])
        #expect(TierMatcher.tiers(matching: .init(), in: tiers) == [])
        tiers[0].match = tiers[1].match
        #expect(TierMatcher.tiers(matching: both, in: tiers) == ["small", "large"])
    }
}
