public import EdgeprofAPI
import Glibc
import Statistics

extension Economics {
    /// Fewest measured tiers that an error of predictions can be told from.
    public static let fewestTiersForPredictionError = 4

    /// Predicts models on listed tiers they were not run on (docs/economics.md, "Predictions").
    ///
    /// - Parameters:
    ///   - measurements: What was measured.
    ///   - tiers: The price list; tiers without `peak_gops` and `bandwidth_gbps` take no part.
    ///   - layers: Each model's layers by its name; models that are not in it are not predicted.
    /// - Returns: Predictions, and their error bar where four tiers or more were measured.
    public static func predict(
        measurements: MeasurementSet,
        tiers: TierList,
        layers: [String: [LayerCost]]
    ) -> PredictionSet {
        Predictor(measurements.measurements, tiers.tiers, layers).set
    }
}

/// Scales measurements from tier to tier by what their rooflines allow.
private struct Predictor {
    /// A model's best measured serving configuration on each tier.
    let best: [String: [String: TierMeasurement]]
    /// Models that have a run of any basis on a tier.
    let known: Set<[String]>
    let ceilings: [String: TierCeilings]
    let layers: [String: [LayerCost]]

    init(_ measurements: [TierMeasurement], _ tiers: [Tier], _ layers: [String: [LayerCost]]) {
        self.layers = layers
        ceilings = Dictionary(
            tiers.compactMap { tier in TierCeilings(tier).map { (tier.id, $0) } },
            uniquingKeysWith: { first, _ in first }
        )
        known = Set(measurements.map { [$0.model, $0.tier] })
        var best: [String: [String: TierMeasurement]] = [:]
        // Stand-ins and predictions are estimates themselves.
        for measurement in measurements
        where [.measured, .burst].contains(measurement.basis) && measurement.throughputPerSecond > 0 {
            let other = best[measurement.model]?[measurement.tier]
            if other.map({ $0.throughputPerSecond < measurement.throughputPerSecond }) ?? true {
                best[measurement.model, default: [:]][measurement.tier] = measurement
            }
        }
        self.best = best
    }

    /// Tiers with ceilings and a model of known layers measured on them.
    private var measuredTiers: [String] {
        Set(best.filter { layers[$0.key] != nil }.values.flatMap(\.keys)).filter { ceilings[$0] != nil }.sorted()
    }

    var set: PredictionSet {
        var predictions: [TierPrediction] = []
        for model in best.keys.sorted() where layers[model] != nil {
            for tier in ceilings.keys.sorted() where !known.contains([model, tier]) {
                if let prediction = predict(model, tier) { predictions.append(prediction) }
            }
        }
        let measured = measuredTiers
        let error = errorFactor(measured)
        return PredictionSet(
            predictions: predictions,
            measuredTiers: measured,
            errorFactor: error,
            notes: notes(predictions, measured, error)
        )
    }

    /// The nearest measured tier's figures, times what the rooflines allow here over there.
    private func predict(_ model: String, _ tier: String) -> TierPrediction? {
        guard let (source, factor) = source(model, tier), var measurement = best[model]?[source] else { return nil }
        measurement.tier = tier
        measurement.basis = .predicted
        measurement.throughputPerSecond /= factor
        measurement.latencyMilliseconds = measurement.latencyMilliseconds.map {
            TierMeasurement.Latency(p50: $0.p50 * factor, p90: $0.p90 * factor, p99: $0.p99 * factor)
        }
        // Nothing of this was seen on any host of the tier.
        measurement.worstHostLatencyMilliseconds = nil
        measurement.energy = nil
        measurement.rooflineShare = nil
        measurement.flags = []
        measurement.hosts = []
        guard MeasurementSet(measurements: [measurement]).problems().isEmpty else { return nil }
        return TierPrediction(measurement: measurement, fromTier: source, latencyFactor: factor)
    }

    /// The measured tier whose ceilings are nearest, and the factor from it.
    private func source(_ model: String, _ tier: String) -> (tier: String, factor: Double)? {
        guard let costs = layers[model], let here = ceilings[tier], let allowed = here.allowedSeconds(costs) else {
            return nil
        }
        let sources = (best[model] ?? [:]).keys.sorted().compactMap { id -> (String, Double, distance: Double)? in
            guard id != tier, let there = ceilings[id], let before = there.allowedSeconds(costs) else { return nil }
            let peak = log(here.macsPerSecond / there.macsPerSecond)
            let bandwidth = log(here.bytesPerSecond / there.bytesPerSecond)
            return (id, allowed / before, peak * peak + bandwidth * bandwidth)
        }
        return sources.min { $0.distance < $1.distance }.map { ($0.0, $0.1) }
    }

    /// Every measured tier left out in turn and predicted from the others.
    ///
    /// The tier is the unit: how an engine suits a processor is shared by all models on it, so a tier's errors count as one,
    /// the mean of their squares. Their root mean square over tiers, uncentred because a bias is part of the error, times
    /// Student's t, is the bar; errors share sources, hence one degree of freedom less.
    private func errorFactor(_ measured: [String]) -> Double? {
        guard measured.count >= Economics.fewestTiersForPredictionError else { return nil }
        let squares = measured.compactMap { tier -> Double? in
            let errors = best.keys.sorted().compactMap { model -> Double? in
                guard layers[model] != nil, let truth = best[model]?[tier], let (id, factor) = source(model, tier),
                    let base = best[model]?[id]
                else { return nil }
                let throughput = log(base.throughputPerSecond / factor / truth.throughputPerSecond)
                guard let there = base.latencyMilliseconds?.p50, let here = truth.latencyMilliseconds?.p50, there > 0,
                    here > 0
                else { return throughput * throughput }
                let latency = log(there * factor / here)
                return max(throughput * throughput, latency * latency)
            }
            return errors.isEmpty ? nil : errors.reduce(0, +) / Double(errors.count)
        }
        guard squares.count >= Economics.fewestTiersForPredictionError else { return nil }
        let spread = (squares.reduce(0, +) / Double(squares.count)).squareRoot()
        let factor = exp(StudentT.quantile(0.975, degreesOfFreedom: squares.count - 1) * spread)
        return factor.isFinite ? factor : nil
    }

    private func notes(_ predictions: [TierPrediction], _ measured: [String], _ error: Double?) -> [String] {
        var notes: [String] = []
        let unknown = best.keys.filter { layers[$0] == nil }.sorted()
        if !unknown.isEmpty { notes.append("not predicted, because their layers are not known: \(Text.list(unknown))") }
        if ceilings.isEmpty {
            notes.append("nothing is predicted: no tier has peak_gops and bandwidth_gbps")
        } else if !predictions.isEmpty, error == nil {
            notes.append(
                "predictions have no error bar and are not ranked: \(Text.count(measured.count, "tier")) with peak_gops and "
                    + "bandwidth_gbps measured, \(Economics.fewestTiersForPredictionError) are needed"
            )
        }
        if let error, !predictions.isEmpty {
            notes.append(
                "predicted latency and throughput lie within a factor of \(Text.short(error)) either way (95 %, each of "
                    + "\(measured.count) measured tiers left out in turn)"
            )
        }
        return notes
    }
}
