import EdgeprofAPI

/// What counters say, in words: a query's share of each, and what follows from several.
enum CounterWords {
    /// A counter of a run: `1.23 M a query`; a scaled one says so and since when.
    static func describe(_ counter: Run.Counter, of run: Run) -> String {
        guard let value = counter.value else {
            return counter.availability.rawValue + (counter.reason.map { ": " + $0 } ?? "")
        }
        let each = run.perQuery(counter).map { HumanUnits.count($0) + " a query" } ?? HumanUnits.count(value)
        return mark(counter.isScaled) + each + (counter.isScaled ? ", scaled: \(live(counter))" : "")
    }

    /// The share of the time a counter was live for.
    static func live(_ counter: Run.Counter) -> String {
        "live \(HumanUnits.number((counter.liveFraction ?? 0) * 100)) % of the time"
    }

    /// What stands before a value that was scaled.
    static func mark(_ isScaled: Bool) -> String { isScaled ? "~" : "" }

    /// A figure's value with its unit; its reason where there is none.
    static func describe(_ figure: Run.CounterFigure) -> String {
        guard let value = figure.value else { return "\(figure.availability.rawValue): \(figure.reason ?? "")" }
        return mark(figure.isScaled) + quantity(value, figure.name)
    }

    /// A figure's name for people.
    static func name(_ name: Run.CounterFigure.Name) -> String {
        switch name {
        case .instructionsPerCycle: "instructions a cycle"
        case .branchMisses: "branch misses per 1,000 instructions"
        case .level1Misses: "L1 data misses per 1,000 instructions"
        case .lastLevelMisses: "LLC load misses per 1,000 instructions"
        case .dataTLBMisses: "data TLB misses per 1,000 instructions"
        case .memoryBytes: "read from memory a query (LLC load misses x line, an estimate)"
        case .frontendStalls: "cycles stalled for want of instructions"
        case .backendStalls: "cycles stalled for want of operands or units"
        }
    }

    /// The figures of each run that has any, as paragraphs below a table; empty where nothing was counted.
    static func paragraphs(_ runs: [Run], width: Int) -> String {
        let lines = runs.compactMap { run -> String? in
            let figures = run.counterFigures.filter { $0.value != nil }
            guard !figures.isEmpty else { return nil }
            let words = figures.map { "\(describe($0)) \(name($0.name))" }
            return "\(run.model.name): \(words.joined(separator: "; "))" + (run.threads > 1 ? "; \(waiting)" : "")
        }
        guard !lines.isEmpty else { return "" }
        return "\n" + lines.map { TextLayout.paragraph($0, width: width, first: "- ", indent: 2) }.joined()
    }

    /// What counts of a team hold beside its work.
    static let waiting = "threads that wait for each other spin, and that is counted too"

    private static func quantity(_ value: Double, _ name: Run.CounterFigure.Name) -> String {
        switch name {
        case .memoryBytes: HumanUnits.bytes(value < 0x1p62 ? UInt64(value) : .max)
        case .frontendStalls, .backendStalls: HumanUnits.number(100 * value) + " %"
        default: HumanUnits.number(value)
        }
    }
}
