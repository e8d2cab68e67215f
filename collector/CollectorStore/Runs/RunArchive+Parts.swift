import EdgeprofAPI

extension Run {
    /// A run whose every field is read anew.
    static let blank = Run(
        id: "",
        startedAt: Timestamp(millisecondsSinceEpoch: 0),
        host: HostFacts(
            hostname: "",
            architecture: "",
            cpuModel: "",
            kernel: "",
            operatingSystem: "",
            usableCpus: 0,
            onlineCpus: 0,
            memoryBytes: 0,
            isa: ""
        ),
        outcome: .ok,
        model: ModelReference(name: "", sha256: ""),
        threads: 0,
        instances: 0,
        isa: "",
        plan: .fused,
        scenario: .offline,
        producer: ""
    )
}

extension RunArchive {
    /// What runs of one model in one configuration have in common: stored once.
    mutating func subject(_ run: inout Run) throws(StoredRunError) {
        try text(&run.model.name)
        try text(&run.model.sha256)
        try optional(&run.model.family)
        try optional(&run.model.source, blank: .zoo) { (archive, source) throws(StoredRunError) in
            try archive.choice(&source, of: StoredChoices.sources)
        }
        try integer(&run.threads)
        try integer(&run.instances)
        try text(&run.isa)
        try choice(&run.plan, of: StoredChoices.plans)
        try choice(&run.scenario, of: StoredChoices.scenarios)
        try text(&run.producer)
        let blank = Run.Layer(
            name: "",
            operation: "",
            shape: "",
            macs: 0,
            memoryAccessBytes: 0,
            nanoseconds: 0
        )
        try optional(&run.layers, blank: []) { (archive, layers) throws(StoredRunError) in
            try archive.list(&layers, ofAtLeast: 5, blank: blank) { (archive, layer) throws(StoredRunError) in
                try archive.text(&layer.name)
                try archive.text(&layer.operation)
                try archive.text(&layer.shape)
                try archive.unsigned(&layer.macs)
                try archive.unsigned(&layer.memoryAccessBytes)
            }
        }
    }

    /// What is a run's own.
    ///
    /// A reader's run already has its host and its subject.
    mutating func own(_ run: inout Run) throws(StoredRunError) {
        try integer(&run.schemaVersion)
        try identifier(&run.id)
        for path in [\Run.agentId, \Run.jobId, \Run.assignmentId] {
            try optional(&run[keyPath: path], blank: "") { (archive, id) throws(StoredRunError) in
                try archive.identifier(&id)
            }
        }
        var milliseconds = run.startedAt.millisecondsSinceEpoch
        try signed(&milliseconds)
        run.startedAt = Timestamp(millisecondsSinceEpoch: milliseconds)
        guard run.startedAt.millisecondsSinceEpoch == milliseconds else { throw .damaged }
        try choice(&run.outcome, of: StoredChoices.outcomes)
        try optional(&run.outcomeReason)
        try optional(&run.ratePerSecond)
        let noLatency = Run.Latency(p50: 0, p90: 0, p99: 0, min: 0, max: 0, mean: 0, count: 0, histogram: [])
        try optional(&run.latencyNanoseconds, blank: noLatency) { (archive, latency) throws(StoredRunError) in
            try archive.latency(&latency)
        }
        try optional(&run.throughputPerSecond)
        let noMemory = Run.Memory(
            peakRssBytes: 0,
            loadPeakRssBytes: 0,
            rssAnonBytes: 0,
            arenaBytes: 0,
            weightBytes: 0
        )
        try optional(&run.memory, blank: noMemory) { (archive, memory) throws(StoredRunError) in
            try archive.memory(&memory)
        }
        let noLimit = Run.MemoryLimit(bytes: 0, mechanism: .cgroupV2)
        try optional(&run.memoryLimit, blank: noLimit) { (archive, limit) throws(StoredRunError) in
            try archive.memoryLimit(&limit)
        }
        let noCounter = Run.Counter(name: "", availability: .ok)
        try list(&run.counters, ofAtLeast: 8, blank: noCounter) { (archive, counter) throws(StoredRunError) in
            try archive.counter(&counter)
        }
        try optional(&run.energy, blank: Run.Energy(availability: .ok)) { (archive, energy) throws(StoredRunError) in
            try archive.energy(&energy)
        }
        let noWarmUp = Run.WarmUp(seconds: 0, queries: 0, isSettled: false)
        try optional(&run.warmUp, blank: noWarmUp) { (archive, warmUp) throws(StoredRunError) in
            try archive.warmUp(&warmUp)
        }
        try optional(&run.heat, blank: .blank) { (archive, heat) throws(StoredRunError) in try archive.heat(&heat) }
        try optional(&run.load, blank: .blank) { (archive, load) throws(StoredRunError) in try archive.load(&load) }
        try list(&run.flags, blank: .burst) { (archive, flag) throws(StoredRunError) in
            try archive.choice(&flag, of: StoredChoices.flags)
        }
        try optional(&run.roofline, blank: .init(absent: "")) { (archive, roofline) throws(StoredRunError) in
            try archive.roofline(&roofline)
        }
        if var layers = run.layers {
            try layerFigures(&layers, run.roofline)
            run.layers = layers
        }
    }
}

extension Run.Heat {
    fileprivate static let blank = Run.Heat(
        throttling: Throttling(availability: .ok),
        lowestHertz: MeasuredValue(0),
        meanHertz: MeasuredValue(0),
        highestHertz: MeasuredValue(0),
        firstThirdHertz: MeasuredValue(0),
        lastThirdHertz: MeasuredValue(0),
        hottestBeforeCelsius: MeasuredValue(0),
        hottestCelsius: MeasuredValue(0),
        hottestAfterCelsius: MeasuredValue(0),
        slowedFraction: MeasuredValue(0),
        cappedCpus: MeasuredValue(0),
        loweredCpus: MeasuredValue(0),
        governors: [],
        longestGapNanoseconds: MeasuredValue(0)
    )
}

extension Run.Load {
    fileprivate static let blank = Run.Load(
        cpuPressureFraction: MeasuredValue(0),
        memoryPressureFraction: MeasuredValue(0),
        ioPressureFraction: MeasuredValue(0),
        pressureByOthersFraction: MeasuredValue(0),
        othersWaitFraction: MeasuredValue(0),
        ownWaitFraction: MeasuredValue(0),
        swapByOthersPages: MeasuredValue(0),
        vanishedCpus: MeasuredValue(0),
        newCpus: MeasuredValue(0),
        suspendedNanoseconds: MeasuredValue(0)
    )
}
