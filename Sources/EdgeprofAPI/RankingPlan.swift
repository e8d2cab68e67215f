/// What to buy: the answer of `plan` and of `POST /v1/plan`.
public struct PlanResult: Codable, Sendable, Equatable {
    /// The deployment's name.
    public var deployment: String
    /// The result in sentences; the first names what it must not be trusted for, where there is such a thing.
    public var headline: [String]
    /// The changes the plan supposes, and what would be bought without them; nil when none was asked for.
    public var hypothesis: Hypothesis?
    /// What to buy, of several what most sites get; nil when buying nothing is best, or nothing is feasible.
    public var choice: Choice?
    /// Why nothing is to be bought.
    public var choiceReason: String?
    /// Return asked of every dollar beyond its own repayment, a fraction.
    public var hurdle: Double
    /// Value less (1 + hurdle) times cost of the choice, USD; nil when no value is given.
    public var objectiveUsd: Double?
    /// Share of draws in which buying nothing is best.
    public var pNone: Double?
    /// The choices worth considering, cheapest first: corners of the hull of cost and value, from nothing.
    public var frontier: [FrontierPoint]
    /// Where another choice takes over.
    public var breakEven: [BreakEven]
    /// What to buy at every site and in all; nil when nothing is to be bought.
    public var sitePlan: SitePlan?
    /// What is paid and gained year by year; empty when nothing is to be bought.
    public var costByYear: [CostYear]
    /// How far each number may move before the answer changes; nil without demand.
    public var sensitivity: Sensitivity?
    /// What to measure next; nil from versions that did not ask.
    public var valueOfInformation: ValueOfInformation?
    /// What models that were not chosen would have to gain.
    public var counterfactuals: [Counterfactual]
    /// Every choice, best first under the plan's objective.
    public var choices: [Choice]
    /// What the intervals rest on.
    public var uncertainty: RankingResult.Uncertainty
    /// What the figures take for granted.
    public var assumptions: [String]
    /// What the reader should know before acting.
    public var warnings: [String]

    /// A choice on the frontier.
    public struct FrontierPoint: Codable, Sendable, Equatable {
        /// The model's name.
        public var model: String
        /// The tier's id.
        public var tier: String
        /// The serving configuration.
        public var settings: TierMeasurement.Settings?
        /// Total cost of ownership, USD.
        public var tcoUsd: Double
        /// Present value of the answers, USD.
        public var valueUsd: Double
        /// Return on what it costs beyond the choice before it; nil when it costs nothing more.
        public var incrementalRoi: Double?
        /// 95 % interval of the cost; nil without draws.
        public var tcoInterval: [Double]?
        /// 95 % interval of the value; nil without draws.
        public var valueInterval: [Double]?
        /// Share of draws in which the step from the choice before it is worth (1 + hurdle) times its cost; nil without draws.
        public var pWorthwhile: Double?

        /// Creates a point of the frontier.
        public init(
            model: String,
            tier: String,
            settings: TierMeasurement.Settings?,
            tcoUsd: Double,
            valueUsd: Double,
            incrementalRoi: Double?
        ) {
            self.model = model
            self.tier = tier
            self.settings = settings
            self.tcoUsd = tcoUsd
            self.valueUsd = valueUsd
            self.incrementalRoi = incrementalRoi
        }

        /// Encodes the point; what cannot be computed is `null`.
        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(model, forKey: .model)
            try container.encode(tier, forKey: .tier)
            try container.encode(settings, forKey: .settings)
            try container.encode(tcoUsd, forKey: .tcoUsd)
            try container.encode(valueUsd, forKey: .valueUsd)
            try container.encode(incrementalRoi.finite, forKey: .incrementalRoi)
            try container.encode(tcoInterval.finite, forKey: .tcoInterval)
            try container.encode(valueInterval.finite, forKey: .valueInterval)
            try container.encode(pWorthwhile.finite, forKey: .pWorthwhile)
        }
    }

    /// A parameter's value at which two choices are worth the same.
    public struct BreakEven: Codable, Sendable, Equatable {
        /// The deployment's key, such as `backbone_influence`.
        public var parameter: String
        /// The choice that is overtaken or overtakes.
        public var against: Choice.Alternative
        /// The value at which both are worth the same; nil when there is none.
        public var value: Double?
        /// What happens on either side, or why there is no such value.
        public var message: String

        /// Creates a break-even point.
        public init(parameter: String, against: Choice.Alternative, value: Double?, message: String) {
            self.parameter = parameter
            self.against = against
            self.value = value
            self.message = message
        }

        /// Encodes the break-even point; a value that does not exist is `null`.
        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(parameter, forKey: .parameter)
            try container.encode(against, forKey: .against)
            try container.encode(value.finite, forKey: .value)
            try container.encode(message, forKey: .message)
        }
    }

    /// Creates a plan.
    public init(
        deployment: String,
        headline: [String],
        hypothesis: Hypothesis? = nil,
        choice: Choice?,
        choiceReason: String?,
        hurdle: Double,
        objectiveUsd: Double?,
        pNone: Double?,
        frontier: [FrontierPoint],
        breakEven: [BreakEven],
        sitePlan: SitePlan? = nil,
        costByYear: [CostYear] = [],
        sensitivity: Sensitivity? = nil,
        valueOfInformation: ValueOfInformation? = nil,
        counterfactuals: [Counterfactual] = [],
        choices: [Choice],
        uncertainty: RankingResult.Uncertainty,
        assumptions: [String],
        warnings: [String]
    ) {
        self.deployment = deployment
        self.headline = headline
        self.hypothesis = hypothesis
        self.choice = choice
        self.choiceReason = choiceReason
        self.hurdle = hurdle
        self.objectiveUsd = objectiveUsd
        self.pNone = pNone
        self.frontier = frontier
        self.breakEven = breakEven
        self.sitePlan = sitePlan
        self.costByYear = costByYear
        self.sensitivity = sensitivity
        self.valueOfInformation = valueOfInformation
        self.counterfactuals = counterfactuals
        self.choices = choices
        self.uncertainty = uncertainty
        self.assumptions = assumptions
        self.warnings = warnings
    }

    /// Encodes the plan; `choice` is `null` when nothing is to be bought.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(deployment, forKey: .deployment)
        try container.encode(headline, forKey: .headline)
        try container.encodeIfPresent(hypothesis, forKey: .hypothesis)
        try container.encode(choice, forKey: .choice)
        try container.encode(choiceReason, forKey: .choiceReason)
        try container.encode(hurdle, forKey: .hurdle)
        try container.encode(objectiveUsd.finite, forKey: .objectiveUsd)
        try container.encode(pNone.finite, forKey: .pNone)
        try container.encode(frontier, forKey: .frontier)
        try container.encode(breakEven, forKey: .breakEven)
        try container.encode(sitePlan, forKey: .sitePlan)
        try container.encode(costByYear, forKey: .costByYear)
        try container.encode(sensitivity, forKey: .sensitivity)
        try container.encode(valueOfInformation, forKey: .valueOfInformation)
        try container.encode(counterfactuals, forKey: .counterfactuals)
        try container.encode(choices, forKey: .choices)
        try container.encode(uncertainty, forKey: .uncertainty)
        try container.encode(assumptions, forKey: .assumptions)
        try container.encode(warnings, forKey: .warnings)
    }
}
