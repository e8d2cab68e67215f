public import HostInfo

/// How often the processor has slowed itself down for heat, since the host started.
///
/// x86: `/sys/devices/system/cpu/cpuN/thermal_throttle/core_throttle_count` and `package_throttle_count`, events each CPU has seen;
/// `core_throttle_total_time_ms` since Linux 5.7. Those of one package all count the same package's events. Format:
/// `Documentation/ABI/testing/sysfs-devices-system-cpu` of Linux, and `arch/x86/kernel/cpu/mce/therm_throt.c`.
public struct ThrottleCounters: Sendable, Hashable {
    /// One CPU's counters.
    public struct CPU: Sendable, Hashable {
        /// Its core's events.
        public var core: UInt64
        /// Its package's events.
        public var package: UInt64?
        /// How long its core was slowed, in milliseconds.
        public var coreMilliseconds: UInt64?
    }

    /// By CPU number.
    public var cpus: [Int: CPU]

    /// Reads the counters of every CPU that is online and has them.
    public static func read(root: HostRoot = .system) -> Reading<ThrottleCounters> {
        var cpus: [Int: CPU] = [:]
        for cpu in CPUFrequency.onlineCPUs(root: root) {
            let folder = "/sys/devices/system/cpu/cpu\(cpu)/thermal_throttle/"
            switch root.read(folder + "core_throttle_count", limitBytes: 4096) {
            case .failure(let error):
                let availability = error.availability(absent: "")
                if availability.status == .denied { return .unavailable(availability) }
            case .success(let text):
                guard let core = text.trimmed.decimal else { continue }
                cpus[cpu] = CPU(
                    core: core,
                    package: root.readValue(folder + "package_throttle_count")?.decimal,
                    coreMilliseconds: root.readValue(folder + "core_throttle_total_time_ms")?.decimal
                )
            }
        }
        return cpus.isEmpty
            ? .unavailable(.absent("this processor counts no throttling here, as Arm boards and virtual machines"))
            : .value(ThrottleCounters(cpus: cpus))
    }

    /// The CPUs that saw throttling since `earlier`, of those there are in both; a counter that went back saw nothing.
    func cpusThrottled(since earlier: ThrottleCounters) -> [Int] {
        cpus.keys.sorted().filter { cpu in
            guard let now = cpus[cpu], let then = earlier.cpus[cpu] else { return false }
            return now.core > then.core || (now.package ?? 0) > (then.package ?? .max)
        }
    }
}
