import EdgeprofAPI

extension FieldChecker {
    /// Checks what a run says of its warm-up, of heat and of others' load.
    mutating func checkService(_ run: Run) {
        let measured = run.outcome == .ok
        require(measured || run.warmUp == nil, "warmUp", "is given though the outcome is not ok")
        require(measured || run.heat == nil, "heat", "is given though the outcome is not ok")
        require(measured || run.load == nil, "load", "is given though the outcome is not ok")
        if let warmUp = run.warmUp {
            require(warmUp.seconds, "warmUp.seconds", in: 0...1e6)
            require(warmUp.queries, "warmUp.queries", in: 0...Self.maximumQueries)
        }
        if let heat = run.heat { check(heat) }
        if let load = run.load { check(load) }
    }

    private mutating func check(_ heat: Run.Heat) {
        let throttling = heat.throttling
        check(throttling.availability, throttling.reason, "heat.throttling")
        let isTold = throttling.availability == .ok
        require(isTold || throttling.causes.isEmpty, "heat.throttling", "could not be told but has causes")
        check(texts: throttling.causes, "heat.throttling.causes")
        check(texts: heat.governors, "heat.governors")
        let values: [(String, MeasuredValue, ClosedRange<Double>)] = [
            ("lowestHertz", heat.lowestHertz, 0...1e12), ("meanHertz", heat.meanHertz, 0...1e12),
            ("highestHertz", heat.highestHertz, 0...1e12), ("firstThirdHertz", heat.firstThirdHertz, 0...1e12),
            ("lastThirdHertz", heat.lastThirdHertz, 0...1e12),
            ("hottestBeforeCelsius", heat.hottestBeforeCelsius, -273...1000),
            ("hottestCelsius", heat.hottestCelsius, -273...1000),
            ("hottestAfterCelsius", heat.hottestAfterCelsius, -273...1000),
            ("slowedFraction", heat.slowedFraction, 0...1), ("cappedCpus", heat.cappedCpus, 0...65_536),
            ("loweredCpus", heat.loweredCpus, 0...65_536),
            ("longestGapNanoseconds", heat.longestGapNanoseconds, 0...1e18),
        ]
        for (name, value, range) in values { check(value, "heat.\(name)", in: range) }
    }

    private mutating func check(_ load: Run.Load) {
        let values: [(String, MeasuredValue, ClosedRange<Double>)] = [
            ("cpuPressureFraction", load.cpuPressureFraction, 0...1),
            ("memoryPressureFraction", load.memoryPressureFraction, 0...1),
            ("ioPressureFraction", load.ioPressureFraction, 0...1),
            ("pressureByOthersFraction", load.pressureByOthersFraction, 0...1),
            ("othersWaitFraction", load.othersWaitFraction, 0...1e6),
            ("ownWaitFraction", load.ownWaitFraction, 0...1e6),
            ("swapByOthersPages", load.swapByOthersPages, 0...1e18), ("vanishedCpus", load.vanishedCpus, 0...65_536),
            ("newCpus", load.newCpus, 0...65_536), ("suspendedNanoseconds", load.suspendedNanoseconds, 0...1e18),
        ]
        for (name, value, range) in values { check(value, "load.\(name)", in: range) }
    }

    private mutating func check(_ value: MeasuredValue, _ field: String, in range: ClosedRange<Double>) {
        check(value.availability, value.reason, field)
        let isKnown = value.availability == .ok
        require(
            isKnown == (value.value != nil),
            field,
            isKnown ? "is available but has no value" : "is not available but has a value"
        )
        if let number = value.value { require(number, field, in: range) }
    }

    /// What is not available gives its reason.
    private mutating func check(_ availability: Availability, _ reason: String?, _ field: String) {
        if let reason { require(text: reason, "\(field).reason", bytes: 0...1024) }
        let isExplained = availability == .ok || reason?.isEmpty == false
        require(isExplained, field, "is not available and gives no reason")
    }

    private mutating func check(texts: [String], _ field: String) {
        require(texts.count <= 100, field, "must be 100 at most")
        for text in texts { require(text: text, field, bytes: 1...200) }
    }
}
