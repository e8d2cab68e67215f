/// The economic case a ranking is made for: demand, service level, accuracy floor, prices of money and power.
///
/// Keys are written in snake case, the same in YAML files and over HTTP (docs/economics.md).
public struct Deployment: Codable, Sendable, Equatable {
    /// What the deployment is called in reports.
    public var name: String
    /// The inferences asked for.
    public var demand: Demand
    /// The latency promised.
    public var slo: ServiceLevel
    /// Lowest accuracy that will do, a fraction (0).
    public var accuracyFloor: Double
    /// Horizon, years.
    public var years: Int
    /// Discount rate a year, a fraction (0).
    public var discount: Double
    /// Price of electricity, USD/kWh.
    public var usdPerKwh: Double
    /// Share of the throughput kept free, a fraction (0.3).
    public var headroom: Double
    /// Worth of an answer; none ranks by cost.
    public var value: Value?
    /// Return asked of every dollar beyond its own repayment, a fraction (0); used by `plan`.
    public var hurdle: Double
    /// What tuning a model costs; none uses the weights as they are.
    public var tuning: Tuning?
    /// Memory the application needs beside the model, MiB (0).
    public var appMemoryMib: Double
    /// Share of the backbone's accuracy gain that reaches the application (1).
    public var backboneInfluence: Double
    /// Days until the deployment must be running; none when there is no deadline.
    public var deadlineDays: Double?
    /// Standard deviation of a published accuracy on the user's own data (0.02).
    public var publishedAccuracySd: Double
    /// Wall energy per joule of a package-only instrument, for tiers that give none of their own.
    public var packageToWall: Double?

    /// The inferences a deployment asks for.
    public struct Demand: Codable, Sendable, Equatable {
        /// Inferences a second at one site while it is busy.
        public var inferencesPerSecond: Double
        /// Share of the time a site is busy (1).
        public var duty: Double
        /// Number of sites (1).
        public var sites: Int
        /// How queries arrive (Poisson).
        public var arrivals: Arrivals

        /// Creates a demand.
        public init(
            inferencesPerSecond: Double,
            duty: Double = 1,
            sites: Int = 1,
            arrivals: Arrivals = .poisson
        ) {
            self.inferencesPerSecond = inferencesPerSecond
            self.duty = duty
            self.sites = sites
            self.arrivals = arrivals
        }
    }

    /// How queries arrive.
    public enum Arrivals: String, Codable, Sendable, CaseIterable {
        /// At random: the squared coefficient of variation between arrivals is 1.
        case poisson
        /// At fixed intervals: the squared coefficient of variation between arrivals is 0.
        case periodic
    }

    /// The latency promised, under load.
    public struct ServiceLevel: Codable, Sendable, Equatable {
        /// The percentile the limit holds for: 50, 90 or 99.
        public var percentile: Double
        /// The limit, milliseconds.
        public var milliseconds: Double

        /// Creates a service level.
        public init(percentile: Double, milliseconds: Double) {
            self.percentile = percentile
            self.milliseconds = milliseconds
        }
    }

    /// What an answer is worth.
    public struct Value: Codable, Sendable, Equatable {
        /// Gain from a correct answer, USD.
        public var correctUsd: Double
        /// Loss from a wrong answer, USD (0).
        public var wrongUsd: Double

        /// Creates the worth of an answer.
        public init(correctUsd: Double, wrongUsd: Double = 0) {
            self.correctUsd = correctUsd
            self.wrongUsd = wrongUsd
        }
    }

    /// What it costs to tune a model's architecture by grid search.
    public struct Tuning: Codable, Sendable, Equatable {
        /// Values tried of each architecture hyper-parameter.
        public var valuesPerHyperparameter: Int
        /// Most trials that will be run.
        public var maxTrials: Int
        /// GPU time of a trial, hours.
        public var gpuHours: Double
        /// Price of GPU time, USD/h.
        public var gpuUsdPerHour: Double
        /// Engineer's time for a trial, hours.
        public var engineerHours: Double
        /// Price of the engineer's time, USD/h.
        public var engineerUsdPerHour: Double
        /// Trials run side by side; given, tuning takes time as well as money.
        public var parallelGpus: Double?
        /// Architecture hyper-parameters by family, where the built-in count is not the user's.
        public var hyperparameters: [String: Int]

        /// Creates a tuning plan.
        public init(
            valuesPerHyperparameter: Int,
            maxTrials: Int,
            gpuHours: Double,
            gpuUsdPerHour: Double,
            engineerHours: Double,
            engineerUsdPerHour: Double,
            parallelGpus: Double? = nil,
            hyperparameters: [String: Int] = [:]
        ) {
            self.valuesPerHyperparameter = valuesPerHyperparameter
            self.maxTrials = maxTrials
            self.gpuHours = gpuHours
            self.gpuUsdPerHour = gpuUsdPerHour
            self.engineerHours = engineerHours
            self.engineerUsdPerHour = engineerUsdPerHour
            self.parallelGpus = parallelGpus
            self.hyperparameters = hyperparameters
        }
    }

    /// Creates a deployment; what is left out has the default of the file format.
    public init(
        name: String = "deployment",
        demand: Demand,
        slo: ServiceLevel,
        accuracyFloor: Double = 0,
        years: Int,
        discount: Double = 0,
        usdPerKwh: Double,
        headroom: Double = 0.3,
        value: Value? = nil,
        hurdle: Double = 0,
        tuning: Tuning? = nil,
        appMemoryMib: Double = 0,
        backboneInfluence: Double = 1,
        deadlineDays: Double? = nil,
        publishedAccuracySd: Double = 0.02,
        packageToWall: Double? = nil
    ) {
        self.name = name
        self.demand = demand
        self.slo = slo
        self.accuracyFloor = accuracyFloor
        self.years = years
        self.discount = discount
        self.usdPerKwh = usdPerKwh
        self.headroom = headroom
        self.value = value
        self.hurdle = hurdle
        self.tuning = tuning
        self.appMemoryMib = appMemoryMib
        self.backboneInfluence = backboneInfluence
        self.deadlineDays = deadlineDays
        self.publishedAccuracySd = publishedAccuracySd
        self.packageToWall = packageToWall
    }
}
