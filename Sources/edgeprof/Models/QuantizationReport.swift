import Calibration

/// What quantizing a network cost, layer by layer.
struct QuantizationReport: Encodable {
    /// One layer.
    struct Layer: Encodable {
        var name: String
        var operation: String
        var shape: String
        var lowest: Float
        var highest: Float
        var cumulativeDecibels: Double
        var ownDecibels: Double
        var clippedShare: Double
        var channelSpread: Double
        var hint: String
    }

    let model: String
    let output: String
    let method: String
    let percentile: Double?
    let samples: Int
    let biasCorrection: Bool
    let layers: [Layer]

    init(
        model: String,
        output: String,
        method: String,
        percentile: Double?,
        samples: Int,
        correctsBias: Bool,
        layers: [LayerError]
    ) {
        self.model = model
        self.output = output
        self.method = method
        self.percentile = percentile
        self.samples = samples
        biasCorrection = correctsBias
        self.layers = layers.map { layer in
            Layer(
                name: layer.name,
                operation: layer.operation,
                shape: layer.shape,
                lowest: layer.range.lowerBound,
                highest: layer.range.upperBound,
                cumulativeDecibels: layer.cumulativeDecibels,
                ownDecibels: layer.ownDecibels,
                clippedShare: layer.clippedShare,
                channelSpread: layer.channelSpread,
                hint: layer.hint
            )
        }
    }

    /// One line: what was done.
    var summary: String {
        let last = layers.last.map { ", \(Self.decibels($0.cumulativeDecibels)) dB at the last layer" } ?? ""
        let plural = { (count: Int, what: String) in "\(count) \(what)\(count == 1 ? "" : "s")" }
        return "\(model): \(plural(layers.count, "layer")) quantized with \(plural(samples, "sample"))\(last), "
            + "written to \(output)"
    }

    /// One row a layer.
    var table: Table {
        Table(
            columns: [
                .path("layer"), .text("operation"), .text("output"), .number("lowest"), .number("highest"),
                .number("SQNR dB"), .number("own dB"), .text("hint"),
            ],
            rows: layers.map {
                [
                    $0.name, $0.operation, $0.shape, Self.short($0.lowest), Self.short($0.highest),
                    Self.decibels($0.cumulativeDecibels), Self.decibels($0.ownDecibels), $0.hint,
                ]
            }
        )
    }

    /// The layers that add most error, and what may help.
    var advice: String {
        let worst = layers.sorted { $0.ownDecibels < $1.ownDecibels }.prefix(3)
        guard !worst.isEmpty else { return "" }
        return "\nMost error of their own:\n"
            + worst.map {
                "  \($0.name): \(Self.decibels($0.ownDecibels)) dB" + ($0.hint.isEmpty ? "" : "; \($0.hint)") + "\n"
            }.joined()
    }

    private static func decibels(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }

    private static func short(_ value: Float) -> String { "\((value * 1000).rounded() / 1000)" }
}
