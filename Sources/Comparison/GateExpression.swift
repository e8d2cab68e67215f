import EdgeprofAPI

/// A gate such as `p99 > 50ms` or `speedup >= 1.1`: what must, or must not, be shown (docs/comparing.md).
///
/// ```
/// gate       = quantity comparison number unit
/// quantity   = figure | figure ".ratio" | figure ".change" | "speedup"
/// figure     = "p50" | "p90" | "p99" | "throughput" | "rss"
/// comparison = ">" | ">=" | "<" | "<="
/// unit       = "ns" | "us" | "ms" | "s"                          of a percentile
///            | "B" | "KiB" | "MiB" | "GiB" | "kB" | "MB" | "GB"  of rss
///            | "/s" or nothing                                   of throughput
///            | "%"                                               of a change
///            | "x" or nothing                                    of a ratio, and of speedup
/// ```
public struct GateExpression: Sendable, Hashable {
    /// What the expression is for.
    public enum Kind: String, Sendable {
        /// Fails where the condition is shown to hold.
        case failIf = "fail-if"
        /// Passes only where the condition is shown to hold.
        case require
    }

    /// What of a figure is compared with the bound.
    enum Form: Hashable {
        /// B's own.
        case value
        /// B's over A's.
        case ratio
        /// The ratio less one.
        case change
        /// A's median latency over B's.
        case speedup
    }

    enum Comparison: String, CaseIterable {
        case atLeast = ">="
        case atMost = "<="
        case above = ">"
        case below = "<"

        /// Whether values hold: true or false where all do or none does, else nil.
        func holds(of values: ClosedRange<Double>, _ bound: Double) -> Bool? {
            let (low, high) = (values.lowerBound, values.upperBound)
            switch self {
            case .above: return low > bound ? true : high <= bound ? false : nil
            case .atLeast: return low >= bound ? true : high < bound ? false : nil
            case .below: return high < bound ? true : low >= bound ? false : nil
            case .atMost: return high <= bound ? true : low > bound ? false : nil
            }
        }
    }

    /// What it is for.
    public let kind: Kind
    /// As it was written.
    public let text: String
    let figure: RunComparison.Figure.Name
    let form: Form
    let comparison: Comparison
    /// In the unit written.
    let bound: Double
    /// As written; one of them is worth `unitFactor` base units.
    let unit: String
    let unitFactor: Double

    /// Reads an expression.
    ///
    /// - Parameters:
    ///   - text: As on the command line.
    ///   - kind: What it is for.
    /// - Throws: `GateSyntaxError` that shows the place and what is allowed there.
    public init(_ text: String, _ kind: Kind) throws(GateSyntaxError) {
        var reader = GateReader(text)
        let quantity = try reader.quantity()
        (figure, form) = quantity
        comparison = try reader.comparison()
        bound = try reader.number(form)
        (unit, unitFactor) = try reader.unit(figure, form)
        self.kind = kind
        self.text = text
    }

    /// What became of it in a group.
    func outcome(
        _ runs: ComparedRuns,
        _ group: RunComparison.Group,
        _ allowed: Set<RunDifference>
    ) -> RunComparison.Gate {
        func gate(_ passed: Bool, _ isDecided: Bool, _ value: RunComparison.Estimate?, _ reason: String)
            -> RunComparison.Gate
        {
            RunComparison.Gate(
                kind: kind.rawValue,
                expression: text,
                passed: passed,
                isDecided: isDecided,
                value: value,
                reason: reason
            )
        }
        if !allowed.contains(.failed), group.a.failed + group.b.failed > 0 {
            return gate(
                false,
                false,
                nil,
                "undecided: \(group.a.failed) runs of A and \(group.b.failed) of B did not end well; runs that do not end "
                    + "are slower than any that do"
            )
        }
        guard let estimate = estimate(group), let ends = estimate.interval, ends.count == 2, ends[0] <= ends[1] else {
            return gate(false, false, nil, "undecided: \(group.undecided ?? "there is no interval")")
        }
        let shown =
            "\(DecimalText.rounded(estimate.value))\(unitText) "
            + "(\(DecimalText.rounded(ends[0])) to \(DecimalText.rounded(ends[1])))"
        switch (kind, comparison.holds(of: ends[0]...ends[1], bound)) {
        case (.failIf, true?): return gate(false, true, estimate, "it is \(shown)")
        case (.failIf, false?): return gate(true, true, estimate, "it is \(shown)")
        case (.failIf, nil): return gate(true, false, estimate, "not shown: it is \(shown)")
        case (.require, true?): return gate(true, true, estimate, "it is \(shown)")
        case (.require, false?): return gate(false, true, estimate, "it is \(shown)")
        case (.require, nil): return gate(false, false, estimate, "undecided: it is \(shown)")
        }
    }

    private var unitText: String { unit.isEmpty || unit == "x" ? "" : " " + unit }

    /// What is compared with the bound, in its unit.
    private func estimate(_ group: RunComparison.Group) -> RunComparison.Estimate? {
        guard let figure = group.figures.first(where: { $0.name == figure }) else { return nil }
        switch form {
        case .value: return figure.b?.mapped { $0 / unitFactor }
        case .ratio: return figure.ratio
        case .change: return figure.ratio?.mapped { ($0 - 1) * 100 }
        case .speedup:
            guard let ratio = figure.ratio, let ends = ratio.interval, ends.count == 2, ends[0] > 0 else { return nil }
            return RunComparison.Estimate(value: 1 / ratio.value, interval: (1 / ends[1])...(1 / ends[0]))
        }
    }
}

extension RunComparison.Estimate {
    /// The same in another unit; the function must not fall.
    fileprivate func mapped(_ transform: (Double) -> Double) -> Self {
        var mapped = self
        mapped.value = transform(value)
        mapped.interval = interval?.map(transform)
        return mapped
    }
}
