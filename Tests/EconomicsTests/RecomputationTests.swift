import EdgeprofAPI
import Foundation
import ProcessTestSupport
import Testing

@testable import Economics

/// Random deployments, compared with a recomputation in another language that shares no code with this one.
@Suite struct RecomputationTests {
    private static var python: URL? {
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
            .map { URL(fileURLWithPath: String($0)).appendingPathComponent("python3") }
            .first { FileManager.default.isExecutableFile(atPath: $0.path) }
    }

    /// Missing python skips the test on a developer's box, but never in CI.
    private static var isWanted: Bool { python != nil || ProcessInfo.processInfo.environment["CI"] != nil }

    @Test(
        .enabled(if: isWanted, "python3 is not installed"),
        arguments: [1, 20_261_122, UInt64.random(in: 0..<1_000_000)]
    )
    func everyFigureIsTheSame(seed: UInt64) throws {
        let cases = try Self.cases(seed: seed, count: 150)
        #expect(cases.count == 150)
        for (index, expected) in cases.enumerated() {
            let result = try Economics.rank(
                measurements: expected.measurements,
                tiers: expected.tiers,
                deployment: expected.deployment
            )
            let plan = try Economics.plan(
                measurements: expected.measurements,
                tiers: expected.tiers,
                deployment: expected.deployment
            )
            let place = "seed \(seed), case \(index)"
            compare(result.choices, expected.rank, place)
            compare(plan, expected.plan, place)
            try compareSites(expected, place)
        }
    }

    private func compare(_ choices: [Choice], _ rows: [Row], _ place: String) {
        #expect(choices.count == rows.count, "\(place)")
        for (choice, row) in zip(choices, rows) {
            let place = "\(place), \(row.model) on \(row.tier)"
            #expect(choice.model == row.model && choice.tier == row.tier, "\(place): order")
            #expect(choice.settings?.label == row.settings, "\(place): settings")
            #expect(choice.failed == row.failed, "\(place)")
            #expect(choice.feasible == row.feasible, "\(place)")
            #expect(choice.unitsPerSite == row.unitsPerSite, "\(place)")
            #expect((choice.dominatedBy != nil) == row.dominated, "\(place): dominated")
            let figures: [(String, Double?, Double?)] = [
                ("utilisation", choice.utilisation, row.utilisation), ("capex", choice.capexUsd, row.capexUsd),
                ("opex", choice.opexUsd, row.opexUsd), ("tuning", choice.tuningUsd, row.tuningUsd),
                ("tco", choice.tcoUsd, row.tcoUsd), ("value", choice.valueUsd, row.valueUsd),
                ("net", choice.netValueUsd, row.netValueUsd), ("roi", choice.roi, row.roi),
                ("cost", choice.usdPerMillionCorrect, row.usdPerMillionCorrect),
                ("kWh", choice.energyKwhPerSiteYear, row.energyKwhPerSiteYear),
                ("accuracy", choice.accuracy?.value, row.accuracy),
            ]
            for (name, value, other) in figures {
                // Net value is a difference: it cannot be more exact than what it is the difference of.
                let size = name == "net" ? max(abs(choice.valueUsd ?? 0), abs(choice.tcoUsd ?? 0)) : 0
                #expect(isSame(value, other, size: size), "\(place): \(name) \(value ?? .nan), not \(other ?? .nan)")
            }
            if let latency = row.latencyUnderLoadMilliseconds {
                #expect(isSame(choice.latencyUnderLoadMilliseconds, latency), "\(place): latency")
            }
        }
    }

    private func compare(_ plan: PlanResult, _ expected: Plan, _ place: String) {
        #expect(plan.choice?.model == expected.choice?.model, "\(place): plan")
        #expect(plan.choice?.tier == expected.choice?.tier, "\(place): plan")
        let size = max(plan.choice?.valueUsd ?? 0, (1 + plan.hurdle) * (plan.choice?.tcoUsd ?? 0))
        #expect(isSame(plan.objectiveUsd, expected.objectiveUsd, size: size), "\(place): objective")
        #expect(plan.frontier.map(\.model) == expected.frontier.map(\.model), "\(place): frontier")
        #expect(plan.frontier.map(\.tier) == expected.frontier.map(\.tier), "\(place): frontier")
        for (point, other) in zip(plan.frontier, expected.frontier) {
            #expect(isSame(point.incrementalRoi, other.incrementalRoi, size: 100), "\(place): incremental ROI")
        }
        #expect(plan.breakEven.count == expected.breakEven.count, "\(place): break-even")
        #expect(plan.costByYear.count == expected.years.count, "\(place): years")
        let money = max(plan.choice?.tcoUsd ?? 0, abs(plan.choice?.valueUsd ?? 0))
        for (year, other) in zip(plan.costByYear, expected.years) {
            #expect(isSame(year.discountedCostUsd, other.cost, size: money), "\(place): cost of year \(year.year)")
            let gained = year.discountedValueUsd ?? 0
            #expect(isSame(gained, other.value, size: money), "\(place): value of year \(year.year)")
        }
        for (point, other) in zip(plan.breakEven, expected.breakEven) {
            #expect(isSame(point.value, other, size: 1), "\(place): break-even \(point), not \(other ?? .nan)")
        }
    }

    /// The plan by sites against every combination tried in Python.
    private func compareSites(_ expected: Case, _ place: String) throws {
        let request = PlanningRequest(
            deployment: expected.deployment,
            sites: expected.request.sites,
            stock: expected.request.stock,
            budgetUsd: expected.request.budgetUsd
        )
        let result = try Economics.plan(
            measurements: expected.measurements,
            tiers: expected.tiers,
            request: request
        )
        let plan = try #require(result.sitePlan)
        let sum = result.costByYear.reduce(0) { $0 + $1.discountedCostUsd }
        if plan.servedSites > 0 { #expect(isSame(sum, plan.tcoUsd, size: 1e-9), "\(place): cost by year") }
        if expected.deployment.value == nil {
            guard let ratio = expected.sitePlan.ratio else { return }
            let correct = plan.sites.reduce(0.0) { sum, row in
                let choice = expected.measurements.measurements.first {
                    $0.model == row.model && $0.tier == row.tier && $0.settings == row.settings
                }
                let accuracy = choice.flatMap { AccuracyModel($0, deployment: expected.deployment)?.value } ?? 0
                let annuity = Annuity.factor(years: expected.deployment.years, discount: expected.deployment.discount)
                return sum + row.inferencesPerSecond * row.duty * Year.seconds * annuity * accuracy / 1e6
            }
            #expect(isSame(plan.tcoUsd / correct, ratio), "\(place): cost of correct answers by site")
            return
        }
        let size = (plan.valueUsd ?? 0).magnitude + (1 + request.deployment.hurdle) * plan.tcoUsd
        #expect(isSame(plan.objectiveUsd, expected.sitePlan.objectiveUsd, size: size), "\(place): objective by site")
        if let budget = request.budgetUsd { #expect(plan.tcoUsd <= budget * (1 + 1e-9), "\(place): budget") }
    }

    private func isSame(_ value: Double?, _ other: Double?, size: Double = 0) -> Bool {
        guard let value, let other else { return value == nil && other == nil }
        return abs(value - other) <= 1e-9 * max(abs(other), size)
    }

    private struct Row: Decodable {
        var model: String
        var tier: String
        var settings: String?
        var feasible: Bool
        var failed: [String]
        var unitsPerSite: Int
        var dominated: Bool
        var accuracy: Double?
        var utilisation: Double
        var latencyUnderLoadMilliseconds: Double?
        var capexUsd: Double
        var opexUsd: Double
        var tuningUsd: Double
        var tcoUsd: Double
        var energyKwhPerSiteYear: Double
        var valueUsd: Double?
        var netValueUsd: Double?
        var roi: Double?
        var usdPerMillionCorrect: Double?
    }

    private struct Plan: Decodable {
        struct Point: Decodable {
            var model: String
            var tier: String
            var incrementalRoi: Double?
        }
        var choice: Choice.Alternative?
        var objectiveUsd: Double?
        var frontier: [Point]
        var breakEven: [Double?]
        var years: [Year]
        struct Year: Decodable {
            var cost: Double
            var value: Double
        }
    }

    private struct Request: Decodable {
        var sites: [PlanningRequest.Site]
        var stock: [String: Int]
        var budgetUsd: Double?
    }

    private struct SitePlan: Decodable {
        var objectiveUsd: Double?
        var ratio: Double?
    }

    private struct Case: Decodable {
        var deployment: Deployment
        var tiers: TierList
        var measurements: MeasurementSet
        var rank: [Row]
        var plan: Plan
        var request: Request
        var sitePlan: SitePlan
    }

    private static func cases(seed: UInt64, count: Int) throws -> [Case] {
        struct Output: Decodable { var cases: [Case] }
        let interpreter: URL = try #require(python, "python3 must be installed in CI")
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("recompute.py")
        let (data, code) = try TestProcess.run(interpreter.path, [script.path, "\(seed)", "\(count)"])
        try #require(code == 0)
        return try JSONDecoder().decode(Output.self, from: data).cases
    }
}
