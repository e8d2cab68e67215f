public import EdgeprofAPI
import Glibc

/// Architecture families and how many hyper-parameters of each a team would tune.
public enum ModelFamily {
    /// Hyper-parameters by family, in lower case.
    ///
    /// VGG: depths, width. ResNet: stage depths, width. DenseNet: growth rate, block depths, compression, bottleneck
    /// width, stem width. ShuffleNetV2: stage repeats, width. MobileNetV2: width, expansion, stage repeats. SqueezeNet:
    /// squeeze ratio, fire widths, 3x3 share.
    public static let hyperparameters: [String: Int] = [
        "vgg": 2, "resnet": 2, "densenet": 5, "shufflenetv2": 2, "mobilenetv2": 3, "squeezenet": 3,
    ]

    /// The family of a model in lower case: as given, or by the zoo's names; nil for a user's own model.
    public static func family(of measurement: TierMeasurement) -> String? {
        if let family = measurement.family { return normalized(family) }
        guard measurement.source != .file, PublishedAccuracy.entries[measurement.model] != nil else { return nil }
        let name = normalized(measurement.model)
        return hyperparameters.keys.sorted().first { name.hasPrefix($0) }
    }

    /// A family's name as the table spells it.
    static func normalized(_ name: String) -> String { name.lowercased().filter { $0 != "_" && $0 != "-" } }
}

/// What tuning a model costs and how long it takes.
struct TuningCost: Equatable {
    var usd = 0.0
    var trials: Double?
    var trialsUncapped: Double?
    var days: Double?

    /// No tuning: the weights are used as they are.
    init() {}

    /// Grid search over M values of each of the family's N hyper-parameters.
    ///
    /// - Parameters:
    ///   - tuning: The plan, nil when weights are used as they are.
    ///   - family: The model's family; a family without a known N is used as it is.
    init(_ tuning: Deployment.Tuning?, family: String?) {
        guard let tuning, let family, let count = Self.hyperparameters(tuning, family) else { return }
        let uncapped = pow(Double(tuning.valuesPerHyperparameter), Double(count))
        let trials = min(uncapped, Double(tuning.maxTrials))
        self.trials = trials
        trialsUncapped = uncapped
        usd =
            trials
            * (tuning.gpuHours * tuning.gpuUsdPerHour + tuning.engineerHours * tuning.engineerUsdPerHour)
        days = tuning.parallelGpus.map { trials * tuning.gpuHours / (24 * $0) }
    }

    private static func hyperparameters(_ tuning: Deployment.Tuning, _ family: String) -> Int? {
        // Sorted, so that two spellings of one family give the same answer every time.
        let own = tuning.hyperparameters.sorted { $0.key < $1.key }.first { ModelFamily.normalized($0.key) == family }
        return own?.value ?? ModelFamily.hyperparameters[family]
    }
}
