/// What a model would do on a tier nobody measured it on, scaled from another tier.
public struct TierPrediction: Codable, Sendable, Equatable {
    /// The figures, of the basis `predicted`.
    public var measurement: TierMeasurement
    /// The measured tier they are scaled from.
    public var fromTier: String
    /// What latency was multiplied, and throughput divided, by.
    public var latencyFactor: Double

    /// Makes a prediction.
    public init(measurement: TierMeasurement, fromTier: String, latencyFactor: Double) {
        self.measurement = measurement
        self.fromTier = fromTier
        self.latencyFactor = latencyFactor
    }
}

/// Predictions for the tiers of a price list, and how far they may be off.
public struct PredictionSet: Codable, Sendable, Equatable {
    /// One for each model and tier without a run, by model, then tier.
    public var predictions: [TierPrediction]
    /// Tiers with runs and ceilings, which everything is scaled from and tried on.
    public var measuredTiers: [String]
    /// Latency and throughput lie within this factor, either way, with 95 % confidence; nil with fewer than four measured tiers.
    public var errorFactor: Double?
    /// Why nothing is predicted, or no error can be told.
    public var notes: [String]

    /// Makes a set.
    public init(predictions: [TierPrediction], measuredTiers: [String], errorFactor: Double?, notes: [String]) {
        self.predictions = predictions
        self.measuredTiers = measuredTiers
        self.errorFactor = errorFactor
        self.notes = notes
    }

    /// What may be ranked beside measurements: nothing without an error bar.
    public var rankable: [TierMeasurement] { errorFactor == nil ? [] : predictions.map(\.measurement) }
}
