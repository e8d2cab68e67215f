/// How a ranking is asked for beside its economic case; all of it may be left out.
public struct RankingOptions: Sendable, Equatable {
    /// What to rank by; nil for ROI, or the cost of correct answers where no value of an answer is given.
    public var objective: RankingResult.Objective?
    /// Names of the models to rank; empty for all.
    public var models: [String]
    /// Ids of the tiers to rank; empty for all.
    public var tiers: [String]
    /// Changes to suppose, each such as `price.large=60` or several joined by commas (docs/economics.md).
    public var whatIf: [String]

    /// Creates options.
    public init(
        objective: RankingResult.Objective? = nil,
        models: [String] = [],
        tiers: [String] = [],
        whatIf: [String] = []
    ) {
        self.objective = objective
        self.models = models
        self.tiers = tiers
        self.whatIf = whatIf
    }
}
