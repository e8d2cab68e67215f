import EdgeprofAPI

extension FieldChecker {
    /// Checks every field of a run; who may send it is the store's to say.
    mutating func check(_ run: Run) {
        require(run.schemaVersion, "schemaVersion", in: 1...Run.currentSchemaVersion)
        require(uuid: run.id, "id")
        require(uuid: run.agentId, "agentId")
        require(uuid: run.jobId, "jobId")
        require(uuid: run.assignmentId, "assignmentId")
        require((run.jobId == nil) == (run.assignmentId == nil), "assignmentId", "and jobId go together")
        require(run.startedAt.millisecondsSinceEpoch >= 0, "startedAt", "must not lie before 1970")
        check(run.host)
        check(run.model, measured: run.outcome == .ok)
        require(run.threads, "threads", in: MeasurementSettings.Limits.threads)
        require(run.instances, "instances", in: MeasurementSettings.Limits.instances)
        require(run.scenario != .singleStream || run.instances == 1, "instances", "must be 1 in single-stream")
        require((run.ratePerSecond != nil) == (run.scenario == .server), "ratePerSecond", "goes with server runs")
        if let rate = run.ratePerSecond { require(rate, "ratePerSecond", in: MeasurementSettings.Limits.ratePerSecond) }
        // What was never chosen, for the run was refused before, may be left empty.
        require(text: run.isa, "isa", bytes: (run.outcome == .ok ? 1 : 0)...64)
        require(text: run.producer, "producer", bytes: 1...200)
        if let reason = run.outcomeReason { require(text: reason, "outcomeReason", bytes: 0...4096) }
        checkFigures(run)
        if let memory = run.memory { check(memory) }
        if let limit = run.memoryLimit { check(limit, of: run) }
        check(run.counters)
        if let energy = run.energy { check(energy) }
        checkService(run)
        require(Set(run.flags).count == run.flags.count, "flags", "names a flag twice")
        if let roofline = run.roofline { check(roofline, measured: run.outcome == .ok) }
        require(run.scenario != .server || run.roofline?.share == nil, "roofline.share", "is no matter of a server run")
        let hasShare = run.roofline?.share != nil
        let hasShares = (run.layers ?? []).contains { $0.boundBy != nil || $0.rooflineShare != nil }
        require(hasShare || !hasShares, "layers.rooflineShare", "needs the run's roofline.share")
        if let layers = run.layers { check(layers) }
    }

    private mutating func check(_ roofline: Run.Roofline, measured: Bool) {
        require(measured, "roofline", "is given though the outcome is not ok")
        check(roofline.availability, roofline.reason, hasValue: roofline.share != nil, "roofline")
        let figures: [(String, Double?, ClosedRange<Double>)] = [
            // A larger share would show that the ceilings were not this box's; who measured them knows, and sends none.
            ("share", roofline.share, Run.Roofline.shares),
            ("allowedNanoseconds", roofline.allowedNanoseconds, 1e-3...1e18),
            ("peakMacsPerSecond", roofline.peakMacsPerSecond, 1...1e18),
        ]
        for (name, value, range) in figures {
            require((value != nil) == (roofline.share != nil), "roofline.\(name)", "and share go together")
            if let value { require(value, "roofline.\(name)", in: range) }
        }
        let bandwidths = roofline.bandwidths ?? []
        require(bandwidths.isEmpty == (roofline.share == nil), "roofline.bandwidths", "and share go together")
        require((roofline.boundBy != nil) == (roofline.share != nil), "roofline.boundBy", "and share go together")
        require(Set(bandwidths.map(\.level)).count == bandwidths.count, "roofline.bandwidths", "names a level twice")
        for bandwidth in bandwidths {
            require(bandwidth.level != .compute, "roofline.bandwidths.level", "must be l1, l2, l3 or memory")
            require(bandwidth.bytesPerSecond, "roofline.bandwidths.bytesPerSecond", in: 1...1e18)
        }
    }

    private mutating func check(_ model: Run.ModelReference, measured: Bool) {
        require(text: model.name, "model.name", bytes: 1...200)
        // An unknown model has no content to hash.
        require(
            Run.ModelReference.isSHA256(model.sha256) || !measured && model.sha256.isEmpty,
            "model.sha256",
            "must be 64 lower-case hexadecimal digits"
        )
        if let family = model.family { require(text: family, "model.family", bytes: 1...100) }
    }

    private mutating func checkFigures(_ run: Run) {
        let measured = run.outcome == .ok
        let word = measured ? "is missing though the outcome is ok" : "is given though the outcome is not ok"
        require((run.latencyNanoseconds != nil) == measured, "latencyNanoseconds", word)
        require((run.throughputPerSecond != nil) == measured, "throughputPerSecond", word)
        if let throughput = run.throughputPerSecond {
            require(throughput, "throughputPerSecond", in: 1e-9...1e9)
        }
        if let latency = run.latencyNanoseconds { check(latency) }
    }

    /// What is not available is a reason, never a number.
    mutating func check(
        _ availability: Availability,
        _ reason: String?,
        hasValue: Bool,
        _ field: String
    ) {
        if let reason { require(text: reason, "\(field).reason", bytes: 0...1024) }
        switch availability {
        case .ok: require(hasValue, field, "is available but has no value")
        case .denied, .absent:
            require(!hasValue, field, "is not available but has a value")
            require(reason?.isEmpty == false, field, "is not available and gives no reason")
        }
    }

    private mutating func check(_ layers: [Run.Layer]) {
        require(layers.count <= 10_000, "layers", "must be 10000 at most")
        for layer in layers {
            require(text: layer.name, "layers.name", bytes: 1...256)
            require(text: layer.operation, "layers.operation", bytes: 1...100)
            require(text: layer.shape, "layers.shape", bytes: 0...100)
            require(layer.macs, "layers.macs", in: 0...(1 << 60))
            require(layer.memoryAccessBytes, "layers.memoryAccessBytes", in: 0...(1 << 60))
            require(layer.nanoseconds, "layers.nanoseconds", in: 0...Self.maximumNanoseconds)
            // A layer's time is that of a pass of its own, so a share may exceed 1.
            if let counters = layer.counters { check(layerCounters: counters) }
            if let share = layer.rooflineShare { require(share, "layers.rooflineShare", in: 0...1e9) }
        }
    }
}
