internal import EdgeprofAPI
internal import MeasurementCore

/// The least time a plan's steps can take on this host, from what the host was measured to do.
///
/// ```
/// allowed(step) = max(MACs / peak, activation bytes / bandwidth(a) + constant bytes / bandwidth(c))
/// a: nearest level that holds the step's own activations and constants
/// c: nearest level that holds the whole network, for constants are read once a query
/// ```
/// All is reckoned for one of the instances that run at once (docs/measurement.md, "Roofline"). Where it is in doubt, bytes
/// are taken to come from the nearer level: the allowed time is a lower bound.
struct RooflineModel {
    /// One level of the memory hierarchy.
    struct Level {
        var bound: Run.Roofline.Bound
        /// Size of one such cache, bytes; nil for memory, which holds everything.
        var bytes: Double?
        /// Threads that share one.
        var sharers: Double
        /// One instance's share of the bytes read a second; nil when it could not be measured, for this reason.
        var bytesPerSecond: Double?
        var reason: String?
    }

    /// The least time of a step and what sets it.
    struct Allowed: Equatable {
        var nanoseconds: Double
        var bound: Run.Roofline.Bound
    }

    /// One instance's share of the multiply-accumulates a second.
    let macsPerSecond: Double
    /// Nearest first, memory last.
    let levels: [Level]
    /// Threads an instance has to itself.
    let threadsPerInstance: Double

    /// Shares the host's ceilings among instances.
    init(_ ceilings: RecordedCeilings, instances: Int) {
        let instances = Double(max(1, instances))
        macsPerSecond = ceilings.macsPerSecond / instances
        threadsPerInstance = Double(ceilings.threads) / instances
        levels = ceilings.levels.map { level in
            let isKnown = level.availability == .ok
            return Level(
                bound: Run.Roofline.Bound(level.level),
                bytes: level.level == .memory ? nil : Double(level.bytes),
                sharers: Double(level.sharers),
                bytesPerSecond: isKnown ? level.bytesPerSecond / instances : nil,
                reason: isKnown ? nil : level.reason
            )
        }
    }

    /// Whether a level holds what an instance needs.
    ///
    /// A cache is shared by `sharers` threads, `sharers / threadsPerInstance` instances: each has its own activations, all the
    /// same constants. Where that is less than one instance, its threads have divided both among their caches.
    private func holds(_ level: Level, activations: Double, constants: Double) -> Bool {
        guard let bytes = level.bytes else { return true }
        let instances = level.sharers / threadsPerInstance
        return activations * instances + constants * min(1, instances) <= bytes
    }

    /// The nearest level that holds what an instance needs, and can be read from as fast as was measured.
    private func level(activations: Double, constants: Double) throws(RooflineGap) -> (index: Int, rate: Double) {
        guard let index = levels.firstIndex(where: { holds($0, activations: activations, constants: constants) }) else {
            throw RooflineGap(reason: "the ceilings name no memory")
        }
        guard let rate = levels[index].bytesPerSecond else {
            throw RooflineGap(
                reason: "the bandwidth of \(levels[index].bound.rawValue) is unknown: \(levels[index].reason ?? "")"
            )
        }
        return (index, rate)
    }

    /// The least time of each step.
    ///
    /// - Parameters:
    ///   - steps: what there is to do.
    ///   - weightBytes: packed constants of the whole network.
    ///   - arenaBytes: activations of the whole network.
    /// - Returns: one for each step.
    /// - Throws: when the bandwidth of a level that serves something is not known.
    func allowed(
        _ steps: [RecordedStep],
        weightBytes: UInt64,
        arenaBytes: UInt64
    ) throws(RooflineGap) -> [Allowed] {
        let network = try level(activations: Double(arenaBytes), constants: Double(weightBytes))
        var result: [Allowed] = []
        for step in steps {
            let (activations, constants) = (Double(step.activationBytes), Double(step.constantBytes))
            let own = try level(activations: activations, constants: constants)
            let compute = Double(step.macs) / macsPerSecond * 1e9
            let times = (activations / own.rate * 1e9, constants / network.rate * 1e9)
            let memory = times.0 + times.1
            result.append(
                memory > compute
                    ? Allowed(nanoseconds: memory, bound: levels[times.0 >= times.1 ? own.index : network.index].bound)
                    : Allowed(nanoseconds: compute, bound: .compute)
            )
        }
        return result
    }
}

/// Why a least time cannot be told.
struct RooflineGap: Error {
    var reason: String
}

extension Run.Roofline.Bound {
    init(_ level: MemoryLevel) {
        switch level {
        case .l1: self = .l1
        case .l2: self = .l2
        case .l3: self = .l3
        case .memory: self = .memory
        }
    }
}
