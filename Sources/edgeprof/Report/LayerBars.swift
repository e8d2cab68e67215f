import EdgeprofAPI
import Foundation

/// A bar a layer in the order they run: the time it took, and in it what the roofline allows, as SVG.
struct LayerBars {
    private let layers: [Run.Layer]

    private static let (width, bar, gap, label) = (720.0, 10.0, 3.0, 210.0)

    /// Prepares the bars; nil without layers.
    init?(_ run: Run) {
        layers = run.layers ?? []
        if layers.isEmpty { return nil }
    }

    /// The bars.
    var svg: String {
        let longest = max(1, Double(layers.map(\.nanoseconds).max() ?? 1))
        let scale = (Self.width - Self.label - 70) / longest
        let parts = layers.enumerated().map { index, layer in
            let top = Double(index) * (Self.bar + Self.gap)
            let length = Double(layer.nanoseconds) * scale
            let colour = BoundColour.of(layer.boundBy)
            // A share above 1 is a ceiling measured too low; the bar ends where the time does.
            let allowed = min(1, max(0, layer.rooflineShare ?? 0)) * length
            let name = TextLayout.shorten(layer.name, to: 34)
            return HTML.text("text", ["x": "\(Int(Self.label) - 6)", "y": number(top + 9), "text-anchor": "end"], name)
                + rectangle(top, length, colour, opacity: "0.35")
                + rectangle(top, allowed, colour, opacity: "1")
                + HTML.text(
                    "text",
                    ["x": number(Self.label + length + 5), "y": number(top + 9)],
                    HumanUnits.nanoseconds(Double(layer.nanoseconds))
                )
        }
        let height = Int(Double(layers.count) * (Self.bar + Self.gap)) + 4
        return HTML.element(
            "svg",
            [
                "viewBox": "0 0 \(Int(Self.width)) \(height)", "role": "img", "class": "bars",
                "aria-label": "Time of each layer",
            ],
            parts.joined(separator: "\n")
        )
    }

    private func rectangle(_ top: Double, _ length: Double, _ colour: String, opacity: String) -> String {
        HTML.element(
            "rect",
            [
                "x": number(Self.label), "y": number(top), "width": number(length), "height": number(Self.bar),
                "fill": colour, "fill-opacity": opacity,
            ],
            ""
        )
    }

    private func number(_ value: Double) -> String { String(format: "%.1f", value) }
}
