import EdgeprofAPI
import Foundation
import Testing
import Yams

@Suite struct DeploymentFormatTests {
    static let minimal = """
        demand: {inferences_per_second: 20}
        slo: {percentile: 99, milliseconds: 150}
        years: 3
        usd_per_kwh: 0.15
        """

    @Test func theExampleIsTheWorkedExample() throws {
        let text = try String(contentsOf: examples.appendingPathComponent("deployment.yaml"), encoding: .utf8)
        let deployment = try YAMLDecoder().decode(Deployment.self, from: text)
        #expect(deployment == WorkedExample.deployment)
        #expect(deployment.problems().isEmpty)
    }

    @Test func whatIsLeftOutHasItsDefault() throws {
        let deployment = try YAMLDecoder().decode(Deployment.self, from: Self.minimal)
        #expect(
            deployment
                == Deployment(
                    name: "deployment",
                    demand: .init(inferencesPerSecond: 20, duty: 1, sites: 1, arrivals: .poisson),
                    slo: .init(percentile: 99, milliseconds: 150),
                    accuracyFloor: 0,
                    years: 3,
                    discount: 0,
                    usdPerKwh: 0.15,
                    headroom: 0.3,
                    value: nil,
                    hurdle: 0,
                    tuning: nil,
                    appMemoryMib: 0,
                    backboneInfluence: 1,
                    deadlineDays: nil,
                    publishedAccuracySd: 0.02,
                    packageToWall: nil
                )
        )
        #expect(deployment.problems().isEmpty)
    }

    @Test func roundTripsThroughJson() throws {
        var deployment = WorkedExample.deployment
        deployment.tuning?.parallelGpus = 4
        deployment.tuning?.hyperparameters = ["ResNet": 3]
        deployment.deadlineDays = 30
        deployment.packageToWall = 1.4
        deployment.demand.arrivals = .periodic
        let data = try JSONEncoder().encode(deployment)
        #expect(try JSONDecoder().decode(Deployment.self, from: data) == deployment)
    }

    @Test(arguments: ["tuning: none", "tuning: null", "tuning: ~"]) func noTuning(line: String) throws {
        #expect(try YAMLDecoder().decode(Deployment.self, from: Self.minimal + "\n" + line).tuning == nil)
    }

    @Test(arguments: [
        ("acuracy_floor: 0.7", "acuracy_floor: is not a known key"),
        ("tuning: later", "tuning: is `later`; give a mapping or `none`"),
        ("tuning: {max_trials: 3}", "tuning: the key `values_per_hyperparameter` is missing"),
        ("value: {corect_usd: 3}", "value.corect_usd: is not a known key"),
        ("value: 3", "value: is not a mapping of keys"),
        ("hurdle: high", "hurdle: is not a number"),
        ("deadline_days: [1]", "deadline_days: is not a single value"),
    ])
    func badKeysAreNamed(line: String, message: String) {
        #expect(problem(Self.minimal + "\n" + line).hasPrefix(message))
    }

    @Test(arguments: [
        ("arrivals: bursty", "demand.arrivals: is `bursty`; use poisson or periodic"),
        ("sites: 1.5", "demand.sites: is not a whole number"),
        ("sites: 99999999999999999999", "demand.sites: is not a whole number"),
    ])
    func badDemandIsNamed(line: String, message: String) {
        let text = Self.minimal.replacingOccurrences(of: "second: 20", with: "second: 20, \(line)")
        #expect(problem(text) == message)
    }

    @Test(arguments: ["demand", "slo", "years", "usd_per_kwh"]) func requiredKeysAreRequired(key: String) {
        let text = Self.minimal.split(separator: "\n").filter { !$0.hasPrefix(key) }.joined(separator: "\n")
        #expect(problem(text) == "the key `\(key)` is missing")
    }

    static let badValues: [BadValue<Deployment>] = [
        BadValue("demand.inferences_per_second", { $0.demand.inferencesPerSecond = -1 }),
        BadValue("demand.inferences_per_second", { $0.demand.inferencesPerSecond = .nan }),
        BadValue("demand.inferences_per_second", { $0.demand.inferencesPerSecond = .infinity }),
        BadValue("demand.duty", { $0.demand.duty = 1.01 }),
        BadValue("demand.sites", { $0.demand.sites = 0 }),
        BadValue("slo.percentile", { $0.slo.percentile = 99.9 }),
        BadValue("slo.percentile", { $0.slo.percentile = .nan }),
        BadValue("slo.milliseconds", { $0.slo.milliseconds = 0 }),
        BadValue("accuracy_floor", { $0.accuracyFloor = 69 }),
        BadValue("years", { $0.years = 51 }),
        BadValue("discount", { $0.discount = 8 }),
        BadValue("usd_per_kwh", { $0.usdPerKwh = -0.1 }),
        BadValue("headroom", { $0.headroom = 1 }),
        BadValue("value.correct_usd", { $0.value?.correctUsd = -1 }),
        BadValue("value.wrong_usd", { $0.value?.wrongUsd = .infinity }),
        BadValue("hurdle", { $0.hurdle = -1 }),
        BadValue("app_memory_mib", { $0.appMemoryMib = -1 }),
        BadValue("backbone_influence", { $0.backboneInfluence = 2 }),
        BadValue("published_accuracy_sd", { $0.publishedAccuracySd = 0.6 }),
        BadValue("package_to_wall", { $0.packageToWall = 0.5 }),
        BadValue("deadline_days", { $0.deadlineDays = 30 }),
        BadValue("tuning.values_per_hyperparameter", { $0.tuning?.valuesPerHyperparameter = 0 }),
        BadValue("tuning.max_trials", { $0.tuning?.maxTrials = 0 }),
        BadValue("tuning.gpu_hours", { $0.tuning?.gpuHours = .nan }),
        BadValue("tuning.gpu_usd_per_hour", { $0.tuning?.gpuUsdPerHour = -1 }),
        BadValue("tuning.engineer_hours", { $0.tuning?.engineerHours = -1 }),
        BadValue("tuning.engineer_usd_per_hour", { $0.tuning?.engineerUsdPerHour = -1 }),
        BadValue("tuning.parallel_gpus", { $0.tuning?.parallelGpus = 0 }),
        BadValue("tuning.hyperparameters.ResNet", { $0.tuning?.hyperparameters = ["ResNet": 33] }),
    ]

    @Test(arguments: badValues)
    func rangesAreChecked(bad: BadValue<Deployment>) {
        var deployment = WorkedExample.deployment
        bad.change(&deployment)
        #expect(deployment.problems().map(\.path) == [bad.path])
    }

    @Test func aProblemReadsWell() {
        var deployment = WorkedExample.deployment
        deployment.accuracyFloor = 69
        #expect(
            deployment.problems().map(\.description) == [
                "accuracy_floor: 69 is outside 0 to 1 (a fraction: 0.69, not 69)"
            ]
        )
    }

    private func problem(_ text: String) -> String {
        do {
            _ = try YAMLDecoder().decode(Deployment.self, from: text)
            return "decoded"
        } catch let error as DecodingError {
            return ConfigurationError(error).description
        } catch {
            return "\(error)"
        }
    }
}

/// The folder of the example files.
let examples = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("examples")
