internal import EdgeprofAPI
internal import HostProbes
internal import MeasurementCore

extension Run.Energy {
    /// Energy as the child recorded it.
    init(_ energy: RecordedEnergy) {
        guard energy.availability == .ok else {
            self.init(availability: EdgeprofAPI.Availability(energy.availability), reason: energy.reason)
            return
        }
        self.init(
            availability: .ok,
            instrument: energy.instrument,
            domain: energy.domain.rawValue,
            joules: energy.joules,
            seconds: energy.seconds,
            watts: energy.joules / energy.seconds,
            samples: energy.samples,
            changes: energy.changes,
            updatePeriodSeconds: Double(energy.updatePeriodNanoseconds) / 1e9
        )
    }
}

extension Run.Energy.Idle {
    /// Energy above the mean of both baselines.
    init(_ above: EnergyAboveIdle, before: IdleBaseline, after: IdleBaseline) {
        self.init(
            seconds: Double(before.energy.durationNanoseconds) / 1e9,
            beforeWatts: before.watts,
            afterWatts: after.watts,
            driftFraction: above.driftFraction,
            busyFraction: [before.busyFraction, after.busyFraction].compactMap(\.self).max(),
            governors: Array(Set((before.governors + after.governors).compactMap(Self.name)).sorted().prefix(16)),
            joulesAboveIdle: above.joules,
            doubts: above.doubts.map(Doubt.init)
        )
    }
}

extension Run.Energy.Idle {
    /// A governor's name; nil if it is none a collector would take.
    private static func name(_ governor: String) -> String? {
        let isPlain = governor.utf8.allSatisfy { (0x21...0x7e).contains($0) }
        return isPlain && 1...64 ~= governor.utf8.count ? governor : nil
    }
}

extension Run.Energy.Idle.Doubt {
    fileprivate init(_ doubt: EnergyAboveIdle.Doubt) {
        switch doubt {
        case .drift: self = .drift
        case .governor: self = .governor
        case .busy: self = .busy
        case .belowIdle: self = .belowIdle
        }
    }
}

extension Run {
    /// Sets what the box draws idle, and the flag if that casts doubt on the energy above it.
    mutating func setIdle(_ idle: Energy.Idle?) {
        guard energy?.availability == .ok, let idle else { return }
        energy?.idle = idle
        if idle.doubts?.isEmpty == false { flags.append(.idleDrift) }
    }
}
