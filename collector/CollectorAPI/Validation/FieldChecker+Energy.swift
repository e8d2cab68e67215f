import EdgeprofAPI

extension FieldChecker {
    /// The longest name of an instrument, bytes.
    private static let instrumentBytes = 1...100
    /// No box draws more.
    private static let watts = 0...1e6

    mutating func check(_ energy: Run.Energy) {
        check(energy.availability, energy.reason, hasValue: energy.joules != nil, "energy")
        if let joules = energy.joules { require(joules, "energy.joules", in: 0...1e12) }
        if let instrument = energy.instrument {
            require(text: instrument, "energy.instrument", bytes: Self.instrumentBytes)
        }
        if let domain = energy.domain {
            let isKnown = Run.Energy.Domain(rawValue: domain) != nil
            require(isKnown, "energy.domain", "must be wall, board, package or rail")
        }
        let isNamed = energy.instrument != nil && energy.domain != nil
        require(energy.availability != .ok || isNamed, "energy", "names no instrument or domain")
        let figures: [(String, Double?, ClosedRange<Double>)] = [
            ("seconds", energy.seconds, 1e-9...1e6), ("watts", energy.watts, Self.watts),
            // Spelled out: `Double.init` alone would take the bit pattern.
            ("samples", energy.samples.map { Double($0) }, 2...1e12),
            // Of n values, n - 1 can differ from the one before.
            ("changes", energy.changes.map { Double($0) }, 0...max(0, Double(energy.samples ?? 1) - 1)),
            ("updatePeriodSeconds", energy.updatePeriodSeconds, 0...3600),
        ]
        for (name, value, range) in figures {
            guard let value else { continue }
            require(value, "energy.\(name)", in: range)
            require(energy.joules != nil, "energy.\(name)", "is given without joules")
        }
        if let idle = energy.idle {
            require(energy.joules != nil, "energy.idle", "is given without joules")
            check(idle)
        }
    }

    private mutating func check(_ idle: Run.Energy.Idle) {
        check(idle.availability, idle.reason, hasValue: idle.joulesAboveIdle != nil, "energy.idle")
        let figures: [(String, Double?, ClosedRange<Double>)] = [
            ("seconds", idle.seconds, 1e-9...3600), ("beforeWatts", idle.beforeWatts, Self.watts),
            ("afterWatts", idle.afterWatts, Self.watts),
            // Two positive numbers differ by twice their mean at most.
            ("driftFraction", idle.driftFraction, 0...2), ("joulesAboveIdle", idle.joulesAboveIdle, -1e12...1e12),
        ]
        for (name, value, range) in figures {
            require((value != nil) == (idle.availability == .ok), "energy.idle.\(name)", "goes with an idle power")
            if let value { require(value, "energy.idle.\(name)", in: range) }
        }
        if let busy = idle.busyFraction { require(busy, "energy.idle.busyFraction", in: 0...1) }
        let governors = idle.governors ?? []
        require(governors.count <= 16, "energy.idle.governors", "must be 16 at most")
        for governor in governors { require(text: governor, "energy.idle.governors", bytes: 1...64) }
        let doubts = idle.doubts ?? []
        require(Set(doubts).count == doubts.count, "energy.idle.doubts", "names a doubt twice")
    }
}
