/// The body of `POST /v1/rank`.
public struct RankingRequest: Codable, Sendable, Equatable {
    /// The economic case to rank for.
    public var deployment: Deployment
    /// What to rank by; nil for ROI, or the cost of correct answers where no value of an answer is given.
    ///
    /// For `rank` only.
    public var objective: RankingResult.Objective?
    /// Names of the models to rank; nil for all.
    ///
    /// For `rank` only.
    public var models: [String]?
    /// Ids of the tiers to rank; nil for all.
    ///
    /// For `rank` only.
    public var tiers: [String]?
    /// Changes to suppose, such as `price.large=60`.
    public var whatIf: [String]?

    /// Creates a request.
    public init(deployment: Deployment, options: RankingOptions = RankingOptions()) {
        self.deployment = deployment
        objective = options.objective
        models = options.models.isEmpty ? nil : options.models
        tiers = options.tiers.isEmpty ? nil : options.tiers
        whatIf = options.whatIf.isEmpty ? nil : options.whatIf
    }

    /// How the ranking is asked for.
    public var options: RankingOptions {
        RankingOptions(objective: objective, models: models ?? [], tiers: tiers ?? [], whatIf: whatIf ?? [])
    }
}
