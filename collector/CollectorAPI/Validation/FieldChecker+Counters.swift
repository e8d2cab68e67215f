import EdgeprofAPI

extension FieldChecker {
    /// More events than any run has, and few enough to be added up and scaled.
    static let maximumCount: UInt64 = 1 << 60

    /// Checks that a run's counters agree with themselves.
    mutating func check(_ counters: [Run.Counter]) {
        require(counters.count <= 256, "counters", "must be 256 at most")
        require(Set(counters.map(\.name)).count == counters.count, "counters", "names a counter twice")
        for counter in counters {
            require(text: counter.name, "counters.name", bytes: 1...100)
            check(counter.availability, counter.reason, hasValue: counter.value != nil, "counters")
            if let value = counter.value { require(value, "counters.value", in: 0...1e24) }
            if let live = counter.liveFraction { require(live, "counters.liveFraction", in: 0...1) }
            checkTimes(counter)
        }
    }

    private mutating func checkTimes(_ counter: Run.Counter) {
        if let raw = counter.rawValue {
            require(raw, "counters.rawValue", in: 0...Self.maximumCount)
            // Scaling multiplies by 1 or more.
            if let value = counter.value { require(Double(raw) <= value, "counters.rawValue", "must not exceed value") }
        }
        let (enabled, running) = (counter.enabledNanoseconds, counter.runningNanoseconds)
        require(
            (enabled == nil) == (running == nil),
            "counters.runningNanoseconds",
            "and enabledNanoseconds go together"
        )
        guard let enabled, let running else { return }
        // Every thread has its own: a day and a bit of each of the most there may be.
        require(enabled, "counters.enabledNanoseconds", in: 1...Self.maximumCount)
        require(running <= enabled, "counters.runningNanoseconds", "must not exceed enabledNanoseconds")
        if let live = counter.liveFraction, enabled > 0 {
            let isTheirs = abs(Double(running) / Double(enabled) - live) <= 1e-6
            require(isTheirs, "counters.liveFraction", "must be runningNanoseconds / enabledNanoseconds")
        }
    }

    /// Checks what was counted in a layer.
    mutating func check(layerCounters counters: [String: UInt64]) {
        require(counters.count <= 32, "layers.counters", "must be 32 at most")
        for (name, count) in counters {
            require(text: name, "layers.counters", bytes: 1...100)
            require(count, "layers.counters", in: 0...Self.maximumCount)
        }
    }
}
