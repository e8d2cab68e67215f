/// Models and tiers ranked: the answer of `rank` and of `POST /v1/rank`.
public struct RankingResult: Codable, Sendable, Equatable {
    /// The deployment's name.
    public var deployment: String
    /// The result in sentences; the first names what it must not be trusted for, where there is such a thing.
    public var headline: [String]
    /// What the ranking sorts by.
    public var objective: Objective
    /// One for each model and tier in its best settings: feasible first, best first.
    public var choices: [Choice]
    /// What the intervals rest on.
    public var uncertainty: Uncertainty
    /// What the figures take for granted.
    public var assumptions: [String]
    /// What the reader should know before acting.
    public var warnings: [String]

    /// What a ranking sorts by.
    public enum Objective: String, Codable, Sendable {
        /// Return on investment, highest first.
        case roi
        /// Cost of a million correct answers, lowest first: no value of an answer is given.
        case usdPerMillionCorrect
    }

    /// What intervals rest on.
    public struct Uncertainty: Codable, Sendable, Equatable {
        /// Where the spread between hosts comes from.
        public enum Spread: String, Codable, Sendable {
            /// From measurements on several hosts.
            case measured
            /// Assumed, for want of a second host.
            case assumed
            /// Nowhere: no measurement names its hosts.
            case unknown
        }

        /// Where the spread between hosts comes from.
        public var betweenHostSpread: Spread
        /// Degrees of freedom of the pooled covariance.
        public var degreesOfFreedom: Int
        /// Number of draws; 0 when there are no intervals.
        public var draws: Int
        /// Seed of the draws.
        public var seed: UInt64

        /// Describes the draws.
        public init(betweenHostSpread: Spread, degreesOfFreedom: Int, draws: Int, seed: UInt64) {
            self.betweenHostSpread = betweenHostSpread
            self.degreesOfFreedom = degreesOfFreedom
            self.draws = draws
            self.seed = seed
        }
    }

    /// Creates a ranking.
    public init(
        deployment: String,
        headline: [String],
        objective: Objective,
        choices: [Choice],
        uncertainty: Uncertainty,
        assumptions: [String],
        warnings: [String]
    ) {
        self.deployment = deployment
        self.headline = headline
        self.objective = objective
        self.choices = choices
        self.uncertainty = uncertainty
        self.assumptions = assumptions
        self.warnings = warnings
    }
}
