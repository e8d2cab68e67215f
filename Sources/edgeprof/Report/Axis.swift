import Foundation

/// An axis of a figure: a range of numbers laid over a range of points, with round numbers to mark.
struct Axis {
    private let low: Double
    private let high: Double
    private let from: Double
    private let to: Double

    /// An axis that holds all values, a little beyond them, from `from` to `to`; values that are not finite are left out.
    init(_ values: [Double], from: Double, to: Double, including zero: Bool) {
        let finite = values.filter(\.isFinite) + (zero ? [0] : [])
        let (least, most) = (finite.min() ?? 0, finite.max() ?? 1)
        let margin = most > least ? (most - least) * 0.06 : max(1, most.magnitude * 0.1)
        low = least == 0 && zero ? 0 : least - margin
        high = most == 0 && zero ? 0 + (least < 0 ? 0 : margin) : most + margin
        (self.from, self.to) = (from, to)
    }

    /// Where a value lies.
    func place(_ value: Double) -> Double {
        let share = (value - low) / (high - low)
        return from + (to - from) * (share.isFinite ? min(1, max(0, share)) : 0)
    }

    /// Round numbers within the range, about five.
    var marks: [Double] {
        let span = high - low
        guard span > 0, span.isFinite else { return [] }
        let raw = span / 5
        let power = pow(10, floor(log10(raw)))
        let step = ([1, 2, 5, 10].first { $0 * power >= raw } ?? 10) * power
        guard step > 0, (span / step).isFinite else { return [] }
        var mark = (low / step).rounded(.up) * step
        var marks: [Double] = []
        while mark <= high, marks.count < 12 {
            marks.append(mark.magnitude < step / 1000 ? 0 : mark)
            mark += step
        }
        return marks
    }

    /// A coordinate as SVG writes it.
    static func text(_ value: Double) -> String { String(format: "%.1f", value) }
}
