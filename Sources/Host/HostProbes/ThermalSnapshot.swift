public import HostInfo

/// Heat, and what the host does against it, at one moment.
public struct ThermalSnapshot: Sendable {
    /// Temperatures.
    public var zones: Reading<[ThermalZone]>
    /// The processor's throttle counters.
    public var throttles: Reading<ThrottleCounters>
    /// A Raspberry Pi's flags.
    public var firmware: Reading<FirmwareThrottling>
    /// Fans and clocks held back.
    public var cooling: Reading<[CoolingDevice]>
    /// Frequencies, their limits and governors.
    public var frequencies: Reading<[CPUFrequency]>

    /// Reads all there is.
    ///
    /// - Parameters:
    ///   - cpus: the CPUs whose frequencies count, those the measured process may use; nil for all. Heat is the box's.
    ///   - root: where `/sys` is.
    /// - Returns: the snapshot, each part with its reason where it cannot be read.
    public static func read(cpus: [Int]? = nil, root: HostRoot = .system) -> ThermalSnapshot {
        let frequencies = CPUFrequency.read(root: root)
        return ThermalSnapshot(
            zones: ThermalZone.read(root: root),
            throttles: ThrottleCounters.read(root: root),
            firmware: FirmwareThrottling.read(root: root),
            cooling: CoolingDevice.read(root: root),
            frequencies: cpus.map { cpus in
                frequencies.flatMap { all in
                    let ours = all.filter { cpus.contains($0.cpu) }
                    return ours.isEmpty ? .unavailable(.absent("these CPUs show no frequency")) : .value(ours)
                }
            } ?? frequencies
        )
    }

    /// What changed since `earlier`, a snapshot of the same host.
    public func since(_ earlier: ThermalSnapshot) -> ThermalChange {
        ThermalChange(
            throttled: throttling(since: earlier),
            frequency: frequencies.flatMap { now in
                earlier.frequencies.flatMap { .value(FrequencyChange(from: $0, to: now)) }
            },
            hottestBeforeCelsius: earlier.zones.value?.map(\.celsius).max(),
            hottestAfterCelsius: zones.value?.map(\.celsius).max()
        )
    }

    /// Why the processor was slowed for heat or want of power; empty if it was not, unavailable if nothing here could tell.
    private func throttling(since earlier: ThermalSnapshot) -> Reading<[String]> {
        var sources = 0
        var reasons: [String] = []
        if let now = throttles.value, let then = earlier.throttles.value {
            sources += 1
            let cpus = now.cpusThrottled(since: then)
            if let first = cpus.first {
                reasons.append("CPU \(first)" + (cpus.count > 1 ? " and \(cpus.count - 1) others" : "") + " throttled")
            }
        }
        if let now = firmware.value, let then = earlier.firmware.value {
            sources += 1
            // What was there before the window says nothing of it, unless it still holds.
            let fresh = now.ever.filter { !then.ever.contains($0) }
            let held = FirmwareThrottling.reasons.filter {
                now.now.contains($0) || then.now.contains($0) || fresh.contains($0)
            }
            reasons += held.map { "firmware: \($0)" }
        }
        if let now = cooling.value, let then = earlier.cooling.value {
            let slowing = (now + then).filter(\.slowsProcessor)
            if !slowing.isEmpty { sources += 1 }
            for type in Set(slowing.filter { $0.state > 0 }.map(\.type)).sorted() {
                reasons.append("cooling by \(type)")
            }
        }
        return sources > 0
            ? .value(reasons)
            : .unavailable(.absent("no throttle counter, firmware flag or cooling state shows up here"))
    }
}

/// What heat did in a window.
public struct ThermalChange: Sendable {
    /// Why the processor was slowed for heat or want of power; empty if it was not.
    ///
    /// Seen at both ends of the window, and by counters between them.
    public var throttled: Reading<[String]>
    /// What became of the frequencies.
    public var frequency: Reading<FrequencyChange>
    /// The hottest sensor before, in degrees Celsius; nil without sensors.
    public var hottestBeforeCelsius: Double?
    /// The hottest sensor after.
    public var hottestAfterCelsius: Double?

    /// Whether the processor was slowed; nil if nothing here could tell.
    public var wasThrottled: Bool? { throttled.value.map { !$0.isEmpty } }
}

/// What became of the CPUs' frequencies between two looks.
public struct FrequencyChange: Sendable, Hashable {
    /// The slowest CPU's frequency in either look, in hertz.
    public var slowestHertz: Int64
    /// The fastest CPU's.
    public var fastestHertz: Int64
    /// CPUs whose policy allows less than the processor can do.
    public var cappedCPUs: [Int]
    /// CPUs whose policy allows less after than before.
    public var loweredCPUs: [Int]
    /// CPUs that were there before and are not after.
    public var vanishedCPUs: [Int]
    /// The governors of both looks, distinct, sorted.
    public var governors: [String]
    /// Whether a CPU's governor changed.
    public var governorChanged: Bool

    /// Compares two looks, neither empty.
    init(from before: [CPUFrequency], to after: [CPUFrequency]) {
        let all = before + after
        slowestHertz = all.map(\.bestHertz).min() ?? 0
        fastestHertz = all.map(\.bestHertz).max() ?? 0
        let capped = all.filter { ($0.limitHertz ?? .max) < ($0.maximumHertz ?? 0) }
        cappedCPUs = Set(capped.map(\.cpu)).sorted()
        governors = Set(all.compactMap(\.governor)).sorted()
        let earlier = Dictionary(before.map { ($0.cpu, $0) }) { first, _ in first }
        loweredCPUs = after.filter { now in
            guard let limit = now.limitHertz, let then = earlier[now.cpu]?.limitHertz else { return false }
            return limit < then
        }.map(\.cpu)
        governorChanged = after.contains { now in earlier[now.cpu].map { $0.governor != now.governor } ?? false }
        vanishedCPUs = Set(before.map(\.cpu)).subtracting(after.map(\.cpu)).sorted()
    }
}

extension ThermalSnapshot: Probe {
    /// `throttling`.
    public static let name = "throttling"

    /// Whether throttling can be told, and by what.
    public static func capability(root: HostRoot) -> Capability {
        let snapshot = read(root: root)
        let found: [String?] = [
            snapshot.throttles.value.map { "throttle counters of \($0.cpus.count) CPUs" },
            snapshot.firmware.value.map {
                "firmware flags" + ($0.now.isEmpty ? "" : ", now: " + $0.now.joined(separator: ", "))
            },
            snapshot.cooling.value.map { $0.filter(\.slowsProcessor).count }.flatMap {
                $0 > 0 ? "cooling states: \($0)" : nil
            },
        ]
        let sources = found.compactMap(\.self)
        let change = snapshot.since(snapshot).throttled
        return Capability(name: name, reading: change) { _ in sources.joined(separator: "; ") }
    }
}
