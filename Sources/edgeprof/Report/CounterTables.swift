import EdgeprofAPI

/// The report page's tables of counters.
enum CounterTables {
    /// One line a counter: its share of a query, and how it was counted or why not.
    static func counters(_ run: Run) -> Table {
        Table(
            columns: [.text("counter"), .number("a query"), .text("how")],
            rows: run.counters.map { counter in
                let count = run.perQuery(counter).map { CounterWords.mark(counter.isScaled) + HumanUnits.count($0) }
                let how = counter.isScaled ? "scaled: \(CounterWords.live(counter))" : "counted throughout"
                return [counter.name, count ?? "-", counter.reason ?? how]
            }
        )
    }

    /// One line a figure that follows from counters.
    static func figures(_ run: Run) -> Table {
        Table(
            columns: [.text("what follows"), .text("value")],
            rows: run.counterFigures.map { [CounterWords.name($0.name), CounterWords.describe($0)] }
        )
    }
}
