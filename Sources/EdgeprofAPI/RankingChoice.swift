/// One model on one tier in its best settings, with everything the decision rests on.
///
/// No figure is ever NaN or infinite: what cannot be computed is nil, `null` in JSON, and a reason says why.
public struct Choice: Codable, Sendable, Equatable {
    /// The model's name.
    public var model: String
    /// The tier's id.
    public var tier: String
    /// The model's architecture family; nil when unknown.
    public var family: String?
    /// Whether no test failed.
    public var feasible: Bool
    /// Names of the failed tests, in the order of docs/economics.md.
    public var failed: [String]
    /// How far off each failed test is.
    public var shortfalls: [Shortfall]
    /// Units a site needs.
    public var unitsPerSite: Int?
    /// Share of the units' throughput in use while the site is busy.
    public var utilisation: Double?
    /// Present value of the hardware, USD.
    public var capexUsd: Double?
    /// Present value of energy and maintenance, USD.
    public var opexUsd: Double?
    /// Tuning of the model's family, USD.
    public var tuningUsd: Double?
    /// Trials that tuning runs.
    public var tuningTrials: Double?
    /// Trials that the whole grid would take.
    public var tuningTrialsUncapped: Double?
    /// Days that tuning takes; nil when the GPUs at hand are not given.
    public var tuningDays: Double?
    /// Total cost of ownership, USD.
    public var tcoUsd: Double?
    /// Present value of the answers, USD; nil when no value is given.
    public var valueUsd: Double?
    /// Value less cost, USD.
    public var netValueUsd: Double?
    /// Net value over cost.
    public var roi: Double?
    /// Why there is no ROI.
    public var roiReason: String?
    /// 95 % interval of the ROI.
    public var roiInterval: [Double]?
    /// 95 % interval of the net value, USD; only where that is ranked by.
    public var netValueInterval: [Double]?
    /// 95 % interval of the cost of a million correct answers, USD.
    public var usdPerMillionCorrectInterval: [Double]?
    /// Why there is no interval, share or tie group.
    public var intervalReason: String?
    /// Share of draws in which the choice is feasible.
    public var pFeasible: Double?
    /// Share of draws in which the choice is the best feasible one.
    public var pBest: Double?
    /// Choices with the same number cannot be told apart from the first of them; counted from 1, feasible ones only.
    public var tieGroup: Int?
    /// Levelised cost of a million correct answers, USD.
    public var usdPerMillionCorrect: Double?
    /// Latency at the SLO's percentile under load, milliseconds; nil when the queue grows without end.
    public var latencyUnderLoadMilliseconds: Double?
    /// Latency at the SLO's percentile without a queue, mean over hosts, milliseconds.
    public var latencyMilliseconds: Double?
    /// The slowest host's latency at the SLO's percentile, milliseconds.
    public var worstHostLatencyMilliseconds: Double?
    /// Inferences a second of one unit.
    public var throughputPerSecond: Double?
    /// Memory the model needs, MiB.
    public var peakRssMib: Double?
    /// Energy of a site's units, kWh a year.
    public var energyKwhPerSiteYear: Double?
    /// The serving configuration.
    public var settings: TierMeasurement.Settings?
    /// Instances that serve side by side on one unit.
    public var instances: Int
    /// What the measurement rests on.
    public var basis: TierMeasurement.Basis
    /// Conditions the runs were made under.
    public var flags: [String]
    /// Time the box allows over time taken; nil when no run says.
    public var rooflineShare: Double?
    /// Whether the engine more than the model sets the latency; nil when no run says.
    public var engineLimited: Bool?
    /// Hosts measured.
    public var hosts: Int
    /// Whether this is the model's best tier.
    public var bestTierForModel: Bool
    /// Whether another feasible choice costs no more and returns no less.
    public var dominatedBy: Alternative?
    /// The accuracy used; nil when unknown.
    public var accuracy: Accuracy?

    /// A choice by name.
    public struct Alternative: Codable, Sendable, Hashable {
        /// The model's name.
        public var model: String
        /// The tier's id.
        public var tier: String

        /// Names a choice.
        public init(model: String, tier: String) {
            self.model = model
            self.tier = tier
        }
    }

    /// A failed test and how far off it is.
    public struct Shortfall: Codable, Sendable, Equatable {
        /// `latency`, `memory`, `accuracy`, `units`, `throughput` or `deadline`.
        public var test: String
        /// What was found, in the unit of the message; nil when unknown.
        public var value: Double?
        /// What is required.
        public var limit: Double?
        /// The same in words.
        public var message: String

        /// Describes a failed test.
        public init(test: String, value: Double?, limit: Double?, message: String) {
            self.test = test
            self.value = value
            self.limit = limit
            self.message = message
        }
    }

    /// The accuracy used and where it comes from.
    public struct Accuracy: Codable, Sendable, Equatable {
        /// The accuracy used, a fraction.
        public var value: Double
        /// `evaluated`, `published-int8`, `published-float` or `given`.
        public var source: String
        /// Images it was evaluated on.
        public var images: Int?
        /// What the images are called, where they are known.
        public var dataset: String?
        /// What is to be said beside the figure.
        public var note: String?

        /// Creates an accuracy.
        public init(value: Double, source: String, images: Int? = nil, dataset: String? = nil, note: String? = nil) {
            self.value = value
            self.source = source
            self.images = images
            self.dataset = dataset
            self.note = note
        }
    }

    /// Creates a choice that says what it is; the figures are filled in where they are known.
    public init(
        model: String,
        tier: String,
        instances: Int = 1,
        basis: TierMeasurement.Basis = .measured,
        hosts: Int = 0
    ) {
        self.model = model
        self.tier = tier
        self.instances = instances
        self.basis = basis
        self.hosts = hosts
        feasible = false
        failed = []
        shortfalls = []
        flags = []
        bestTierForModel = false
    }
}
