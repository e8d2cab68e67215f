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
    /// What would become of the order if no model were held back by the engine more than another; nil from versions that did
    /// not ask.
    public var equalShare: EqualShare?
    /// From the cheapest feasible choice to ever more accurate ones: what a point of accuracy must be worth for each step to
    /// pay; nil where a value of an answer is given.
    public var steps: [AccuracyStep]?
    /// What was supposed besides the documents, and what it does; nil for a ranking of what is written down.
    public var hypothesis: Hypothesis?
    /// What the figures take for granted.
    public var assumptions: [String]
    /// What the reader should know before acting.
    public var warnings: [String]

    /// What a ranking sorts by.
    public enum Objective: String, Codable, Sendable {
        /// Return on investment, highest first.
        case roi
        /// Value less cost, highest first.
        case netValue
        /// Cost of a million correct answers, lowest first: what counts where no value of an answer is given.
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

    /// The ranking as it would be if every model reached the best roofline share on its tier.
    public struct EqualShare: Codable, Sendable, Equatable {
        /// Whether the feasible choices would keep their order, tied ones aside; nil when it cannot be told.
        public var orderSurvives: Bool?
        /// The choice that would lead; nil when none is feasible or it cannot be told.
        public var first: Choice.Alternative?
        /// The same in a sentence.
        public var message: String

        /// Describes the ranking at equal shares.
        public init(orderSurvives: Bool?, first: Choice.Alternative?, message: String) {
            self.orderSurvives = orderSurvives
            self.first = first
            self.message = message
        }

        private enum CodingKeys: String, CodingKey {
            case orderSurvives, first, message
        }

        /// Encodes all names, `null` where nothing is known.
        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(orderSurvives, forKey: .orderSurvives)
            try container.encode(first, forKey: .first)
            try container.encode(message, forKey: .message)
        }
    }

    /// Creates a ranking.
    public init(
        deployment: String,
        headline: [String],
        objective: Objective,
        choices: [Choice],
        uncertainty: Uncertainty,
        equalShare: EqualShare? = nil,
        steps: [AccuracyStep]? = nil,
        hypothesis: Hypothesis? = nil,
        assumptions: [String],
        warnings: [String]
    ) {
        self.deployment = deployment
        self.headline = headline
        self.objective = objective
        self.choices = choices
        self.uncertainty = uncertainty
        self.equalShare = equalShare
        self.steps = steps
        self.hypothesis = hypothesis
        self.assumptions = assumptions
        self.warnings = warnings
    }
}
