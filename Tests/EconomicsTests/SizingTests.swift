import EdgeprofAPI
import Statistics
import Testing

@testable import Economics

@Suite struct SizingTests {
    @Test func theSmallestNumberMatchesALinearScan() {
        var random = RandomSource(seed: 99)
        for _ in 0..<3000 {
            var model = Self.model()
            model.demand = 0.1 + 400 * random.uniform() * random.uniform()
            model.instances = Double(1 + Int(random.uniform() * 8))
            model.variability = random.uniform() < 0.2 ? 0 : random.uniform()
            model.limitMilliseconds = 20 + 400 * random.uniform()
            model.usableShare = 1 - 0.6 * random.uniform()
            let latency = 450 * random.uniform()
            let throughput = 1 + 60 * random.uniform()

            let size = model.size(throughput: throughput, latency: latency)
            let least = max(1, (model.demand / (throughput * model.usableShare) - 1e-9).rounded(.up))
            var expected = least
            if latency <= model.limitMilliseconds {
                while latency + model.waiting(units: expected, throughput: throughput) > model.limitMilliseconds {
                    expected += 1
                }
            }
            #expect(size.units == expected)
            #expect(size.utilisation == model.demand / (expected * throughput))
        }
    }

    @Test func moreUnitsCannotHelpALatencyAboveTheLimit() {
        let size = Self.model().size(throughput: 5, latency: 151)
        #expect(size.units == 6)
    }

    @Test func aLatencyAtTheLimitNeedsAnEmptyQueue() {
        let model = Self.model()
        let size = model.size(throughput: 5, latency: 150)
        #expect(size.waitMilliseconds == 0)
        let units = size.units ?? 0
        #expect(model.waiting(units: units - 1, throughput: 5) > 0)
    }

    @Test func aFullQueueNeedsAnotherUnit() {
        var model = Self.model()
        model.usableShare = 1
        model.demand = 20
        model.limitMilliseconds = 1000
        #expect(model.size(throughput: 10, latency: 10).units == 3)
        model.variability = 0
        #expect(model.size(throughput: 10, latency: 10).units == 2)
    }

    @Test func aTierThatIsFarTooSlowHasNoSize() {
        #expect(Self.model().size(throughput: 1e-6, latency: 1).units == nil)
        #expect(Self.model().size(throughput: .leastNonzeroMagnitude, latency: 1).units == nil)
    }

    @Test func noDemandNeedsNothing() {
        var model = Self.model()
        model.demand = 0
        let size = model.size(throughput: 5, latency: 10)
        #expect(size.units == 0)
        #expect(size.utilisation == 0)
    }

    static func model() -> CostModel {
        CostModel(
            WorkedExample.measurement("resnet18", "small", latency: 84, throughput: 12),
            tier: WorkedExample.tiers.tiers[0],
            deployment: WorkedExample.deployment,
            tuning: 0
        )
    }
}
