import Economics
import EdgeprofAPI
import Testing

@testable import edgeprof

/// The page of `edgeprof plan`.
@Suite struct PlanPageTests {
    private static func request(sites: Bool) -> PlanningRequest {
        var request = PlanningRequest(
            deployment: Deployment(
                name: "shops",
                demand: .init(inferencesPerSecond: 20, duty: 0.5, sites: 200),
                slo: .init(percentile: 99, milliseconds: 150),
                accuracyFloor: 0.69,
                years: 3,
                discount: 0.08,
                usdPerKwh: 0.15,
                value: .init(correctUsd: 0.00002, wrongUsd: 0.00001)
            )
        )
        if sites {
            request.sites = (0..<40).map {
                .init(
                    site: "shop \($0)",
                    inferencesPerSecond: 3 + 2 * Double($0),
                    owned: $0 < 9 ? ["small-tier": 2] : [:]
                )
            }
            request.budgetUsd = 9000
            request.stock = ["large-tier-with-a-long-name": 5]
        }
        return request
    }

    private static func result(sites: Bool) throws -> PlanResult {
        let rows: [(String, String, Double, Double)] = [
            ("resnet18", "small-tier", 84, 0.69494), ("resnet18", "large-tier-with-a-long-name", 17, 0.69494),
            ("resnet50", "large-tier-with-a-long-name", 41, 0.7592),
            ("densenet121", "large-tier-with-a-long-name", 48, 0.744), ("vgg16", "small-tier", 900, 0.7),
        ]
        let measurements = rows.map { model, tier, milliseconds, accuracy in
            TierMeasurement(
                model: model,
                tier: tier,
                throughputPerSecond: 1000 / milliseconds,
                latencyMilliseconds: .init(p50: milliseconds, p90: milliseconds, p99: milliseconds),
                peakRssMib: 80,
                accuracy: .init(value: accuracy, source: "evaluated", images: 2000),
                hosts: [0.9, 1.1].map { factor in
                    .init(
                        id: "h\(factor)",
                        runs: [
                            .init(
                                throughputPerSecond: 1000 / milliseconds / factor,
                                p50: milliseconds * factor,
                                p90: milliseconds * factor,
                                p99: milliseconds * factor,
                                peakRssMib: 80
                            )
                        ]
                    )
                }
            )
        }
        let tiers = [("small-tier", 45.0), ("large-tier-with-a-long-name", 80)].map {
            Tier(id: $0.0, priceUsd: $0.1, memoryMib: 1024, idleWatts: 3, activeWatts: 9, maintenancePerYear: 0.1)
        }
        return try Economics.plan(
            measurements: MeasurementSet(measurements: measurements),
            tiers: TierList(tiers: tiers),
            request: request(sites: sites)
        )
    }

    @Test(arguments: [false, true]) func theConclusionComesFirstAndAllFitsEightyColumns(sites: Bool) throws {
        let result = try Self.result(sites: sites)
        let page = PlanPage.text(result, width: 80)
        let lines = page.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.first?.hasPrefix("Buy ") == true)
        for line in lines { #expect(line.count <= 80, "\(line)") }
        for title in [
            "What to buy", "What it costs, USD", "Frontier, from buying nothing", "What flips the choice",
            "What to measure next", "What the others would have to gain, each alone",
        ] {
            #expect(lines.contains { $0 == title }, "\(title)")
        }
        // Wherever the lines break.
        let words = page.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        if sites { #expect(words.contains("of a budget of 9,000 USD")) }
    }

    @Test func aListOfSitesIsAnsweredByAListOfSites() throws {
        let plan = try #require(try Self.result(sites: true).sitePlan)
        let table = PlanSiteTable.table(plan).rendered(as: .csv).split(separator: "\n")
        #expect(table.count == 41)
        #expect(table[0].hasPrefix("site,sites,inferences per second,duty,model,tier,"))
        #expect(table[1].hasPrefix("shop 0,1,3,0.5,"))
    }
}
