import EdgeprofAPI
import Testing

@testable import Economics

/// The CSV of sites.
@Suite struct SiteListTests {
    @Test func aListWithEverything() throws {
        let text =
            "\u{feff}site, inferences_per_second,duty,owned:small,owned:large\r\n# two shops\r\n"
            + "\"Berlin, Mitte\",12.5,0.4,2,\r\n\r\nParis,3e1,,0,1\n\"a \"\"b\"\"\",0,1,,"
        #expect(
            try SiteList.parse(text, tiers: ["small", "large"]) == [
                .init(site: "Berlin, Mitte", inferencesPerSecond: 12.5, duty: 0.4, owned: ["small": 2]),
                .init(site: "Paris", inferencesPerSecond: 30, owned: ["large": 1]),
                .init(site: "a \"b\"", inferencesPerSecond: 0, duty: 1),
            ]
        )
    }

    @Test(arguments: [
        ("", "1: is empty; the first line names the columns: site,inferences_per_second"),
        ("site,inferences_per_second\n", "1: lists no site below the header"),
        ("site\nx", "1: the column inferences_per_second is missing"),
        (
            "site,inferences_per_second,dutty\nx,1,1",
            "1: `dutty` is no column; use site, inferences_per_second, duty or owned:TIER"
        ),
        ("site,inferences_per_second,site\nx,1,y", "1: the column `site` is there twice"),
        ("site,inferences_per_second,owned:huge\nx,1,1", "1: there is no tier `huge`; use small"),
        ("site,inferences_per_second\nx", "2: has 1 value, the header 2"),
        ("site,inferences_per_second\nx,1,2", "2: has 3 values, the header 2"),
        ("site,inferences_per_second\nx,fast", "2: inferences_per_second `fast` is not a number"),
        ("site,inferences_per_second\nx,0x10", "2: inferences_per_second `0x10` is not a number"),
        ("site,inferences_per_second\nx,1e400", "2: inferences_per_second `1e400` is not a number"),
        ("site,inferences_per_second\nx,-1", "2: inferences_per_second -1 is outside 0 to 1,000,000"),
        ("site,inferences_per_second,duty\n\nx,1,50", "3: duty 50 is outside 0 to 1"),
        ("site,inferences_per_second,owned:small\nx,1,1.5", "2: owned:small `1.5` is not a whole number"),
        ("site,inferences_per_second\nx,1\ny,2\nx,3", "4: the site `x` is already in line 2"),
        ("site,inferences_per_second\n,3", "2: give the site a name of 1 to 200 bytes"),
        ("site,inferences_per_second\n\"x,3", "2: has a quotation mark that is not closed, or text beside it"),
        ("site,inferences_per_second\nx\"y,3", "2: has a quotation mark that is not closed, or text beside it"),
    ])
    func mistakesAreNamedWithTheirLine(text: String, message: String) {
        let error = #expect(throws: ConfigurationError.self) { try SiteList.parse(text, tiers: ["small"]) }
        #expect(error?.problems.first?.description == message)
    }

    @Test func everyMistakeIsToldUpToALimit() {
        let lines = (0..<100).map { "s\($0),x" }.joined(separator: "\n")
        let error = #expect(throws: ConfigurationError.self) {
            try SiteList.parse("site,inferences_per_second\n" + lines)
        }
        #expect(error?.problems.count == SiteList.mostProblems)
    }

    @Test func garbageIsRefusedAndNeverTraps() {
        for seed in 0..<200 as Range<UInt64> {
            var random = SmallRandom(state: seed)
            let alphabet = Array("site,inferences_per_second\n\r\"#:0189.e+-owned\u{0}é".unicodeScalars)
            let text = (0..<random.below(200)).map { _ in String(alphabet[random.below(alphabet.count)]) }.joined()
            _ = try? SiteList.parse(text)
            _ = try? SiteList.parse("site,inferences_per_second\n" + text)
        }
    }

    private struct SmallRandom {
        var state: UInt64
        mutating func below(_ count: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(count))
        }
    }

    @Test(arguments: [
        BadValue<PlanningRequest>("budgetUsd") { $0.budgetUsd = -1 },
        BadValue("budgetUsd") {
            $0.budgetUsd = 5
            $0.deployment.value = nil
        },
        BadValue("stock.small") { $0.stock = ["small": -1] },
        BadValue("stock") { $0.stock = Dictionary(uniqueKeysWithValues: (0..<9).map { ("t\($0)", 1) }) },
        BadValue("sites") { $0.sites = [] },
        BadValue("sites[0].site") { $0.sites = [.init(site: "", inferencesPerSecond: 1)] },
        BadValue("sites[1].site") {
            $0.sites = [.init(site: "x", inferencesPerSecond: 1), .init(site: "x", inferencesPerSecond: 2)]
        },
        BadValue("sites[0].inferences_per_second") { $0.sites = [.init(site: "x", inferencesPerSecond: .nan)] },
        BadValue("sites[0].duty") { $0.sites = [.init(site: "x", inferencesPerSecond: 1, duty: 2)] },
        BadValue("sites[0].owned.small") {
            $0.sites = [.init(site: "x", inferencesPerSecond: 1, owned: ["small": -2])]
        },
        BadValue("deployment.years") { $0.deployment.years = 0 },
    ])
    func badRequestsAreRefused(bad: BadValue<PlanningRequest>) {
        var request = PlanningRequest(deployment: WorkedExample.deployment)
        bad.change(&request)
        #expect(request.problems().map(\.path).contains(bad.path))
        #expect(throws: ConfigurationError.self) {
            try Economics.plan(measurements: WorkedExample.measurements, tiers: WorkedExample.tiers, request: request)
        }
    }

    @Test func tiersThatAreNotThereAreNamed() {
        var request = PlanningRequest(deployment: WorkedExample.deployment, stock: ["huge": 3])
        request.sites = [.init(site: "x", inferencesPerSecond: 1, owned: ["tiny": 1])]
        let error = #expect(throws: ConfigurationError.self) {
            try Economics.plan(measurements: WorkedExample.measurements, tiers: WorkedExample.tiers, request: request)
        }
        #expect(error?.problems.map(\.path) == ["stock.huge", "sites[0].owned.tiny"])
    }
}
