import Economics
import EdgeprofAPI
import ModelZoo
import NetworkGraph

/// What `--predict` adds: figures of models on tiers nobody measured them on.
struct Predictions {
    /// The predictions, and their error bar.
    let set: PredictionSet

    /// Predicts zoo models, whose layers are known here.
    init(_ measurements: MeasurementSet, _ tiers: TierList) {
        set = Economics.predict(measurements: measurements, tiers: tiers, layers: Self.layers(of: measurements))
    }

    /// Steps of the fused plan by model; a file's are not known, whatever its name.
    private static func layers(of measurements: MeasurementSet) -> [String: [LayerCost]] {
        var layers: [String: [LayerCost]] = [:]
        for name in Set(measurements.measurements.filter { $0.source != .file }.map(\.model)) {
            guard let network = try? ModelZoo.build(name: name) else { continue }
            layers[name] = GraphCosts(of: network.graph, plan: .fused).nodes.filter { !$0.isAbsorbed }.map {
                LayerCost(macs: Double($0.macs), bytes: Double($0.memoryAccessBytes))
            }
        }
        return layers
    }

    /// Measurements with what may be ranked beside them.
    func joined(to measurements: MeasurementSet) -> MeasurementSet {
        MeasurementSet(measurements: measurements.measurements + set.rankable)
    }

    /// A table of the predictions.
    var table: Table {
        let milliseconds = { (value: Double?) in value.map(HumanUnits.number) ?? "-" }
        let fields: [Table.Field<TierPrediction>] = [
            (.text("model"), false, { $0.measurement.model }),
            (.text("tier"), false, { $0.measurement.tier }),
            (.text("from"), false, { $0.fromTier }),
            (.number("p50 ms"), false, { milliseconds($0.measurement.latencyMilliseconds?.p50) }),
            (.number("p99 ms"), false, { milliseconds($0.measurement.latencyMilliseconds?.p99) }),
            (.number("per s"), false, { HumanUnits.number($0.measurement.throughputPerSecond) }),
            (.number("within"), false, { _ in set.errorFactor.map { "x/÷ " + HumanUnits.number($0) } ?? "unknown" }),
            (.text("basis"), true, { $0.measurement.basis.rawValue }),
        ]
        return Table(set.predictions, fields: fields, showsOptional: false)
    }

    /// The predictions apart from what was measured, and what is to be known of them.
    func page(width: Int) -> String {
        var page = "\nPredicted, not measured:\n"
        page += set.predictions.isEmpty ? "" : table.rendered(as: .table, width: width)
        return page + set.notes.map { TextLayout.paragraph($0, width: width) }.joined()
    }
}

/// A result of the collector's shape with predictions beside it, under a name of their own.
struct WithPredictions<Result: Encodable>: Encodable {
    /// What was asked for.
    let result: Result
    /// Nil where none were.
    let predictions: PredictionSet?

    private enum Key: String, CodingKey { case predictions }

    func encode(to encoder: any Encoder) throws {
        try result.encode(to: encoder)
        var container = encoder.container(keyedBy: Key.self)
        try container.encodeIfPresent(predictions, forKey: .predictions)
    }
}
