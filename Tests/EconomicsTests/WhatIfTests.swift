import EdgeprofAPI
import Testing

@testable import Economics

@Suite struct WhatIfTests {
    private func applied(_ texts: String...) throws -> (deployment: Deployment, tiers: TierList, [Hypothesis.Change]) {
        try WhatIf(texts).applied(to: WorkedExample.deployment, tiers: WorkedExample.tiers)
    }

    private func message(_ texts: String..., deployment: Deployment = WorkedExample.deployment) -> String {
        do {
            _ = try WhatIf(texts).applied(to: deployment, tiers: WorkedExample.tiers)
            return "no error"
        } catch {
            return "\(error)"
        }
    }

    @Test func figuresArePutInTheirPlace() throws {
        let (deployment, tiers, changes) = try applied("price.large=60, demand=40", "slo.milliseconds=90.5,sites=10")
        #expect(deployment.demand.inferencesPerSecond == 40 && deployment.demand.sites == 10)
        #expect(deployment.slo.milliseconds == 90.5)
        #expect(tiers.tiers.map(\.priceUsd) == [45, 60])
        #expect(
            changes == [
                .init(key: "price.large", before: 80, after: 60), .init(key: "demand", before: 20, after: 40),
                .init(key: "slo.milliseconds", before: 150, after: 90.5), .init(key: "sites", before: 200, after: 10),
            ]
        )
    }

    @Test func amountsMayBeMultiplesOrNone() throws {
        let (deployment, tiers, _) = try applied(
            "demand=x1.5,years=x2,usd_per_kwh=+20%,discount=-50%,max_units.small=none,correct_usd=none,gpu_hours=0"
        )
        #expect(deployment.demand.inferencesPerSecond == 30 && deployment.years == 6)
        #expect(abs(deployment.usdPerKwh - 0.18) < 1e-12 && deployment.discount == 0.04)
        #expect(deployment.value == nil && tiers.tiers[0].maxUnitsPerSite == nil)
        #expect(deployment.tuning?.gpuHours == 0)
    }

    /// Every documented key can be read, and changing it changes exactly one of the two documents.
    @Test func everyKeyChangesSomething() throws {
        var deployment = WorkedExample.deployment
        deployment.packageToWall = 1.2
        deployment.tuning?.parallelGpus = 2
        deployment.deadlineDays = 300
        for key in WhatIf.keys {
            let name = key.hasSuffix(".TIER") ? key.dropLast(4) + "small" : key
            // Each is within its range at this figure, and none has it already.
            let figure = [
                "percentile": "50", "backbone_influence": "0.5", "price.small": "46", "memory.small": "2000",
                "active_watts.small": "90",
            ][
                name,
                default: name == "package_to_wall" || name.contains("max") || name.contains("lifetime") ? "4" : "1"
            ]
            let text = "\(name)=\(name == "sites" || name == "values_per_hyperparameter" ? "7" : figure)"
            guard !["headroom=1", "published_accuracy_sd=1"].contains(text) else { continue }
            let result = try WhatIf([text]).applied(to: deployment, tiers: WorkedExample.tiers)
            let changesTiers = result.tiers != WorkedExample.tiers
            #expect((result.deployment != deployment) != changesTiers, "\(text)")
            #expect(changesTiers == key.hasSuffix(".TIER"), "\(text)")
            #expect(result.changes.first?.before != result.changes.first?.after, "\(text)")
        }
    }

    @Test(arguments: [
        ("demnd=4", "did you mean demand?"), ("demnd=4", "known: demand, duty, sites"),
        ("banana=4", "known: demand"), ("price=4", "of which tier? write price.TIER=NUMBER"),
        ("price.lrge=4", "no tier `lrge`; did you mean large?"), ("price.x=4", "there are large, small"),
        ("demand", "is no change; write KEY=NUMBER"), ("", "is no change"), ("=4", "is no change"),
        ("demand=4,", "is no change"), ("demand=many", "`many` is no amount; use a number, x1.5, +20%, -10% or none"),
        ("demand=nan", "is no amount"), ("demand=inf", "is no amount"), ("demand=0x10", "is no amount"),
        ("demand=1e999", "is no amount"), ("demand=x", "is no amount"), ("demand=20%", "is no amount"),
        ("demand=-1", "what-if demand: -1 is outside 0 to 1000000"), ("discount=8", "a fraction: 0.08, not 8"),
        ("sites=1.5", "1.5 is not a whole number"), ("years=1e300", "out of range"), ("sites=x1e300", "out of range"),
        ("max_units.small=1e18", "is outside 1 to 1000000"), ("price.small=-5", "what-if price.small: -5 is outside"),
        ("percentile=95", "use 50, 90 or 99"), ("demand=none", "is required: give a number"),
        ("deadline_days=x2", "nothing to multiply"), ("deadline_days=3", "needs tuning.parallel_gpus"),
        ("idle_watts.small=100", "tiers[0].active_watts: is below idle_watts"), ("demand=1,demand=2", "given twice"),
    ])
    func whatCannotBeIsRefused(text: String, expected: String) {
        #expect(message(text).contains(expected), "\(message(text))")
    }

    @Test func whatBelongsToNothingIsRefused() {
        var bare = WorkedExample.deployment
        bare.value = nil
        bare.tuning = nil
        #expect(message("wrong_usd=1", deployment: bare).contains("give correct_usd before it"))
        #expect(message("gpu_hours=1", deployment: bare).contains("charges no tuning"))
        #expect(message("max_trials=1", deployment: bare).contains("charges no tuning"))
        #expect(message("correct_usd=1,wrong_usd=0.5", deployment: bare) == "no error")
    }

    @Test func aRankingSaysWhatItSupposes() throws {
        let options = RankingOptions(whatIf: ["price.large=800,demand=40"])
        let result = try Economics.rank(
            measurements: WorkedExample.measurements,
            tiers: WorkedExample.tiers,
            deployment: WorkedExample.deployment,
            options: options
        )
        var deployment = WorkedExample.deployment
        deployment.demand.inferencesPerSecond = 40
        var tiers = WorkedExample.tiers
        tiers.tiers[1].priceUsd = 800
        let edited = try Economics.rank(
            measurements: WorkedExample.measurements,
            tiers: tiers,
            deployment: deployment
        )
        #expect(result.choices == edited.choices)
        let hypothesis = try #require(result.hypothesis)
        #expect(result.headline.first == "Hypothetical: price.large 800 instead of 80, demand 40 instead of 20.")
        #expect(hypothesis.firstWithout == Choice.Alternative(model: "resnet18", tier: "large"))
        #expect(
            hypothesis.sentences.contains { $0.hasPrefix("No longer feasible with it: densenet121 on small (units)") }
        )
        let moved = try #require(hypothesis.differences.first { $0.model == "resnet18" && $0.tier == "large" })
        #expect(moved.without.place == 1 && moved.with.tcoUsd != moved.without.tcoUsd)
        #expect(edited.hypothesis == nil && edited.headline.first?.hasPrefix("Hypothetical") == false)
    }
}
