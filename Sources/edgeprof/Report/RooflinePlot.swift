import EdgeprofAPI
import Foundation

/// Layers under this box's own ceilings: speed over intensity, both axes logarithmic, as SVG.
///
/// Samuel Williams, Andrew Waterman, David Patterson, "Roofline", CACM 52 (2009). A layer's intensity is taken from the
/// bytes its plan reads and writes once (ideal); a point's area is its share of the time.
struct RooflinePlot {
    private let layers: [Run.Layer]
    private let roofline: Run.Roofline
    private let xRange: ClosedRange<Double>
    private let yRange: ClosedRange<Double>
    private let total: Double

    private static let (width, height) = (720.0, 400.0)
    private static let (left, right, top, bottom) = (70.0, 20.0, 20.0, 50.0)

    /// Prepares a plot; nil where there is nothing to plot: no ceilings or no layer that multiplies.
    init?(_ run: Run) {
        guard let roofline = run.roofline, let peak = roofline.peakMacsPerSecond, peak > 0 else { return nil }
        let layers = (run.layers ?? []).filter { $0.macs > 0 && $0.nanoseconds > 0 && $0.memoryAccessBytes > 0 }
        guard !layers.isEmpty else { return nil }
        self.layers = layers
        self.roofline = roofline
        total = (run.layers ?? []).reduce(0) { $0 + Double($1.nanoseconds) }
        let intensities = layers.map(Self.intensity)
        let ridges = (roofline.bandwidths ?? []).filter { $0.bytesPerSecond > 0 }.map { peak / $0.bytesPerSecond }
        xRange = Self.decades(around: intensities + ridges)
        yRange = Self.decades(around: layers.map(Self.rate) + [peak])
    }

    /// The plot.
    var svg: String {
        var parts = grid() + ceilings()
        // Large points first, so that small ones stay visible.
        for layer in layers.sorted(by: { $0.nanoseconds > $1.nanoseconds }) { parts.append(point(layer)) }
        return HTML.element(
            "svg",
            [
                "viewBox": "0 0 \(Int(Self.width)) \(Int(Self.height))", "role": "img",
                "aria-label": "Roofline of the layers",
            ],
            parts.joined(separator: "\n")
        )
    }

    private static func intensity(_ layer: Run.Layer) -> Double { Double(layer.macs) / Double(layer.memoryAccessBytes) }

    /// Multiply-accumulates a second.
    private static func rate(_ layer: Run.Layer) -> Double { Double(layer.macs) / Double(layer.nanoseconds) * 1e9 }

    /// Whole powers of ten around values, at least one.
    private static func decades(around values: [Double]) -> ClosedRange<Double> {
        let logs = values.filter { $0 > 0 && $0.isFinite }.map { log10($0) }
        let low = (logs.min() ?? 0).rounded(.down)
        return low...max(low + 1, (logs.max() ?? 1).rounded(.up))
    }

    private func x(_ intensity: Double) -> Double {
        let share = (log10(intensity) - xRange.lowerBound) / (xRange.upperBound - xRange.lowerBound)
        return Self.left + share * (Self.width - Self.left - Self.right)
    }

    private func y(_ rate: Double) -> Double {
        let share = (log10(rate) - yRange.lowerBound) / (yRange.upperBound - yRange.lowerBound)
        return Self.height - Self.bottom - share * (Self.height - Self.top - Self.bottom)
    }

    private func grid() -> [String] {
        var parts: [String] = []
        let (bottom, right) = (Self.height - Self.bottom, Self.width - Self.right)
        for decade in stride(from: xRange.lowerBound, through: xRange.upperBound, by: 1) {
            let at = x(pow(10, decade))
            parts.append(Self.line(at, Self.top, at, bottom, "grid"))
            parts.append(Self.label(at, bottom + 18, "middle", HumanUnits.number(pow(10, decade))))
        }
        for decade in stride(from: yRange.lowerBound, through: yRange.upperBound, by: 1) {
            let at = y(pow(10, decade))
            parts.append(Self.line(Self.left, at, right, at, "grid"))
            parts.append(Self.label(Self.left - 8, at + 4, "end", HumanUnits.number(pow(10, decade - 9))))
        }
        parts.append(
            Self.label((Self.left + right) / 2, Self.height - 8, "middle", "multiply-accumulates a byte (ideal)")
        )
        parts.append(Self.label(Self.left, Self.top - 6, "end", "GMAC/s"))
        return parts
    }

    /// The peak as a level line, each bandwidth as a slope up to it.
    private func ceilings() -> [String] {
        guard let peak = roofline.peakMacsPerSecond else { return [] }
        let right = Self.width - Self.right
        let end = pow(10, xRange.upperBound)
        var parts: [String] = []
        var firstRidge = end
        for (index, bandwidth) in (roofline.bandwidths ?? []).enumerated() where bandwidth.bytesPerSecond > 0 {
            let ridge = peak / bandwidth.bytesPerSecond
            firstRidge = min(firstRidge, ridge)
            let start = max(pow(10, xRange.lowerBound), pow(10, yRange.lowerBound) / bandwidth.bytesPerSecond)
            guard start < ridge else { continue }
            let colour = BoundColour.of(bandwidth.level)
            parts.append(
                Self.line(x(start), y(start * bandwidth.bytesPerSecond), x(ridge), y(peak), "ceiling", colour: colour)
            )
            let words = "\(bandwidth.level.rawValue) \(HumanUnits.number(bandwidth.bytesPerSecond / 1e9)) GB/s"
            // The slopes are parallel: labels at one height would run into each other.
            let at = start * pow(ridge / start, max(0.1, 0.8 - 0.2 * Double(index)))
            parts.append(
                Self.label(x(at) - 4, y(at * bandwidth.bytesPerSecond) - 6, "end", words, colour: colour)
            )
        }
        let colour = BoundColour.of(.compute)
        parts.append(Self.line(x(firstRidge), y(peak), right, y(peak), "ceiling", colour: colour))
        parts.append(
            Self.label(right, y(peak) - 6, "end", "peak \(HumanUnits.number(peak / 1e9)) GMAC/s", colour: colour)
        )
        return parts
    }

    private func point(_ layer: Run.Layer) -> String {
        let share = total > 0 ? Double(layer.nanoseconds) / total : 0
        let radius = 3 + 22 * share.squareRoot()
        let title =
            "\(layer.name): \(HumanUnits.nanoseconds(Double(layer.nanoseconds))), "
            + "\(HumanUnits.number(Self.rate(layer) / 1e9)) GMAC/s"
        return HTML.element(
            "circle",
            [
                "cx": Self.number(x(Self.intensity(layer))), "cy": Self.number(y(Self.rate(layer))),
                "r": Self.number(radius), "fill": BoundColour.of(layer.boundBy), "fill-opacity": "0.6",
                "stroke": BoundColour.of(layer.boundBy),
            ],
            HTML.text("title", [:], title)
        )
    }

    private static func line(
        _ x1: Double,
        _ y1: Double,
        _ x2: Double,
        _ y2: Double,
        _ kind: String,
        colour: String = ""
    ) -> String {
        HTML.element(
            "line",
            [
                "x1": number(x1), "y1": number(y1), "x2": number(x2), "y2": number(y2), "class": kind,
                "style": colour.isEmpty ? "" : "stroke:\(colour)",
            ],
            ""
        )
    }

    private static func label(
        _ x: Double,
        _ y: Double,
        _ anchor: String,
        _ text: String,
        colour: String = ""
    ) -> String {
        HTML.text(
            "text",
            [
                "x": number(x), "y": number(y), "text-anchor": anchor, "style": colour.isEmpty ? "" : "fill:\(colour)",
            ],
            text
        )
    }

    private static func number(_ value: Double) -> String { String(format: "%.1f", value) }
}
