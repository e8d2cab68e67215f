public import HostInfo

/// How fast the CPUs run and may run.
///
/// `/sys/devices/system/cpu/cpuN/cpufreq`: `scaling_cur_freq`, `scaling_max_freq`, `cpuinfo_max_freq` in kHz, `scaling_governor`;
/// `cpuinfo_avg_freq`, where a newer kernel has it, is what the hardware ran at, while `scaling_cur_freq` may be what was asked for.
/// Format: <https://docs.kernel.org/admin-guide/pm/cpufreq.html>.
public struct CPUFrequency: Sendable, Hashable {
    /// The CPU's number.
    public var cpu: Int
    /// Its frequency now as the driver reports it, in hertz.
    public var currentHertz: Int64
    /// The highest the policy allows now, in hertz.
    public var limitHertz: Int64?
    /// The highest the processor can do, in hertz.
    public var maximumHertz: Int64?
    /// The governor that chooses (`performance`, `schedutil`, `powersave`).
    public var governor: String?
    /// What the hardware ran at lately, by its own counters, in hertz; nil where the kernel does not say.
    public var averageHertz: Int64?

    /// The best known frequency: as measured by the hardware, else as reported.
    public var bestHertz: Int64 { averageHertz ?? currentHertz }

    /// The CPUs that are online; CPU 0 where the kernel does not say.
    static func onlineCPUs(root: HostRoot) -> [Int] {
        root.readValue("/sys/devices/system/cpu/online").flatMap { CPUList($0) }?.cpus ?? [0]
    }

    /// Reads every CPU that is online and says its frequency.
    public static func read(root: HostRoot = .system) -> Reading<[CPUFrequency]> {
        var frequencies: [CPUFrequency] = []
        for cpu in onlineCPUs(root: root) {
            let folder = "/sys/devices/system/cpu/cpu\(cpu)/cpufreq/"
            switch root.read(folder + "scaling_cur_freq", limitBytes: 4096) {
            case .failure(let error):
                let availability = error.availability(absent: "")
                if availability.status == .denied { return .unavailable(availability) }
            case .success(let text):
                guard let current = hertz(parsing: text) else { continue }
                frequencies.append(
                    CPUFrequency(
                        cpu: cpu,
                        currentHertz: current,
                        limitHertz: root.readValue(folder + "scaling_max_freq").flatMap(hertz),
                        maximumHertz: root.readValue(folder + "cpuinfo_max_freq").flatMap(hertz),
                        governor: root.readValue(folder + "scaling_governor"),
                        averageHertz: root.readValue(folder + "cpuinfo_avg_freq").flatMap(hertz)
                    )
                )
            }
        }
        return frequencies.isEmpty
            ? .unavailable(.absent("this host shows no CPU frequency, as most virtual machines")) : .value(frequencies)
    }

    /// The fastest of some CPUs, by their best known frequency; nil where none says it.
    ///
    /// It opens as few files as that takes, for it is asked often.
    static func fastestHertz(cpus: [Int]?, root: HostRoot) -> Int64? {
        (cpus ?? onlineCPUs(root: root)).compactMap { cpu in
            let folder = "/sys/devices/system/cpu/cpu\(cpu)/cpufreq/"
            return root.readValue(folder + "cpuinfo_avg_freq").flatMap(hertz)
                ?? root.readValue(folder + "scaling_cur_freq").flatMap(hertz)
        }.max()
    }

    /// Hertz of a file in kHz; nil for zero and for what no CPU runs at.
    static func hertz(parsing text: String) -> Int64? {
        guard let kilohertz = text.trimmed.decimal, kilohertz > 0, kilohertz < 100_000_000 else { return nil }
        return Int64(kilohertz) * 1000
    }
}

extension CPUFrequency: Probe {
    /// `cpu-frequency`.
    public static let name = "cpu-frequency"

    /// Whether frequencies can be read, with the governors that choose them.
    public static func capability(root: HostRoot) -> Capability {
        Capability(name: name, reading: read(root: root)) { frequencies in
            let governors = Set(frequencies.compactMap(\.governor)).sorted()
            return governors.isEmpty ? nil : "governor " + governors.joined(separator: ", ")
        }
    }
}
