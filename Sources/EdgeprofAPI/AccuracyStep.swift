/// A step from one choice to a more accurate one, and what a point of accuracy must be worth for it to pay.
public struct AccuracyStep: Codable, Sendable, Equatable {
    /// The model's name.
    public var model: String
    /// The tier's id.
    public var tier: String
    /// The accuracy used, a fraction.
    public var accuracy: Double
    /// Total cost of ownership, USD.
    public var tcoUsd: Double
    /// Points of accuracy gained on the step before, hundredths; nil for the first.
    public var pointsGained: Double?
    /// What a point of accuracy must be worth a year for the step to pay, USD; nil for the first.
    public var usdPerPointYear: Double?

    /// Describes a step.
    public init(
        model: String,
        tier: String,
        accuracy: Double,
        tcoUsd: Double,
        pointsGained: Double?,
        usdPerPointYear: Double?
    ) {
        self.model = model
        self.tier = tier
        self.accuracy = accuracy
        self.tcoUsd = tcoUsd
        self.pointsGained = pointsGained
        self.usdPerPointYear = usdPerPointYear
    }

    /// Encodes all names, `null` where nothing is known.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(model, forKey: .model)
        try container.encode(tier, forKey: .tier)
        try container.encode(accuracy, forKey: .accuracy)
        try container.encode(tcoUsd, forKey: .tcoUsd)
        try container.encode(pointsGained.finite, forKey: .pointsGained)
        try container.encode(usdPerPointYear.finite, forKey: .usdPerPointYear)
    }
}
