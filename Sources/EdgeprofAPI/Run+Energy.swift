extension Run {
    /// Energy over the timed queries.
    public struct Energy: Codable, Sendable, Hashable {
        /// Whether it could be read.
        public var availability: Availability
        /// Why not, when it could not.
        public var reason: String?
        /// What measured it, for example `rapl:package-0`.
        public var instrument: String?
        /// What that covers: `wall`, `board`, `package` or `rail`.
        public var domain: String?
        /// Joules over `seconds`, of all that the domain covers.
        public var joules: Double?
        /// Length of the window of timed queries; nil, as all that follows, in runs of versions that did not say.
        public var seconds: Double?
        /// Mean power.
        public var watts: Double?
        /// Values taken.
        public var samples: UInt64?
        /// Of those, how many differ from the one before: far fewer where the instrument is slow or coarse.
        public var changes: UInt64?
        /// How often the instrument's number changes: its resolution in time.
        public var updatePeriodSeconds: Double?
        /// What the box draws idle, by the same instrument before and after.
        public var idle: Idle?

        /// Makes an energy record.
        public init(
            availability: Availability,
            reason: String? = nil,
            instrument: String? = nil,
            domain: String? = nil,
            joules: Double? = nil,
            seconds: Double? = nil,
            watts: Double? = nil,
            samples: UInt64? = nil,
            changes: UInt64? = nil,
            updatePeriodSeconds: Double? = nil,
            idle: Idle? = nil
        ) {
            self.availability = availability
            self.reason = reason
            self.instrument = instrument
            self.domain = domain
            self.joules = joules
            self.seconds = seconds
            self.watts = watts
            self.samples = samples
            self.changes = changes
            self.updatePeriodSeconds = updatePeriodSeconds
            self.idle = idle
        }

        /// What an instrument's number covers, widest first.
        public enum Domain: String, Sendable, CaseIterable {
            /// All that the box draws.
            case wall
            /// What goes into the computing board or module.
            case board
            /// The processor's packages.
            case package
            /// One supply line among several.
            case rail
        }
    }

    /// Joules of a query with all that the instrument covers; nil where no energy was measured.
    public var joulesPerQuery: Double? { perQuery(energy?.joules) }

    /// Joules of a query above what the box draws idle; nil where either was not measured.
    public var joulesPerQueryAboveIdle: Double? { perQuery(energy?.idle?.joulesAboveIdle) }

    private func perQuery(_ joules: Double?) -> Double? {
        guard let joules, let count = latencyNanoseconds?.count, count > 0 else { return nil }
        return joules / Double(count)
    }
}

extension Run.Energy {
    /// What the box draws when nothing is asked of it, before and after the run.
    public struct Idle: Codable, Sendable, Hashable {
        /// Whether both baselines were measured.
        public var availability: Availability
        /// Why not, when they were not.
        public var reason: String?
        /// Length of each baseline.
        public var seconds: Double?
        /// Mean power before the run.
        public var beforeWatts: Double?
        /// Mean power after the run.
        public var afterWatts: Double?
        /// How far both lie apart, as a share of their mean.
        public var driftFraction: Double?
        /// The busier baseline's share of all CPUs' time spent working; nil where the kernel does not say.
        public var busyFraction: Double?
        /// Governors of the CPUs' frequencies in either baseline, sorted.
        public var governors: [String]?
        /// The window's joules above the mean of both; below zero where the run drew less, which says that they are wrong.
        public var joulesAboveIdle: Double?
        /// Why the figure is to be read with care; empty if nothing speaks against it.
        public var doubts: [Doubt]?

        /// Why energy above idle is to be read with care.
        public enum Doubt: String, Codable, Sendable, CaseIterable {
            /// The two baselines lie more than 5 % apart.
            case drift = "idle-power-drifted"
            /// The governor differs between the two.
            case governor = "governor-changed"
            /// Something worked during a baseline.
            case busy = "baseline-not-idle"
            /// The run drew less than idle.
            case belowIdle = "below-idle"
        }

        /// Both baselines and what follows from them.
        public init(
            seconds: Double,
            beforeWatts: Double,
            afterWatts: Double,
            driftFraction: Double,
            busyFraction: Double? = nil,
            governors: [String] = [],
            joulesAboveIdle: Double,
            doubts: [Doubt] = []
        ) {
            availability = .ok
            self.seconds = seconds
            self.beforeWatts = beforeWatts
            self.afterWatts = afterWatts
            self.driftFraction = driftFraction
            self.busyFraction = busyFraction
            self.governors = governors
            self.joulesAboveIdle = joulesAboveIdle
            self.doubts = doubts
        }

        /// No baselines, and why.
        public init(unavailable availability: Availability, reason: String) {
            self.availability = availability
            self.reason = reason
        }
    }
}
