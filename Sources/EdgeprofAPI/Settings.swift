/// How queries arrive (MLPerf's terms).
public enum Scenario: String, Codable, Sendable, CaseIterable {
    /// One query at a time on one instance.
    case singleStream = "single-stream"
    /// All instances always busy: the serving configuration that ROI is computed from.
    case offline
    /// Queries arrive at random at a given rate, in one queue before all instances.
    case server
}

/// Which of the engine's plans runs.
public enum PlanKind: String, Codable, Sendable, CaseIterable {
    /// Operator by operator, as the file spells it.
    case naive
    /// Requantizations skipped, concatenations free.
    case fused
}

/// What is asked of one measurement.
public struct MeasurementSettings: Codable, Sendable, Hashable {
    /// Threads of each instance, at least 1.
    public var threads: Int
    /// Instances run side by side, at least 1; always 1 in `single-stream`.
    public var instances: Int
    /// The highest instruction set used, nil for the best there is.
    public var isa: String?
    /// Which plan runs.
    public var plan: PlanKind
    /// How queries arrive.
    public var scenario: Scenario
    /// Seconds of timed queries after warm-up.
    public var durationSeconds: Double
    /// Queries that arrive in a second on average, in `server` alone.
    public var ratePerSecond: Double?
    /// Seconds of idle power measured before and after, where an instrument can be read; 0 for none, nil for 5.
    public var idleSeconds: Double?
    /// Seconds that warm-up may go on until clock and heat are steady; nil or 0 for no waiting.
    public var settleSeconds: Double?

    /// Makes settings.
    public init(
        threads: Int = 1,
        instances: Int = 1,
        isa: String? = nil,
        plan: PlanKind = .fused,
        scenario: Scenario = .singleStream,
        durationSeconds: Double = 5,
        ratePerSecond: Double? = nil,
        idleSeconds: Double? = nil,
        settleSeconds: Double? = nil
    ) {
        self.threads = threads
        self.instances = instances
        self.isa = isa
        self.plan = plan
        self.scenario = scenario
        self.durationSeconds = durationSeconds
        self.ratePerSecond = ratePerSecond
        self.idleSeconds = idleSeconds
        self.settleSeconds = settleSeconds
    }

    /// Bounds of the wire format, beyond which settings are refused.
    public enum Limits {
        /// Threads of an instance.
        public static let threads = 1...1024
        /// Instances.
        public static let instances = 1...1024
        /// Seconds of timed queries.
        public static let durationSeconds = 0.1...3600.0
        /// Queries that arrive in a second.
        public static let ratePerSecond = 0.001...1_000_000.0
        /// Seconds of idle power, unless there are none: less gives no figure.
        public static let idleSeconds = 5.0...600.0
        /// Seconds that warm-up may go on until clock and heat are steady.
        public static let settleSeconds = 0.0...3600.0
        /// Queries that arrive in a run: each is planned before it begins.
        public static let arrivals = 1_000_000.0
    }

    /// What is wrong with these settings, in words; empty when nothing is.
    public func problems() -> [String] {
        var found: [String] = []
        if !Limits.threads.contains(threads) { found.append("threads is \(threads), must be 1 to 1024") }
        if !Limits.instances.contains(instances) { found.append("instances is \(instances), must be 1 to 1024") }
        if !(Limits.durationSeconds ~= durationSeconds) {
            found.append("durationSeconds is \(durationSeconds), must be 0.1 to 3600")
        }
        if let idleSeconds, idleSeconds != 0, !(Limits.idleSeconds ~= idleSeconds) {
            found.append("idleSeconds is \(idleSeconds), must be 0 or 5 to 600")
        }
        if let settleSeconds, !(Limits.settleSeconds ~= settleSeconds) {
            found.append("settleSeconds is \(settleSeconds), must be 0 to 3600")
        }
        if let problem = rateProblem { found.append(problem) }
        if scenario == .singleStream && instances != 1 {
            found.append("single-stream runs 1 instance, not \(instances); use the offline scenario")
        }
        return found
    }

    private var rateProblem: String? {
        guard let ratePerSecond else {
            return scenario == .server ? "the server scenario needs ratePerSecond, how many queries arrive" : nil
        }
        if scenario != .server { return "ratePerSecond goes with the server scenario" }
        if !(Limits.ratePerSecond ~= ratePerSecond) {
            return "ratePerSecond is \(ratePerSecond), must be 0.001 to 1000000"
        }
        // The queue fills for a tenth of the time before queries count.
        return ratePerSecond * durationSeconds * 1.1 > Limits.arrivals
            ? "\(ratePerSecond) queries a second for \(durationSeconds) s are more than 1000000" : nil
    }
}
