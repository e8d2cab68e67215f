internal import HostInfo
internal import HostProbes

/// Clock, heat and others' load around the window of this process.
///
/// Made before counters are opened: its sampler's thread is then none of theirs.
struct HeatAndLoadProbes {
    private let cpus: [Int]
    private let root: HostRoot
    private let meter: FrequencyMeter
    private var before: Sample?
    private var after: Sample?
    private var clock = Reading<FrequencyRecord>.unavailable(.absent("no window yet"))

    private struct Sample {
        var heat: ThermalSnapshot
        var load: LoadSnapshot
        var sleepNanoseconds: Int64?

        init(cpus: [Int], root: HostRoot) {
            heat = ThermalSnapshot.read(cpus: cpus, root: root)
            load = LoadSnapshot.read(cpus: cpus, root: root)
            sleepNanoseconds = SystemSleep.nanoseconds
        }
    }

    /// Probes of some CPUs, those this process may run on.
    init(cpus: [Int], root: HostRoot = .system) {
        self.cpus = cpus
        self.root = root
        meter = FrequencyMeter(cpus: cpus, root: root)
    }

    mutating func beforeWindow() {
        before = Sample(cpus: cpus, root: root)
        meter.start()
    }

    mutating func afterWindow() {
        // First, for the clock falls as soon as the instances rest.
        clock = meter.stop()
        after = Sample(cpus: cpus, root: root)
    }

    /// What was observed.
    func heat() -> RecordedHeat {
        var heat = RecordedHeat()
        guard let before, let after else { return heat }
        let change = after.heat.since(before.heat)
        heat.throttling = RecordedAvailability(change.throttled.availability.status)
        heat.throttlingUnknown = change.throttled.availability.explanation
        // Each reason once: the looks inside the window see what those at its ends do, and more.
        let firmware = (clock.value?.firmwareReasons ?? []).map { "firmware: \($0)" }
        heat.throttled = (change.throttled.value ?? []).filter { !firmware.contains($0) } + firmware
        let noClock = change.frequency.availability
        func hertz(_ path: KeyPath<FrequencyRecord, Int64?>, without reason: String) -> RecordedValue {
            RecordedValue(
                clock.flatMap { record in
                    record[keyPath: path].map { .value(Double($0)) }
                        ?? .unavailable(noClock.isOK ? .absent(reason) : noClock)
                }
            )
        }
        heat.lowestHertz = hertz(\.lowestHertz, without: "no look showed a frequency")
        heat.meanHertz = hertz(\.meanHertz, without: "no look showed a frequency")
        heat.highestHertz = hertz(\.highestHertz, without: "no look showed a frequency")
        heat.firstThirdHertz = hertz(\.firstThirdHertz, without: "the window has fewer than nine looks at the clock")
        heat.lastThirdHertz = hertz(\.lastThirdHertz, without: "the window has fewer than nine looks at the clock")
        heat.hottestBeforeCelsius = Self.hottest(before.heat.zones)
        heat.hottestAfterCelsius = Self.hottest(after.heat.zones)
        heat.hottestCelsius = RecordedValue(
            clock.flatMap { record in
                record.hottestCelsius.map { .value($0) }
                    ?? .unavailable(after.heat.zones.unavailability ?? .absent("no look showed a temperature"))
            }
        )
        heat.slowedFraction = RecordedValue(
            clock.flatMap { record in
                record.slowedFraction.map { .value($0) }
                    ?? .unavailable(.absent("no cooling device shows here that slows the processor"))
            }
        )
        heat.cappedCPUs = RecordedValue(change.frequency.flatMap { .value(Double($0.cappedCPUs.count)) })
        heat.loweredCPUs = RecordedValue(change.frequency.flatMap { .value(Double($0.loweredCPUs.count)) })
        heat.governors = change.frequency.value?.governors ?? []
        heat.longestGapNanoseconds = RecordedValue(
            clock.flatMap { record in
                record.longestGapNanoseconds.map { .value(Double($0)) }
                    ?? .unavailable(.absent("the system had no room for the sampler's thread"))
            }
        )
        return heat
    }

    private static func hottest(_ zones: Reading<[ThermalZone]>) -> RecordedValue {
        RecordedValue(
            zones.flatMap { zones in
                zones.map(\.celsius).max().map { .value($0) } ?? .unavailable(.absent("no sensor shows a temperature"))
            }
        )
    }

    /// What was observed.
    func load() -> RecordedLoad {
        var load = RecordedLoad()
        guard let before, let after else { return load }
        let change = after.load.since(before.load)
        load.cpuPressureFraction = RecordedValue(change.cpuPressureFraction)
        load.memoryPressureFraction = RecordedValue(change.memoryPressureFraction)
        load.ioPressureFraction = RecordedValue(change.ioPressureFraction)
        load.pressureByOthersFraction = RecordedValue(pressureByOthers(change, online: before.load.onlineCPUs))
        load.othersWaitFraction = RecordedValue(change.othersWaitFraction(cpus: cpus.count))
        let capacity = Double(cpus.count) * Double(change.durationNanoseconds)
        load.ownWaitFraction = RecordedValue(
            change.ownWaitNanoseconds.flatMap { own in
                capacity > 0 ? .value(Double(own) / capacity) : .unavailable(.absent("the window is empty"))
            }
        )
        load.swapByOthersPages = RecordedValue(change.swapByOthersPages.flatMap { .value(Double($0)) })
        load.vanishedCPUs = RecordedValue(change.vanishedCPUs.flatMap { .value(Double($0)) })
        load.newCPUs = RecordedValue(change.newCPUs.flatMap { .value(Double($0)) })
        if let earlier = before.sleepNanoseconds, let later = after.sleepNanoseconds {
            load.suspendedNanoseconds = RecordedValue(Self.suspended(from: earlier, to: later))
        } else {
            load.suspendedNanoseconds = RecordedValue(
                unavailable: .absent,
                reason: "this system has no clock that goes on in suspend"
            )
        }
        return load
    }

    /// Pressure is the whole host's: of a process on some of its CPUs it says nothing.
    private func pressureByOthers(_ change: LoadChange, online: Reading<CPUList>) -> Reading<Double> {
        online.flatMap { online in
            guard Set(online.cpus).isSubset(of: cpus) else {
                return .unavailable(
                    .absent("pressure is of all \(online.cpus.count) CPUs, and the process was held to \(cpus.count)")
                )
            }
            return change.pressureByOthersFraction
        }
    }

    /// Time asleep between two differences of clocks, each good to a microsecond or, interrupted, to less: a millisecond is none.
    static func suspended(from earlier: Int64, to later: Int64) -> Double {
        let (difference, overflow) = later.subtractingReportingOverflow(earlier)
        return overflow || difference < 1_000_000 ? 0 : Double(difference)
    }
}

extension Reading {
    /// Why there is no value; nil when there is one.
    var unavailability: Availability? { value == nil ? availability : nil }
}
