import EdgeprofAPI
import Statistics
import Testing

@testable import Economics

@Suite struct AccuracyTests {
    @Test func publishedInt8GoesBeforeFloat() {
        #expect(PublishedAccuracy.accuracy(ofModel: "resnet50")?.value == 0.7592)
        #expect(PublishedAccuracy.accuracy(ofModel: "resnet50")?.source == "published-int8")
        #expect(PublishedAccuracy.accuracy(ofModel: "densenet121")?.value == 0.74434)
        #expect(PublishedAccuracy.accuracy(ofModel: "densenet121")?.source == "published-float")
        #expect(PublishedAccuracy.accuracy(ofModel: "mine") == nil)
        #expect(PublishedAccuracy.entries.count == 19)
        #expect(PublishedAccuracy.entries.values.allSatisfy { $0.float > $0.int8 ?? 0 })
    }

    @Test func publishedFloatLosesHalfAPoint() throws {
        let model = try #require(accuracy(nil, model: "densenet121"))
        #expect(abs(model.value - 0.73934) < 1e-12)
        #expect(model.note == "only float is published (74.434 %): 0.5 points taken off for int8")
        let spread = moments(model)
        #expect(abs(spread.mean - 0.73934) < 0.001)
        #expect(abs(spread.sd - (0.02 * 0.02 + 0.005 * 0.005).squareRoot()) < 0.001)
    }

    @Test func publishedInt8SpreadsByTheTransferError() throws {
        let spread = moments(try #require(accuracy(nil, model: "resnet18")))
        #expect(abs(spread.mean - 0.69494) < 0.001)
        #expect(abs(spread.sd - 0.02) < 0.001)
        let narrow = moments(try #require(accuracy(nil, model: "resnet18") { $0.publishedAccuracySd = 0 }))
        // Only the counting on 50,000 images is left.
        #expect(abs(narrow.sd - 0.00206) < 0.0002)
    }

    @Test func evaluatedSpreadsByItsImages() throws {
        let spread = moments(
            try #require(accuracy(.init(value: 0.7, source: "evaluated", images: 1000), model: "resnet18"))
        )
        #expect(abs(spread.mean - 0.7) < 0.001)
        #expect(abs(spread.sd - (0.7 * 0.3 / 1000).squareRoot()) < 0.001)
    }

    @Test func givenIsExactUnlessItHasAnInterval() throws {
        #expect(moments(try #require(accuracy(.init(value: 0.7, source: "given"), model: "m"))).sd < 1e-12)
        let spread = moments(
            try #require(accuracy(.init(value: 0.7, source: "given", interval: [0.66, 0.74]), model: "m"))
        )
        #expect(abs(spread.sd - 0.04 / 1.96) < 0.001)
    }

    @Test func drawsStayFractions() throws {
        let model = try #require(accuracy(.init(value: 1, source: "published-int8"), model: "m"))
        var random = RandomSource(seed: 1)
        #expect(model.draws(2000, from: &random).allSatisfy { (0...1).contains($0) })
    }

    @Test(arguments: [
        ("evaluated", AccuracySource.evaluated), ("Evaluated here", .evaluated), ("given", .given),
        ("measured by the customer", .given), ("published-float", .publishedFloat),
        ("published float", .publishedFloat),
        ("published", .publishedInt8), ("published-int8", .publishedInt8), ("", .given),
    ])
    func sourcesAreRead(text: String, expected: AccuracySource) {
        #expect(AccuracySource(text) == expected)
    }

    @Test func aRankingOnPublishedAccuracySaysSoFirst() throws {
        var measurements = WorkedExample.measurements
        for index in measurements.measurements.indices { measurements.measurements[index].accuracy = nil }
        let result = try Economics.rank(
            measurements: measurements,
            tiers: WorkedExample.tiers,
            deployment: WorkedExample.deployment
        )
        #expect(
            result.headline.first
                == "Published accuracies: do not buy from this."
        )
        #expect(result.warnings.contains("published accuracies: densenet121, resnet18, resnet50"))
        #expect(result.warnings.contains { $0.hasPrefix("densenet121: only float is published") })
    }

    @Test func theFirstLineNamesEveryGround() throws {
        var measurements = WorkedExample.measurements
        measurements.measurements[0].accuracy = nil
        measurements.measurements[0].basis = .standIn
        var tiers = WorkedExample.tiers
        tiers.examplePrices = true
        tiers.tiers[0].pricedOn = "2026-11-22"
        let result = try Economics.rank(
            measurements: measurements,
            tiers: tiers,
            deployment: WorkedExample.deployment
        )
        #expect(
            result.headline.first
                == "Stand-in hardware, example prices, published accuracies: do not buy from this."
        )
        #expect(result.warnings.contains("example prices: set 2026-11-22"))
        #expect(try WorkedExample.rank().headline.first?.hasPrefix("resnet18 on large returns most: ROI 74.4") == true)
    }

    private func accuracy(
        _ accuracy: TierMeasurement.Accuracy?,
        model: String,
        _ change: (inout Deployment) -> Void = { _ in }
    ) -> AccuracyModel? {
        var measurement = WorkedExample.measurement("resnet18", "small", latency: 1, throughput: 1)
        measurement.model = model
        measurement.accuracy = accuracy
        var deployment = WorkedExample.deployment
        change(&deployment)
        return AccuracyModel(measurement, deployment: deployment)
    }

    private func moments(_ model: AccuracyModel) -> (mean: Double, sd: Double) {
        var random = RandomSource(seed: 3)
        let sample = model.draws(20_000, from: &random)
        let mean = sample.reduce(0, +) / 20_000
        return (mean, (sample.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 20_000).squareRoot())
    }
}
