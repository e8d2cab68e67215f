/// Two sets of runs compared: the answer of `runs compare` and of `POST /v1/runs/compare`.
public struct RunComparison: Codable, Sendable, Equatable {
    /// The result in a sentence.
    public var headline: String
    /// One for each model and settings that both sides have.
    public var groups: [Group]
    /// Whether every gate was passed; nil without gates.
    public var passed: Bool?
    /// What differs between the sides and did not keep them from being compared.
    public var differences: [String]
    /// What the reader should know before acting.
    public var warnings: [String]

    /// Makes a comparison.
    public init(headline: String, groups: [Group], passed: Bool?, differences: [String], warnings: [String]) {
        self.headline = headline
        self.groups = groups
        self.passed = passed
        self.differences = differences
        self.warnings = warnings
    }

    /// Runs of one model in one way on both sides.
    public struct Group: Codable, Sendable, Equatable {
        /// The model's name.
        public var model: String
        /// How it was run, in words.
        public var settings: String
        /// The hosts it was run on, by name.
        public var hosts: [String]
        /// How many runs the first side has.
        public var a: RunCount
        /// How many the second has.
        public var b: RunCount
        /// Why nothing can be decided; nil when it can.
        public var undecided: String?
        /// What changed.
        public var figures: [Figure]
        /// What became of the gates.
        public var gates: [Gate]

        /// Makes a group.
        public init(
            model: String,
            settings: String,
            hosts: [String],
            a: RunCount,
            b: RunCount,
            undecided: String?,
            figures: [Figure],
            gates: [Gate]
        ) {
            self.model = model
            self.settings = settings
            self.hosts = hosts
            self.a = a
            self.b = b
            self.undecided = undecided
            self.figures = figures
            self.gates = gates
        }
    }

    /// Runs of one side of a group.
    public struct RunCount: Codable, Sendable, Equatable {
        /// Runs that were compared.
        public var compared: Int
        /// Runs that did not end well.
        public var failed: Int
        /// Runs left out because something disturbed them.
        public var disturbed: Int

        /// Makes a count.
        public init(compared: Int, failed: Int, disturbed: Int) {
            self.compared = compared
            self.failed = failed
            self.disturbed = disturbed
        }
    }

    /// A figure of both sides; the unit of replication is the process.
    public struct Figure: Codable, Sendable, Equatable {
        /// Which.
        public var name: Name
        /// `nanoseconds`, `perSecond` or `bytes`.
        public var unit: String
        /// The first side's.
        public var a: Estimate?
        /// The second side's.
        public var b: Estimate?
        /// Second over first; nil where there are too few runs for an interval.
        public var ratio: Estimate?
        /// How probable so large a difference is where there is none.
        public var pValue: Double?
        /// The same, allowing for every figure of the comparison being tested (Holm).
        public var adjustedPValue: Double?
        /// What is concluded.
        public var verdict: Verdict

        /// Which figures are compared.
        public enum Name: String, Codable, Sendable, CaseIterable {
            /// Latency's percentiles; queries a second; peak of resident memory, loading included.
            case p50, p90, p99, throughput, rss

            /// Whether less is better.
            public var lessIsBetter: Bool { self != .throughput }
        }

        /// What is concluded of a figure.
        public enum Verdict: String, Codable, Sendable {
            /// It changed for the better.
            case better
            /// It changed for the worse.
            case worse
            /// These runs show no change; how large one could be the interval tells.
            case noChangeShown = "no-change-shown"
            /// Too few runs to tell anything.
            case undecided
        }

        /// Makes a figure.
        public init(name: Name, unit: String, a: Estimate?, b: Estimate?, ratio: Estimate?, pValue: Double?) {
            self.name = name
            self.unit = unit
            self.a = a
            self.b = b
            self.ratio = ratio
            self.pValue = pValue
            verdict = .undecided
        }
    }

    /// A value and its 95 % interval.
    public struct Estimate: Codable, Sendable, Equatable {
        /// The geometric mean over processes, hosts counting alike, or a ratio of two.
        public var value: Double
        /// Where it lies with 95 % confidence, lower end first; nil where there are too few processes.
        public var interval: [Double]?

        /// Makes an estimate.
        public init(value: Double, interval: ClosedRange<Double>?) {
            self.value = value
            self.interval = interval.map { [$0.lowerBound, $0.upperBound] }
        }
    }

    /// What became of a gate.
    public struct Gate: Codable, Sendable, Equatable {
        /// `fail-if` or `require`.
        public var kind: String
        /// As it was written.
        public var expression: String
        /// Whether it lets the comparison pass.
        public var passed: Bool
        /// Whether the interval lies wholly on one side of the bound.
        public var isDecided: Bool
        /// What it was decided by, in the expression's unit; nil where there was nothing.
        public var value: Estimate?
        /// The same in words.
        public var reason: String

        /// Makes an outcome.
        public init(
            kind: String,
            expression: String,
            passed: Bool,
            isDecided: Bool,
            value: Estimate?,
            reason: String
        ) {
            self.kind = kind
            self.expression = expression
            self.passed = passed
            self.isDecided = isDecided
            self.value = value
            self.reason = reason
        }
    }
}

/// The body of `POST /v1/runs/compare`.
public struct RunComparisonRequest: Codable, Sendable, Hashable {
    /// The base.
    public var a: RunSelection
    /// What is compared with it.
    public var b: RunSelection
    /// Differences that are meant: names of `RunDifference`.
    public var allow: [RunDifference]?
    /// Gates that fail when they are shown to hold.
    public var failIf: [String]?
    /// Gates that pass when they are shown to hold.
    public var require: [String]?

    /// Makes a request.
    public init(
        a: RunSelection,
        b: RunSelection,
        allow: [RunDifference]? = nil,
        failIf: [String]? = nil,
        require: [String]? = nil
    ) {
        self.a = a
        self.b = b
        self.allow = allow
        self.failIf = failIf
        self.require = require
    }
}

/// What may keep two sets of runs from being compared, unless it is meant.
public enum RunDifference: String, Codable, Sendable, Hashable, CaseIterable {
    /// Name or content of the model.
    case model
    /// The host, its processor and memory.
    case host
    /// How queries arrived, and how many a second.
    case scenario
    /// Instances side by side.
    case instances
    /// Threads of each.
    case threads
    /// Instruction set.
    case isa
    /// Plan.
    case plan
    /// Limits of memory and CPUs.
    case limits
    /// Runs that did not end well: they keep every gate from passing.
    case failed
    /// Runs something disturbed: they are left out.
    case disturbed
}
