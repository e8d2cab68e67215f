import EdgeprofAPI
import Testing

@testable import Economics

@Suite struct CostTests {
    @Test func annuityOfNoDiscountIsTheNumberOfYears() {
        #expect(Annuity.factor(years: 7, discount: 0) == 7)
        #expect(abs(Annuity.factor(years: 3, discount: 0.08) - 2.577096987) < 1e-9)
    }

    @Test func unitsAreBoughtAnewWhenTheirLifeEndsWithinTheHorizon() {
        #expect(Annuity.purchases(years: 3, lifetimeYears: 3, discount: 0.08) == 1)
        #expect(Annuity.purchases(years: 3, lifetimeYears: 5, discount: 0.08) == 1)
        #expect(Annuity.purchases(years: 3, lifetimeYears: 1, discount: 0) == 3)
        #expect(abs(Annuity.purchases(years: 3, lifetimeYears: 2, discount: 0.1) - (1 + 1 / 1.21)) < 1e-12)
        // 0.1 has no exact form in binary; thirty of them still make three years.
        #expect(Annuity.purchases(years: 3, lifetimeYears: 0.1, discount: 0) == 30)
    }

    @Test func measuredWallEnergyReplacesTheDynamicPart() {
        let model = energy(.init(joulesPerInference: 0.5, domain: .wall))
        #expect(model.dynamicKwhPerBusyUnit == 0)
        // 20/s for half a year of 8,766 h at 0.5 J.
        #expect(abs(model.inferenceKwh - 20 * 0.5 * 31_557_600 * 0.5 / 3.6e6) < 1e-9)
        #expect(abs(model.kwh(units: 4, utilisation: 0.4, duty: 0.5) - (4 * 2.7 * 8.766 + model.inferenceKwh)) < 1e-9)
    }

    @Test func packageEnergyStaysOutOfTheMoneyWithoutAFactor() {
        let reading = TierMeasurement.Energy(joulesPerInference: 0.5, domain: .package)
        #expect(energy(reading).inferenceKwh == 0)
        #expect(energy(reading).dynamicKwhPerBusyUnit > 0)
        #expect(energy(reading, deploymentFactor: 2).inferenceKwh == 2 * energyOfHalfAJoule)
        #expect(energy(reading, tierFactor: 3, deploymentFactor: 2).inferenceKwh == 3 * energyOfHalfAJoule)
    }

    @Test func boardEnergyNeedsItsOwnFactor() {
        let reading = TierMeasurement.Energy(joulesPerInference: 0.5, domain: .board)
        #expect(energy(reading).inferenceKwh == 0 && energy(reading).dynamicKwhPerBusyUnit > 0)
        // A package's factor holds what a board's instrument has seen already.
        #expect(energy(reading, tierFactor: 3, deploymentFactor: 2).inferenceKwh == 0)
        // A factor that is a power of two keeps the product exact.
        #expect(energy(reading, boardFactor: 2).inferenceKwh == 2 * energyOfHalfAJoule)
        let package = TierMeasurement.Energy(joulesPerInference: 0.5, domain: .package)
        #expect(energy(package, boardFactor: 2).inferenceKwh == 0)
        let wall = TierMeasurement.Energy(joulesPerInference: 0.5, domain: .wall)
        #expect(energy(wall, boardFactor: 2).inferenceKwh == energyOfHalfAJoule)
    }

    @Test func rankSaysThatBoardEnergyIsLeftOut() throws {
        var measurements = WorkedExample.measurements
        measurements.measurements[0].energy = .init(joulesPerInference: 1, domain: .board)
        var tiers = WorkedExample.tiers
        func assumptions() throws -> [String] {
            let deployment = WorkedExample.deployment
            return try Economics.rank(measurements: measurements, tiers: tiers, deployment: deployment).assumptions
        }
        #expect(try assumptions().contains { $0.contains("board_to_wall") && $0.contains("small") })
        for index in tiers.tiers.indices { tiers.tiers[index].boardToWall = 1.2 }
        #expect(try !assumptions().contains { $0.contains("to_wall") })
    }

    @Test func rankSaysThatPackageEnergyIsLeftOut() throws {
        var measurements = WorkedExample.measurements
        measurements.measurements[0].energy = .init(joulesPerInference: 1, domain: .package)
        let result = try Economics.rank(
            measurements: measurements,
            tiers: WorkedExample.tiers,
            deployment: WorkedExample.deployment
        )
        #expect(result.assumptions.contains { $0.contains("package_to_wall") && $0.contains("small") })
        let example = try WorkedExample.rank()
        #expect(result.choices.map(\.tcoUsd) == example.choices.map(\.tcoUsd))
    }

    @Test func tuningIsACappedGrid() {
        let plan = WorkedExample.deployment.tuning
        let resnet = TuningCost(plan, family: "resnet")
        #expect(resnet.trials == 9)
        #expect(resnet.usd == 576)
        let densenet = TuningCost(plan, family: "densenet")
        #expect(densenet.trials == 200)
        #expect(densenet.trialsUncapped == 243)
        #expect(densenet.usd == 12_800)
        #expect(densenet.days == nil)
    }

    @Test func weightsOfAnUnknownFamilyAreUsedAsTheyAre() {
        #expect(TuningCost(WorkedExample.deployment.tuning, family: nil) == TuningCost())
        #expect(TuningCost(WorkedExample.deployment.tuning, family: "transformer") == TuningCost())
        #expect(TuningCost(nil, family: "resnet") == TuningCost())
    }

    @Test func theUserCanCountHyperparametersAnew() {
        var plan = WorkedExample.deployment.tuning
        plan?.hyperparameters = ["DenseNet": 1, "transformer": 3]
        #expect(TuningCost(plan, family: "densenet").trials == 3)
        #expect(TuningCost(plan, family: "transformer").trials == 27)
        #expect(TuningCost(plan, family: "resnet").trials == 9)
        plan?.valuesPerHyperparameter = 1000
        plan?.hyperparameters = ["DenseNet": 32]
        #expect(TuningCost(plan, family: "densenet").trialsUncapped?.isFinite == true)
    }

    @Test(
        arguments: [
            ("vgg16_bn", nil, "vgg"), ("resnet152", nil, "resnet"), ("densenet201", nil, "densenet"),
            ("shufflenet_v2_x0_5", nil, "shufflenetv2"), ("mobilenet_v2", nil, "mobilenetv2"),
            ("squeezenet1_1", nil, "squeezenet"), ("mine", "ShuffleNetV2", "shufflenetv2"),
            ("mine", "MobileNet-V2", "mobilenetv2"),
            ("mine", nil, nil), ("resnet18-mine", nil, nil),
        ] as [(String, String?, String?)]
    )
    func familiesComeFromTheMeasurementOrTheZoo(model: String, family: String?, expected: String?) {
        var measurement = WorkedExample.measurement("resnet18", "small", latency: 1, throughput: 1)
        measurement.model = model
        measurement.family = family
        #expect(ModelFamily.family(of: measurement) == expected)
    }

    private var energyOfHalfAJoule: Double { energy(.init(joulesPerInference: 0.5, domain: .wall)).inferenceKwh }

    private func energy(
        _ reading: TierMeasurement.Energy,
        tierFactor: Double? = nil,
        boardFactor: Double? = nil,
        deploymentFactor: Double? = nil
    ) -> EnergyModel {
        var measurement = WorkedExample.measurement("resnet18", "small", latency: 84, throughput: 12)
        measurement.energy = reading
        var tier = WorkedExample.tiers.tiers[0]
        tier.packageToWall = tierFactor
        tier.boardToWall = boardFactor
        var deployment = WorkedExample.deployment
        deployment.packageToWall = deploymentFactor
        return EnergyModel(measurement, tier: tier, deployment: deployment)
    }
}
