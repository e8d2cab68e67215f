internal import EdgeprofAPI
internal import MeasurementCore

/// A run in the making: what is known before the child ends.
struct RunDraft {
    var model: ModelSource
    /// 64 zeros while the model has not been built: a model that cannot be has no content.
    var sha256 = String(repeating: "0", count: 64)
    var family: String?
    var settings: MeasurementSettings
    var host: HostFacts
    var isa: String
    var startedAt = Timestamp.now
    var producer: String

    init(model: ModelSource, settings: MeasurementSettings, host: HostFacts, producer: String) {
        self.model = model
        self.settings = settings
        self.host = host
        self.producer = producer
        isa = settings.isa ?? host.isa
        // Known before it is read.
        if case .stored(_, _, let sha256) = model { self.sha256 = sha256 }
    }

    /// The finished run.
    func run(_ end: ChildEnd) -> Run {
        var run = Run(
            id: UUIDv7.make(at: startedAt),
            startedAt: startedAt,
            host: host,
            outcome: end.outcome,
            outcomeReason: end.reason,
            model: Run.ModelReference(name: model.name, sha256: sha256, family: family, source: model.kind),
            threads: settings.threads,
            instances: settings.instances,
            isa: isa,
            plan: settings.plan,
            scenario: settings.scenario,
            ratePerSecond: settings.ratePerSecond,
            flags: (end.wasStopped ? [.stopped] : []) + (host.limits == nil ? [] : [.standIn]),
            producer: producer
        )
        run.memoryLimit = end.memoryLimit
        guard let record = end.record else {
            if end.outcome == .ok {
                run.outcome = .crashed
                run.outcomeReason = "its record is of another kind"
            }
            return run
        }
        guard let latency = Run.Latency(record.latency), record.windowNanoseconds > 0 else {
            run.outcome = .crashed
            run.outcomeReason = "its record holds no queries"
            return run
        }
        run.isa = record.isa
        run.latencyNanoseconds = latency
        run.throughputPerSecond = Double(latency.count) / (Double(record.windowNanoseconds) / 1e9)
        run.memory = Run.Memory(record.memory)
        run.counters = record.counters.map(Run.Counter.init)
        run.energy = Run.Energy(record.energy)
        run.layers = record.layers?.map(Run.Layer.init)
        if settings.scenario == .server {
            run.roofline = Run.Roofline(absent: "a server run's latency holds waiting; the offline run has a share")
        }
        run.warmUp = Run.WarmUp(record)
        run.heat = Run.Heat(record.heat)
        run.load = Run.Load(record.load)
        let seen = Disturbances.flags(
            of: record,
            threads: settings.threads * settings.instances,
            isBusy: settings.scenario != .server
        )
        run.flags = Flag.allCases.filter((seen + run.flags).contains)
        return run
    }
}

extension EdgeprofAPI.Availability {
    init(_ recorded: RecordedAvailability) {
        switch recorded {
        case .ok: self = .ok
        case .denied: self = .denied
        case .absent: self = .absent
        }
    }
}

extension Run.Counter {
    fileprivate init(_ counter: RecordedCounter) {
        let isKnown = counter.availability == .ok
        self.init(
            name: counter.name,
            availability: EdgeprofAPI.Availability(counter.availability),
            reason: isKnown ? nil : counter.reason,
            value: isKnown ? counter.value : nil,
            liveFraction: isKnown ? counter.liveFraction : nil,
            rawValue: isKnown || counter.enabledNanoseconds > 0 ? counter.rawValue : nil,
            enabledNanoseconds: counter.enabledNanoseconds > 0 ? counter.enabledNanoseconds : nil,
            runningNanoseconds: counter.enabledNanoseconds > 0 ? counter.runningNanoseconds : nil
        )
    }
}

extension Run.Layer {
    fileprivate init(_ layer: RecordedLayer) {
        self.init(
            name: layer.name,
            operation: layer.operation,
            shape: layer.shape,
            macs: layer.macs,
            memoryAccessBytes: layer.memoryAccessBytes,
            nanoseconds: layer.nanoseconds
        )
        counters = layer.counters.isEmpty ? nil : layer.counters
    }
}
