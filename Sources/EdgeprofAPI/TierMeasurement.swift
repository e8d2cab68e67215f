/// What was measured of one model on one tier in one serving configuration.
public struct TierMeasurement: Codable, Sendable, Equatable {
    /// The model's name.
    public var model: String
    /// The id of the tier.
    public var tier: String
    /// The model's architecture family, such as `resnet`; none lets the name decide.
    public var family: String?
    /// Where the model comes from: a file of the user's own never has a published accuracy; none lets the name decide.
    public var source: EdgeprofAPI.Run.ModelReference.Source?
    /// Inferences a second with all instances busy: the median of the hosts' medians; 0 when none was measured.
    public var throughputPerSecond: Double
    /// Latency with all instances busy, the mean over hosts; none when it was not measured.
    public var latencyMilliseconds: Latency?
    /// The slowest host's latency.
    public var worstHostLatencyMilliseconds: Latency?
    /// The larger of load peak and serving peak of all instances, worst host, MiB; none when it was not measured.
    public var peakRssMib: Double?
    /// Top-1 accuracy and where it comes from; none when unknown.
    public var accuracy: Accuracy?
    /// The serving configuration.
    public var settings: Settings?
    /// Instances that serve side by side on one unit (1).
    public var instances: Int
    /// Squared coefficient of variation of the service time (0).
    public var serviceTimeCv2: Double
    /// Energy of one inference above idle; none when it was not measured.
    public var energy: Energy?
    /// Time the box allows over time taken, the median of the hosts' medians; none when no run says.
    public var rooflineShare: Double?
    /// What the figures rest on (`measured`).
    public var basis: Basis
    /// Conditions the runs were made under, such as `disturbed`.
    public var flags: [String]
    /// The hosts the figures come from; empty gives no intervals.
    public var hosts: [Host]

    /// Latency at the percentiles an SLO can name, milliseconds.
    public struct Latency: Codable, Sendable, Equatable {
        /// The median.
        public var p50: Double
        /// The 90th percentile.
        public var p90: Double
        /// The 99th percentile.
        public var p99: Double

        /// Creates a set of percentiles.
        public init(p50: Double, p90: Double, p99: Double) {
            self.p50 = p50
            self.p90 = p90
            self.p99 = p99
        }

        /// The latency at one of the percentiles 50, 90 and 99; none at any other.
        public func at(percentile: Double) -> Double? {
            switch percentile {
            case 50: p50
            case 90: p90
            case 99: p99
            default: nil
            }
        }
    }

    /// A top-1 accuracy and where it comes from.
    public struct Accuracy: Codable, Sendable, Equatable {
        /// The accuracy, a fraction.
        ///
        /// For `published-float` the published figure, before anything is taken off for int8.
        public var value: Double
        /// Where it comes from: `evaluated`, `published-int8`, `published-float` or `given`.
        public var source: String
        /// Images it was evaluated on.
        public var images: Int?
        /// Its 95 % interval, where one is given.
        public var interval: [Double]?
        /// What the images are called, where they are known.
        public var dataset: String?

        /// Creates an accuracy.
        public init(
            value: Double,
            source: String,
            images: Int? = nil,
            interval: [Double]? = nil,
            dataset: String? = nil
        ) {
            self.value = value
            self.source = source
            self.images = images
            self.interval = interval
            self.dataset = dataset
        }
    }

    /// Energy of one inference above idle.
    public struct Energy: Codable, Sendable, Equatable {
        /// Energy of one inference above idle, J.
        public var joulesPerInference: Double
        /// What the instrument sees.
        public var domain: Domain

        /// What an energy instrument sees.
        public enum Domain: String, Codable, Sendable, CaseIterable {
            /// The whole unit, at its supply.
            case wall
            /// What goes into the computing board or module: a lower bound.
            case board
            /// The processor package only (RAPL): a lower bound.
            case package
        }

        /// Creates an energy figure.
        public init(joulesPerInference: Double, domain: Domain) {
            self.joulesPerInference = joulesPerInference
            self.domain = domain
        }
    }

    /// What the figures rest on.
    public enum Basis: String, Codable, Sendable, CaseIterable {
        /// Thermally steady runs on the tier's own hardware.
        case measured
        /// Runs too short to get thermally steady.
        case burst
        /// Runs on other hardware held down to resemble the tier.
        case standIn = "stand-in"
        /// A prediction, not a run.
        case predicted
    }

    /// The figures of one host.
    public struct Host: Codable, Sendable, Equatable {
        /// The host's id.
        public var id: String
        /// Its runs, in any order.
        public var runs: [Run]
        /// Percentiles of its merged histogram; none takes the mean of its runs' percentiles.
        public var latencyMilliseconds: Latency?

        /// Creates the figures of one host.
        public init(id: String, runs: [Run], latencyMilliseconds: Latency? = nil) {
            self.id = id
            self.runs = runs
            self.latencyMilliseconds = latencyMilliseconds
        }
    }

    /// The figures of one run.
    public struct Run: Codable, Sendable, Equatable {
        /// Inferences a second.
        public var throughputPerSecond: Double
        /// Median latency, milliseconds.
        public var p50: Double
        /// 90th percentile of latency, milliseconds.
        public var p90: Double
        /// 99th percentile of latency, milliseconds.
        public var p99: Double
        /// The larger of load peak and serving peak, MiB.
        public var peakRssMib: Double

        /// Creates the figures of one run.
        public init(throughputPerSecond: Double, p50: Double, p90: Double, p99: Double, peakRssMib: Double) {
            self.throughputPerSecond = throughputPerSecond
            self.p50 = p50
            self.p90 = p90
            self.p99 = p99
            self.peakRssMib = peakRssMib
        }
    }

    /// Creates a measurement; what is left out has the default of the format.
    public init(
        model: String,
        tier: String,
        family: String? = nil,
        source: EdgeprofAPI.Run.ModelReference.Source? = nil,
        throughputPerSecond: Double,
        latencyMilliseconds: Latency?,
        worstHostLatencyMilliseconds: Latency? = nil,
        peakRssMib: Double?,
        accuracy: Accuracy? = nil,
        settings: Settings? = nil,
        instances: Int = 1,
        serviceTimeCv2: Double = 0,
        energy: Energy? = nil,
        rooflineShare: Double? = nil,
        basis: Basis = .measured,
        flags: [String] = [],
        hosts: [Host] = []
    ) {
        self.model = model
        self.tier = tier
        self.family = family
        self.source = source
        self.throughputPerSecond = throughputPerSecond
        self.latencyMilliseconds = latencyMilliseconds
        self.worstHostLatencyMilliseconds = worstHostLatencyMilliseconds
        self.peakRssMib = peakRssMib
        self.accuracy = accuracy
        self.settings = settings
        self.instances = instances
        self.serviceTimeCv2 = serviceTimeCv2
        self.energy = energy
        self.rooflineShare = rooflineShare
        self.basis = basis
        self.flags = flags
        self.hosts = hosts
    }
}

/// A set of measurements: what `edgeprof summary --format json` prints and `rank --measurements` reads.
public struct MeasurementSet: Codable, Sendable, Equatable {
    /// The measurements, one for each model, tier and settings.
    public var measurements: [TierMeasurement]

    /// Creates a set of measurements.
    public init(measurements: [TierMeasurement]) { self.measurements = measurements }
}
