import EdgeprofAPI

// The fields of a run in the order of docs/formats/stored-run.md. Nothing here is ever reordered: a change is a new version.

/// Names behind the codes of enumerations.
///
/// A table only ever grows at its end.
enum StoredChoices {
    static let outcomes: [Run.Outcome] = [.ok, .crashed, .oom, .timeout, .refused]
    static let sources: [Run.ModelReference.Source] = [.zoo, .file]
    static let plans: [PlanKind] = [.naive, .fused]
    static let scenarios: [Scenario] = [.singleStream, .offline, .server]
    static let availabilities: [Availability] = [.ok, .denied, .absent]
    static let bounds: [Run.Roofline.Bound] = [.compute, .l1, .l2, .l3, .memory]
    static let flags: [Flag] = [
        .stolenTime, .otherLoad, .clockStep, .swapping, .stopped, .cpusChanged, .throttled, .frequencyCapped, .burst,
        .idleDrift, .fewQueries, .partialCounters, .standIn, .engineLimited,
    ]
    static let tails: [Run.WarmUp.Tail] = [.steady, .steadyLatency, .unsteady]
    static let mechanisms: [Run.MemoryLimit.Mechanism] = [.cgroupV2, .cgroupV1, .addressSpace]
    static let verdicts: [Run.MemoryLimit.Verdict] = [.fits, .slowsDown, .doesNotFit]
    static let doubts: [Run.Energy.Idle.Doubt] = [.drift, .governor, .busy, .belowIdle]
}

extension RunArchive {
    mutating func measured(_ value: inout MeasuredValue) throws(StoredRunError) {
        try choice(&value.availability, of: StoredChoices.availabilities)
        try optional(&value.reason)
        try optional(&value.value)
    }

    mutating func optional(_ value: inout MeasuredValue?) throws(StoredRunError) {
        try optional(&value, blank: MeasuredValue(0)) { (archive, value) throws(StoredRunError) in
            try archive.measured(&value)
        }
    }

    mutating func host(_ host: inout HostFacts) throws(StoredRunError) {
        try text(&host.hostname)
        try text(&host.architecture)
        try text(&host.cpuModel)
        try optional(&host.board)
        try text(&host.kernel)
        try text(&host.operatingSystem)
        try integer(&host.usableCpus)
        try integer(&host.onlineCpus)
        try unsigned(&host.memoryBytes)
        try text(&host.isa)
        try dictionary(&host.cacheBytes)
        try optional(&host.cacheLineBytes, blank: 0) { (archive, line) throws(StoredRunError) in
            try archive.integer(&line)
        }
        try flag(&host.virtualized)
        try optional(&host.limits, blank: HostLimits()) { (archive, limits) throws(StoredRunError) in
            try archive.optional(&limits.cpus, blank: []) { (archive, cpus) throws(StoredRunError) in
                try archive.list(&cpus, blank: 0) { (archive, cpu) throws(StoredRunError) in try archive.integer(&cpu) }
            }
            try archive.optional(&limits.isa)
            try archive.optional(&limits.memoryBytes)
        }
    }

    mutating func latency(_ latency: inout Run.Latency) throws(StoredRunError) {
        try unsigned(&latency.p50)
        try unsigned(&latency.p90)
        try unsigned(&latency.p99)
        try unsigned(&latency.min)
        try unsigned(&latency.max)
        try number(&latency.mean)
        try unsigned(&latency.count)
        try histogram(&latency.histogram)
        try optional(&latency.intervals, blank: []) { (archive, intervals) throws(StoredRunError) in
            let blank = Run.Latency.Interval(percentile: 0, lower: 0, upper: 0)
            try archive.list(&intervals, blank: blank) { (archive, interval) throws(StoredRunError) in
                try archive.number(&interval.percentile)
                try archive.unsigned(&interval.lower)
                try archive.unsigned(&interval.upper)
                try archive.optional(&interval.inflation)
            }
        }
        try optional(&latency.bounds, blank: []) { (archive, bounds) throws(StoredRunError) in
            let blank = Run.Latency.UpperBound(percentile: 0, upper: 0, over: 0)
            try archive.list(&bounds, blank: blank) { (archive, bound) throws(StoredRunError) in
                try archive.number(&bound.percentile)
                try archive.unsigned(&bound.upper)
                try archive.unsigned(&bound.over)
            }
        }
        let noOutliers = Run.Latency.Outliers(count: 0, aboveNanoseconds: 0)
        try optional(&latency.outliers, blank: noOutliers) { (archive, outliers) throws(StoredRunError) in
            try archive.unsigned(&outliers.count)
            try archive.unsigned(&outliers.aboveNanoseconds)
        }
    }

    mutating func memory(_ memory: inout Run.Memory) throws(StoredRunError) {
        try unsigned(&memory.peakRssBytes)
        try unsigned(&memory.loadPeakRssBytes)
        try optional(&memory.peakWasReset, blank: false) { (archive, reset) throws(StoredRunError) in
            try archive.flag(&reset)
        }
        try unsigned(&memory.rssAnonBytes)
        try optional(&memory.anonymousBeforePlanBytes)
        try optional(&memory.pssBytes)
        try optional(&memory.planResidentBytes)
        try unsigned(&memory.arenaBytes)
        try unsigned(&memory.weightBytes)
        try optional(&memory.scratchBytes)
        try optional(&memory.loadFaults)
        try optional(&memory.windowFaults)
    }

    private mutating func optional(_ faults: inout Run.Memory.PageFaults?) throws(StoredRunError) {
        try optional(&faults, blank: .init(minor: 0, major: 0)) { (archive, faults) throws(StoredRunError) in
            try archive.unsigned(&faults.minor)
            try archive.unsigned(&faults.major)
        }
    }

    mutating func memoryLimit(_ limit: inout Run.MemoryLimit) throws(StoredRunError) {
        try unsigned(&limit.bytes)
        try choice(&limit.mechanism, of: StoredChoices.mechanisms)
        try optional(&limit.reason)
        try optional(&limit.verdict, blank: .fits) { (archive, verdict) throws(StoredRunError) in
            try archive.choice(&verdict, of: StoredChoices.verdicts)
        }
        try optional(&limit.peakBytes)
        try optional(&limit.majorFaults)
        try optional(&limit.refaults)
        try optional(&limit.reclaimedPages)
        try optional(&limit.scannedPages)
        try optional(&limit.pressureShare)
    }

    mutating func energy(_ energy: inout Run.Energy) throws(StoredRunError) {
        try choice(&energy.availability, of: StoredChoices.availabilities)
        try optional(&energy.reason)
        try optional(&energy.instrument)
        try optional(&energy.domain)
        try optional(&energy.joules)
        try optional(&energy.seconds)
        try optional(&energy.watts)
        try optional(&energy.samples)
        try optional(&energy.changes)
        try optional(&energy.updatePeriodSeconds)
        let blank = Run.Energy.Idle(unavailable: .absent, reason: "")
        try optional(&energy.idle, blank: blank) { (archive, idle) throws(StoredRunError) in
            try archive.choice(&idle.availability, of: StoredChoices.availabilities)
            try archive.optional(&idle.reason)
            try archive.optional(&idle.seconds)
            try archive.optional(&idle.beforeWatts)
            try archive.optional(&idle.afterWatts)
            try archive.optional(&idle.driftFraction)
            try archive.optional(&idle.busyFraction)
            try archive.optional(&idle.governors, blank: []) { (archive, governors) throws(StoredRunError) in
                try archive.texts(&governors)
            }
            try archive.optional(&idle.joulesAboveIdle)
            try archive.optional(&idle.doubts, blank: []) { (archive, doubts) throws(StoredRunError) in
                try archive.list(&doubts, blank: .drift) { (archive, doubt) throws(StoredRunError) in
                    try archive.choice(&doubt, of: StoredChoices.doubts)
                }
            }
        }
    }

    mutating func warmUp(_ warmUp: inout Run.WarmUp) throws(StoredRunError) {
        try number(&warmUp.seconds)
        try unsigned(&warmUp.queries)
        try flag(&warmUp.isSettled)
        try optional(&warmUp.tail, blank: .steady) { (archive, tail) throws(StoredRunError) in
            try archive.choice(&tail, of: StoredChoices.tails)
        }
    }

    mutating func heat(_ heat: inout Run.Heat) throws(StoredRunError) {
        try choice(&heat.throttling.availability, of: StoredChoices.availabilities)
        try optional(&heat.throttling.reason)
        try texts(&heat.throttling.causes)
        try measured(&heat.lowestHertz)
        try measured(&heat.meanHertz)
        try measured(&heat.highestHertz)
        try measured(&heat.firstThirdHertz)
        try measured(&heat.lastThirdHertz)
        try measured(&heat.hottestBeforeCelsius)
        try measured(&heat.hottestCelsius)
        try measured(&heat.hottestAfterCelsius)
        try measured(&heat.slowedFraction)
        try measured(&heat.cappedCpus)
        try measured(&heat.loweredCpus)
        try texts(&heat.governors)
        try measured(&heat.longestGapNanoseconds)
    }

    mutating func load(_ load: inout Run.Load) throws(StoredRunError) {
        try measured(&load.cpuPressureFraction)
        try measured(&load.memoryPressureFraction)
        try measured(&load.ioPressureFraction)
        try measured(&load.pressureByOthersFraction)
        try measured(&load.othersWaitFraction)
        try measured(&load.ownWaitFraction)
        try measured(&load.swapByOthersPages)
        try measured(&load.vanishedCpus)
        try measured(&load.newCpus)
        try measured(&load.suspendedNanoseconds)
    }

    mutating func roofline(_ roofline: inout Run.Roofline) throws(StoredRunError) {
        try choice(&roofline.availability, of: StoredChoices.availabilities)
        try optional(&roofline.reason)
        try optional(&roofline.share)
        try optional(&roofline.allowedNanoseconds)
        try optionalBound(&roofline.boundBy)
        try optional(&roofline.peakMacsPerSecond)
        try optional(&roofline.bandwidths, blank: []) { (archive, bandwidths) throws(StoredRunError) in
            let blank = Run.Roofline.Bandwidth(level: .memory, bytesPerSecond: 0)
            try archive.list(&bandwidths, blank: blank) { (archive, bandwidth) throws(StoredRunError) in
                try archive.choice(&bandwidth.level, of: StoredChoices.bounds)
                try archive.number(&bandwidth.bytesPerSecond)
            }
        }
    }

    mutating func optionalBound(_ bound: inout Run.Roofline.Bound?) throws(StoredRunError) {
        try optional(&bound, blank: .memory) { (archive, bound) throws(StoredRunError) in
            try archive.choice(&bound, of: StoredChoices.bounds)
        }
    }
}
