extension Run {
    /// A figure that follows from a run's counters; worked out where it is shown, never stored.
    public struct CounterFigure: Encodable, Sendable, Hashable {
        /// What it is.
        public var name: Name
        /// Whether it could be worked out.
        public var availability: Availability
        /// Why not, when it could not.
        public var reason: String?
        /// The figure, in the unit its name says.
        public var value: Double?
        /// Whether it comes from counters that were live part of the time.
        public var isScaled: Bool

        /// What a figure says.
        public enum Name: String, Codable, Sendable, CaseIterable {
            /// Instructions retired for each cycle, of all threads together.
            case instructionsPerCycle = "instructions-per-cycle"
            /// Branches predicted wrongly in 1,000 instructions.
            case branchMisses = "branch-misses-per-1000-instructions"
            /// Reads that missed the first-level data cache in 1,000 instructions.
            case level1Misses = "L1-dcache-load-misses-per-1000-instructions"
            /// Reads that missed the last-level cache in 1,000 instructions.
            case lastLevelMisses = "LLC-load-misses-per-1000-instructions"
            /// Reads whose address the data TLB did not hold in 1,000 instructions.
            case dataTLBMisses = "dTLB-load-misses-per-1000-instructions"
            /// Last-level load misses of a query times the cache's line: an estimate of what is read from memory.
            case memoryBytes = "memory-bytes-per-query"
            /// Cycles without instructions to issue, of all cycles.
            case frontendStalls = "stalled-cycles-frontend-share"
            /// Cycles waiting for operands or units, of all cycles.
            case backendStalls = "stalled-cycles-backend-share"
        }
    }

    /// The figures that follow from the counters, all of them, in a fixed order.
    public var counterFigures: [CounterFigure] {
        CounterFigure.Name.allCases.map { name in
            switch name {
            case .instructionsPerCycle: ratio(name, of: "instructions", to: "cycles")
            case .branchMisses: ratio(name, of: "branch-misses", to: "instructions", times: 1000)
            case .level1Misses: ratio(name, of: "L1-dcache-load-misses", to: "instructions", times: 1000)
            case .lastLevelMisses: ratio(name, of: "LLC-load-misses", to: "instructions", times: 1000)
            case .dataTLBMisses: ratio(name, of: "dTLB-load-misses", to: "instructions", times: 1000)
            case .memoryBytes: memoryBytes
            case .frontendStalls: ratio(name, of: "stalled-cycles-frontend", to: "cycles")
            case .backendStalls: ratio(name, of: "stalled-cycles-backend", to: "cycles")
            }
        }
    }

    /// One of the figures.
    public func counterFigure(_ name: CounterFigure.Name) -> CounterFigure? {
        counterFigures.first { $0.name == name }
    }

    /// What a counter counted in one query on average; nil where it is not known.
    public func perQuery(_ counter: Counter) -> Double? {
        guard let value = counter.value, let queries = latencyNanoseconds?.count, queries > 0 else { return nil }
        return value / Double(queries)
    }

    private func ratio(
        _ name: CounterFigure.Name,
        of numerator: String,
        to denominator: String,
        times factor: Double = 1
    ) -> CounterFigure {
        let (upper, lower) = (known(numerator), known(denominator))
        guard let first = upper.counter, let second = lower.counter, let value = first.value, let base = second.value
        else { return CounterFigure(name, absent: upper.reason ?? lower.reason ?? "not counted") }
        guard first.isLiveTogether(with: second) else {
            return CounterFigure(
                name,
                absent: "\(numerator) and \(denominator) were live at different times (the processor has few counters)"
            )
        }
        guard base > 0 else { return CounterFigure(name, absent: "\(denominator) counted nothing") }
        return CounterFigure(name, value: factor * value / base, isScaled: first.isScaled || second.isScaled)
    }

    private var memoryBytes: CounterFigure {
        let misses = known("LLC-load-misses")
        guard let counter = misses.counter, let count = perQuery(counter) else {
            return CounterFigure(.memoryBytes, absent: misses.reason ?? "no queries")
        }
        guard let line = host.cacheLineBytes else {
            return CounterFigure(.memoryBytes, absent: "the host does not state its cache's line size")
        }
        return CounterFigure(.memoryBytes, value: count * Double(line), isScaled: counter.isScaled)
    }

    private func known(_ name: String) -> (counter: Counter?, reason: String?) {
        guard let counter = counters.first(where: { $0.name == name }) else { return (nil, "\(name) was not counted") }
        guard counter.availability == .ok, counter.value != nil else {
            return (nil, "\(name): \(counter.reason ?? counter.availability.rawValue)")
        }
        return (counter, nil)
    }
}

extension Run.CounterFigure {
    fileprivate init(_ name: Name, value: Double, isScaled: Bool) {
        self.init(name: name, availability: .ok, value: value, isScaled: isScaled)
    }

    fileprivate init(_ name: Name, absent reason: String) {
        self.init(name: name, availability: .absent, reason: reason, isScaled: false)
    }
}

extension Run.Counter {
    /// Whether both counted the same stretch: the whole window, or to the nanosecond the same turns, as members of one group do.
    fileprivate func isLiveTogether(with other: Run.Counter) -> Bool {
        if !isScaled, !other.isScaled { return true }
        return enabledNanoseconds != nil && enabledNanoseconds == other.enabledNanoseconds
            && runningNanoseconds == other.runningNanoseconds
    }
}
