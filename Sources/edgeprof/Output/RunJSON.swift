import EdgeprofAPI

/// A value that is written as `null`, not left out, when there is none: scripts find every documented name.
struct NullOr<Value: Encodable>: Encodable {
    /// The value.
    let value: Value?

    /// Wraps a value.
    init(_ value: Value?) {
        self.value = value
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if let value { try container.encode(value) } else { try container.encodeNil() }
    }
}

/// Runs as `profile` and `runs list` print them.
struct RunListJSON: Encodable {
    private let runs: [RunJSON]
    /// Left out where runs are not repetitions of one box's measurement.
    private let repetitions: [Repetitions]?
    /// Left out where nothing was searched.
    private let search: SearchJSON?

    /// Wraps runs.
    init(_ runs: [Run], repetitions: [Repetitions]? = nil, search: SearchJSON? = nil) {
        self.runs = runs.map(RunJSON.init)
        self.repetitions = repetitions
        self.search = search
    }
}

/// A run with every documented name in it.
struct RunJSON: Encodable {
    private let run: Run

    private enum Key: String, CodingKey {
        case agentId, jobId, latencyNanoseconds, throughputPerSecond, memory, counters, counterFigures, energy, warmUp,
            heat, load, roofline, layers,
            sections
    }

    private struct Counter: Encodable {
        let name: String
        let availability: Availability
        let reason: NullOr<String>
        let value: NullOr<Double>
        let liveFraction: NullOr<Double>
        let rawValue: NullOr<UInt64>
        let enabledNanoseconds: NullOr<UInt64>
        let runningNanoseconds: NullOr<UInt64>
    }

    /// Wraps a run.
    init(_ run: Run) {
        self.run = run
    }

    func encode(to encoder: any Encoder) throws {
        try run.encode(to: encoder)
        // Into the same object: these names take the place of those written above.
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(NullOr(run.agentId), forKey: .agentId)
        try container.encode(NullOr(run.jobId), forKey: .jobId)
        try container.encode(NullOr(run.latencyNanoseconds), forKey: .latencyNanoseconds)
        try container.encode(NullOr(run.throughputPerSecond), forKey: .throughputPerSecond)
        try container.encode(NullOr(run.memory), forKey: .memory)
        try container.encode(NullOr(run.energy), forKey: .energy)
        try container.encode(NullOr(run.warmUp), forKey: .warmUp)
        try container.encode(NullOr(run.heat), forKey: .heat)
        try container.encode(NullOr(run.load), forKey: .load)
        try container.encode(NullOr(run.roofline), forKey: .roofline)
        try container.encode(NullOr(run.layers.map(LayerJSON.layers)), forKey: .layers)
        try container.encode(NullOr(run.layers.map(LayerSectionJSON.sections)), forKey: .sections)
        try container.encode(run.counterFigures, forKey: .counterFigures)
        try container.encode(
            run.counters.map {
                Counter(
                    name: $0.name,
                    availability: $0.availability,
                    reason: NullOr($0.reason),
                    value: NullOr($0.value),
                    liveFraction: NullOr($0.liveFraction),
                    rawValue: NullOr($0.rawValue),
                    enabledNanoseconds: NullOr($0.enabledNanoseconds),
                    runningNanoseconds: NullOr($0.runningNanoseconds)
                )
            },
            forKey: .counters
        )
    }
}
