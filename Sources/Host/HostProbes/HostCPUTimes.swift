internal import Glibc
public import HostInfo

/// What all CPUs of the host have spent their time on since it started, in clock ticks.
///
/// The first line of `/proc/stat`: `cpu  user nice system idle iowait irq softirq steal guest guest_nice`; guest time is part of
/// user time, and is not added again. Format: proc_stat(5).
public struct HostCPUTimes: Sendable, Hashable {
    /// Work: user, nice, system, interrupts.
    public var busyTicks: UInt64
    /// Nothing to do.
    public var idleTicks: UInt64
    /// Nothing to do but wait for a device.
    public var ioWaitTicks: UInt64
    /// Work to do, and the hypervisor ran someone else; 0 on kernels that do not count it.
    public var stealTicks: UInt64

    /// Reads the times.
    public static func read(root: HostRoot = .system) -> Reading<HostCPUTimes> {
        // The line stands first; those of many CPUs and interrupts follow.
        switch root.read("/proc/stat", limitBytes: 4096) {
        case .failure(let error): .unavailable(error.availability(absent: "there is no /proc/stat"))
        case .success(let text):
            HostCPUTimes(parsing: text).map { .value($0) }
                ?? .unavailable(.absent("/proc/stat has no line of CPU times"))
        }
    }

    /// Reads the times of some CPUs alone, added up.
    ///
    /// - Parameters:
    ///   - cpus: their numbers, as in `CPUAffinity.current`.
    ///   - root: where `/proc` is.
    /// - Returns: the sums, or why there are none: a CPU that is not online has no times.
    public static func read(cpus: [Int], root: HostRoot = .system) -> Reading<HostCPUTimes> {
        // A line a CPU, of some 60 bytes; what follows them may be cut.
        switch root.read("/proc/stat", limitBytes: 4 << 20) {
        case .failure(let error): .unavailable(error.availability(absent: "there is no /proc/stat"))
        case .success(let text):
            HostCPUTimes(parsing: text, cpus: cpus).map { .value($0) }
                ?? .unavailable(.absent("/proc/stat has no line for one of the CPUs"))
        }
    }

    /// Parses the lines of some CPUs and adds them up; nil without one of them.
    init?(parsing text: String, cpus: [Int]) {
        var left = Set(cpus.map { "cpu\($0)" })
        self.init(words: ["cpu", "0", "0", "0", "0"])
        for line in text.lines {
            let words = line.words
            guard let name = words.first, name.hasPrefix("cpu") else { break }
            guard left.remove(String(name)) != nil else { continue }
            guard let times = HostCPUTimes(words: words) else { return nil }
            // Wrapping: honest sums are far from it, and a file that lies must not trap.
            busyTicks &+= times.busyTicks
            idleTicks &+= times.idleTicks
            ioWaitTicks &+= times.ioWaitTicks
            stealTicks &+= times.stealTicks
        }
        guard left.isEmpty else { return nil }
    }

    /// Parses the file; nil without a well-formed first line.
    init?(parsing text: String) {
        guard let words = text.lines.first?.words, words.first == "cpu" else { return nil }
        self.init(words: words)
    }

    /// Takes the numbers of a line, whose first word is its name.
    private init?(words: [Substring]) {
        guard words.count >= 5 else { return nil }
        let ticks = words.dropFirst().prefix(8).compactMap(\.decimal)
        // Ten thousand CPUs for ten thousand years stay far below 2^56: sums of eight cannot overflow.
        guard ticks.count == min(8, words.count - 1), ticks.allSatisfy({ $0 < 1 << 56 }) else { return nil }
        func tick(_ index: Int) -> UInt64 { index < ticks.count ? ticks[index] : 0 }
        busyTicks = tick(0) + tick(1) + tick(2) + tick(5) + tick(6)
        idleTicks = tick(3)
        ioWaitTicks = tick(4)
        stealTicks = tick(7)
    }

    /// What the CPUs did since `earlier`.
    ///
    /// - Parameters:
    ///   - earlier: a reading of the same host before.
    ///   - ticksPerSecond: the kernel's unit (USER_HZ).
    /// - Returns: times in nanoseconds, or a reason if the window is shorter than a tick.
    public func since(
        _ earlier: HostCPUTimes,
        ticksPerSecond: UInt64 = HostCPUTimes.ticksPerSecond
    ) -> Reading<HostCPUUse> {
        // The kernel lets idle and iowait step back a little; a step back is no time spent.
        func difference(_ path: KeyPath<HostCPUTimes, UInt64>) -> UInt64 {
            let ticks = self[keyPath: path].subtractingReportingOverflow(earlier[keyPath: path])
            let (nanoseconds, overflow) = (ticks.overflow ? 0 : ticks.partialValue)
                .multipliedReportingOverflow(by: 1_000_000_000 / max(1, ticksPerSecond))
            return overflow ? .max / 4 : min(nanoseconds, .max / 4)
        }
        let use = HostCPUUse(
            busyNanoseconds: difference(\.busyTicks),
            idleNanoseconds: difference(\.idleTicks) + difference(\.ioWaitTicks),
            stealNanoseconds: difference(\.stealTicks)
        )
        return use.totalNanoseconds > 0
            ? .value(use) : .unavailable(.absent("the window is shorter than a clock tick"))
    }

    /// USER_HZ, 100 on every common kernel.
    public static var ticksPerSecond: UInt64 {
        let value = sysconf(Int32(_SC_CLK_TCK))
        return value > 0 ? UInt64(value) : 100
    }
}

/// What all CPUs of a host did in a window, their times added up.
public struct HostCPUUse: Sendable, Hashable {
    /// Work, of this process and of all others.
    public var busyNanoseconds: UInt64
    /// Nothing to do, or waiting for a device.
    public var idleNanoseconds: UInt64
    /// Work to do, and the hypervisor ran someone else.
    public var stealNanoseconds: UInt64

    /// All of it: CPUs times the length of the window.
    public var totalNanoseconds: UInt64 { busyNanoseconds + idleNanoseconds + stealNanoseconds }

    /// The share of the CPU time wanted that the hypervisor gave to someone else, 0 to 1.
    public var stealFraction: Double {
        let wanted = busyNanoseconds + stealNanoseconds
        return wanted == 0 ? 0 : Double(stealNanoseconds) / Double(wanted)
    }

    /// The share of all CPU time that others used, given what this process and its children used, 0 to 1.
    public func othersFraction(ownNanoseconds: UInt64) -> Double {
        let others = busyNanoseconds - min(ownNanoseconds, busyNanoseconds)
        return totalNanoseconds == 0 ? 0 : Double(others) / Double(totalNanoseconds)
    }
}

extension HostCPUTimes: Probe {
    /// `cpu-times`.
    public static let name = "cpu-times"

    /// Whether the host's CPU times, stolen time among them, can be read.
    public static func capability(root: HostRoot) -> Capability {
        Capability(name: name, reading: read(root: root))
    }
}
