/// Distributions in a line of text.
enum Sparkline {
    private static let blocks: [Character] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]

    /// Bars for so many numbers, the largest of full height; a number above 0 shows at least the lowest bar, 0 a blank.
    static func bars(_ values: [Double]) -> String {
        guard let most = values.max(), most > 0, most.isFinite else { return "" }
        return String(
            values.map { value in
                guard value > 0 else { return " " }
                let step = Int((value / most * Double(blocks.count)).rounded(.up)) - 1
                return blocks[min(blocks.count - 1, max(0, step))]
            }
        )
    }

    /// A histogram of pairs of value and count, binned evenly between the least value and the greatest.
    ///
    /// - Parameters:
    ///   - pairs: Values, none negative, and how often each was met.
    ///   - width: The number of bins.
    /// - Returns: A bar for each bin; empty without values.
    static func histogram(_ pairs: [(value: Double, count: Double)], width: Int = 24) -> String {
        guard width > 0, let least = pairs.map(\.value).min(), let most = pairs.map(\.value).max() else { return "" }
        guard most > least else { return String(blocks[blocks.count - 1]) }
        var bins = [Double](repeating: 0, count: width)
        for (value, count) in pairs {
            bins[min(width - 1, Int((value - least) / (most - least) * Double(width)))] += count
        }
        return bars(bins)
    }
}

/// An interval as a bar on a scale that a column of such bars shares: `  ├─●──┤  `.
enum IntervalBar {
    /// The common scale.
    struct Scale {
        /// Characters of a bar.
        static let width = 20
        private let low: Double
        private let high: Double

        /// The scale that holds all intervals; nil where there are none or they have no extent.
        init?(_ intervals: [[Double]]) {
            guard let low = intervals.compactMap(\.first).min(), let high = intervals.compactMap(\.last).max(),
                (high - low).isFinite, high > low
            else { return nil }
            (self.low, self.high) = (low, high)
        }

        /// The ends of the scale.
        var title: String {
            let (left, right) = (HumanUnits.count(low), HumanUnits.count(high))
            let gap = Self.width - left.count - right.count
            return gap > 0 ? left + String(repeating: " ", count: gap) + right : ""
        }

        /// A bar from one end to the other, the value marked; blank without an interval.
        func bar(_ value: Double?, _ ends: [Double]?) -> String {
            guard let ends, ends.count == 2 else { return "" }
            var cells = [Character](repeating: " ", count: Self.width)
            let (left, right) = (cell(ends[0]), cell(ends[1]))
            for index in left...max(left, right) { cells[index] = "─" }
            if right > left { (cells[left], cells[right]) = ("├", "┤") }
            if let value { cells[cell(value)] = "●" }
            return String(cells)
        }

        private func cell(_ value: Double) -> Int {
            let share = (value - low) / (high - low)
            return share.isFinite ? min(Self.width - 1, max(0, Int(share * Double(Self.width)))) : 0
        }
    }
}
