import EdgeprofAPI

extension FieldChecker {
    mutating func check(_ memory: Run.Memory) {
        for (name, bytes) in [
            ("peakRssBytes", memory.peakRssBytes), ("loadPeakRssBytes", memory.loadPeakRssBytes),
            ("rssAnonBytes", memory.rssAnonBytes), ("arenaBytes", memory.arenaBytes),
            ("weightBytes", memory.weightBytes), ("scratchBytes", memory.scratchBytes ?? 0),
        ] {
            require(bytes, "memory.\(name)", in: 0...Self.maximumBytes)
        }
        require(memory.peakRssBytes > 0, "memory.peakRssBytes", "must not be 0; leave memory out instead")
        for (name, value) in [
            ("anonymousBeforePlanBytes", memory.anonymousBeforePlanBytes), ("pssBytes", memory.pssBytes),
            ("planResidentBytes", memory.planResidentBytes),
        ] {
            check(value, "memory.\(name)", in: 0...Double(Self.maximumBytes))
        }
        for (name, faults) in [("loadFaults", memory.loadFaults), ("windowFaults", memory.windowFaults)] {
            let most = max(faults?.minor ?? 0, faults?.major ?? 0)
            require(most, "memory.\(name)", in: 0...Self.maximumPages)
        }
    }

    mutating func check(_ limit: Run.MemoryLimit, of run: Run) {
        require(limit.bytes, "memoryLimit.bytes", in: 1...Self.maximumBytes)
        if let reason = limit.reason { require(text: reason, "memoryLimit.reason", bytes: 1...1024) }
        require(
            limit.mechanism != .addressSpace || limit.reason != nil,
            "memoryLimit.reason",
            "is missing though nothing better than the address space was limited"
        )
        switch limit.verdict {
        case .fits:
            require(run.outcome == .ok, "memoryLimit.verdict", "says it fits though the outcome is not ok")
        case .slowsDown:
            require(run.outcome == .ok || run.outcome == .timeout, "memoryLimit.verdict", "does not suit the outcome")
            require(limit.mechanism != .addressSpace, "memoryLimit.verdict", "cannot be told by the address space")
        case .doesNotFit:
            require(run.outcome == .oom, "memoryLimit.verdict", "says it does not fit though the outcome is not oom")
        case nil:
            require(run.outcome != .ok && run.outcome != .oom, "memoryLimit.verdict", "is missing")
        }
        if let peak = limit.peakBytes { require(peak, "memoryLimit.peakBytes", in: 1...Self.maximumBytes) }
        if let faults = limit.majorFaults { require(faults, "memoryLimit.majorFaults", in: 0...Self.maximumPages) }
        let pages = 0...Double(Self.maximumPages)
        check(limit.refaults, "memoryLimit.refaults", in: pages)
        check(limit.reclaimedPages, "memoryLimit.reclaimedPages", in: pages)
        check(limit.scannedPages, "memoryLimit.scannedPages", in: pages)
        check(limit.pressureShare, "memoryLimit.pressureShare", in: 0...1)
    }

    /// More pages than a run of a day reads.
    private static let maximumPages: UInt64 = 1 << 50

    private mutating func check(_ measured: MeasuredValue?, _ field: String, in range: ClosedRange<Double>) {
        guard let measured else { return }
        check(measured.availability, measured.reason, hasValue: measured.value != nil, field)
        if let value = measured.value { require(value, field, in: range) }
    }
}
