import EdgeprofAPI
import Testing

@testable import Economics

/// ROI.md's worked example, to the digits shown there.
@Suite struct WorkedExampleTests {
    struct Row: Sendable {
        var model: String
        var tier: String
        var feasible: Bool
        var units: Int
        var utilisation: Double
        var latency: Double
        var capex: Double
        var opex: Double
        var tuning: Double
        var cost: Double
        var value: Double
        var roi: Double
        var perMillion: Double
    }

    static let rows = [
        Row(
            model: "resnet18",
            tier: "small",
            feasible: true,
            units: 4,
            utilisation: 0.416667,
            latency: 125.554,
            capex: 36_000,
            opex: 18_686.631,
            tuning: 576,
            cost: 55_262.631,
            value: 1_764_503.034,
            roi: 30.929407,
            perMillion: 0.488899
        ),
        Row(
            model: "resnet50",
            tier: "small",
            feasible: false,
            units: 6,
            utilisation: 0.653595,
            latency: 351.755,
            capex: 54_000,
            opex: 29_812.296,
            tuning: 576,
            cost: 84_388.296,
            value: 2_078_067.399,
            roi: 23.625066,
            perMillion: 0.683378
        ),
        Row(
            model: "densenet121",
            tier: "small",
            feasible: true,
            units: 8,
            utilisation: 0.357143,
            latency: 140,
            capex: 72_000,
            opex: 36_776.218,
            tuning: 12_800,
            cost: 121_576.218,
            value: 2_003_897.179,
            roi: 15.482641,
            perMillion: 1.004641
        ),
        Row(
            model: "resnet18",
            tier: "large",
            feasible: true,
            units: 1,
            utilisation: 0.333333,
            latency: 60.832,
            capex: 16_000,
            opex: 6811.664,
            tuning: 576,
            cost: 23_387.664,
            value: 1_764_503.034,
            roi: 74.445885,
            perMillion: 0.206907
        ),
        Row(
            model: "resnet50",
            tier: "large",
            feasible: true,
            units: 2,
            utilisation: 0.408163,
            latency: 95.549,
            capex: 32_000,
            opex: 13_917.470,
            tuning: 576,
            cost: 46_493.470,
            value: 2_078_067.399,
            roi: 43.695898,
            perMillion: 0.376505
        ),
        Row(
            model: "densenet121",
            tier: "large",
            feasible: true,
            units: 2,
            utilisation: 0.476190,
            latency: 125.840,
            capex: 32_000,
            opex: 14_184.872,
            tuning: 12_800,
            cost: 58_984.872,
            value: 2_003_897.179,
            roi: 32.973070,
            perMillion: 0.487420
        ),
    ]

    @Test(arguments: rows) func figuresToTheDigitsShown(row: Row) throws {
        let choice = try #require(try WorkedExample.rank().choices.choice(row.model, row.tier))
        #expect(choice.feasible == row.feasible)
        #expect(choice.failed == (row.feasible ? [] : ["latency"]))
        #expect(choice.unitsPerSite == row.units)
        #expect(isShown(choice.utilisation, row.utilisation, 6))
        #expect(isShown(choice.latencyUnderLoadMilliseconds, row.latency, 3))
        #expect(isShown(choice.capexUsd, row.capex, 3))
        #expect(isShown(choice.opexUsd, row.opex, 3))
        #expect(isShown(choice.tuningUsd, row.tuning, 3))
        #expect(isShown(choice.tcoUsd, row.cost, 3))
        #expect(isShown(choice.valueUsd, row.value, 3))
        #expect(isShown(choice.roi, row.roi, 6))
        #expect(isShown(choice.usdPerMillionCorrect, row.perMillion, 6))
    }

    @Test func rankSortsByReturnFeasibleFirst() throws {
        let order = try WorkedExample.rank().choices.map { "\($0.model) \($0.tier)" }
        #expect(
            order == [
                "resnet18 large", "resnet50 large", "densenet121 large", "resnet18 small", "densenet121 small",
                "resnet50 small",
            ]
        )
    }

    @Test func bestTierIsMarkedOncePerModel() throws {
        let best = try WorkedExample.rank().choices.filter(\.bestTierForModel).map { "\($0.model) \($0.tier)" }
        #expect(best == ["resnet18 large", "resnet50 large", "densenet121 large"])
    }

    @Test func planWithoutHurdleBuysTheBiggerBackbone() throws {
        let plan = try WorkedExample.plan()
        #expect(plan.choice?.model == "resnet50")
        #expect(plan.choice?.tier == "large")
        #expect(plan.frontier.map { "\($0.model) \($0.tier)" } == ["resnet18 large", "resnet50 large"])
        #expect(isShown(plan.frontier.last?.incrementalRoi, 12.570804, 6))
        let first = try #require(plan.frontier.first)
        let last = try #require(plan.frontier.last)
        #expect(isShown(last.valueUsd - first.valueUsd, 313_564.365, 3))
        #expect(isShown(last.tcoUsd - first.tcoUsd, 23_105.806, 3))
        let breakEven = try #require(plan.breakEven.first)
        #expect(breakEven.against == Choice.Alternative(model: "resnet18", tier: "large"))
        #expect(isShown(breakEven.value, 0.073688, 6))
    }

    @Test func planWithHurdle20BuysTheCheaperBackbone() throws {
        let plan = try WorkedExample.plan { $0.hurdle = 20 }
        #expect(plan.choice?.model == "resnet18")
        #expect(plan.choice?.tier == "large")
    }

    @Test(arguments: [(0.0736, "resnet18"), (0.0737, "resnet50")])
    func planTurnsAtTheBreakEvenInfluence(influence: Double, model: String) throws {
        let plan = try WorkedExample.plan { $0.backboneInfluence = influence }
        #expect(plan.choice?.model == model)
        #expect(plan.choice?.tier == "large")
        #expect(plan.breakEven.contains { isShown($0.value, 0.073688, 6) })
    }

    /// Equal to the digits a table shows.
    private func isShown(_ value: Double?, _ shown: Double, _ digits: Int) -> Bool {
        guard let value else { return false }
        let unit = (0..<digits).reduce(1.0) { unit, _ in unit / 10 }
        return abs(value - shown) <= unit * 0.500001
    }
}
