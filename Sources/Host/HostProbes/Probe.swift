public import HostInfo

/// One thing that can be read from a host while a model runs; one file each, one line each in `Probes.all`.
///
/// A probe reads through a `HostRoot` and parses in a function of its own, so that the parser is tested on captured files.
public protocol Probe {
    /// The name `edgeprof doctor` shows.
    static var name: String { get }

    /// Whether it can be read here, with what was found.
    static func capability(root: HostRoot) -> Capability
}

/// The registry of probes: the order `edgeprof doctor` shows them in.
public enum Probes {
    /// Every probe there is.
    public static var all: [any Probe.Type] {
        [
            ProcessMemory.self,
            PeakMemoryReset.self,
            SchedulerActivity.self,
            HostCPUTimes.self,
            LoadAverage.self,
            Pressure.self,
            RunQueueWait.self,
            SwapActivity.self,
            EnergyInstrument.self,
            ThermalZone.self,
            ThermalSnapshot.self,
            CPUFrequency.self,
            MemoryCgroup.self,
        ]
    }
}

/// Whether one thing can be measured on this host, as `edgeprof doctor` reports it.
public struct Capability: Sendable, Hashable {
    /// What can be measured.
    public let name: String
    /// Whether it can be, why not, and what mends it.
    public let availability: Availability
    /// What was found, in a few words; nil if there is nothing to add.
    public let detail: String?

    /// A capability as found.
    public init(name: String, availability: Availability, detail: String? = nil) {
        self.name = name
        self.availability = availability
        self.detail = detail
    }

    /// A capability that is there if `reading` has a value, which `detail` puts into words.
    init<Value>(name: String, reading: Reading<Value>, detail: (Value) -> String? = { _ in nil }) {
        self.init(name: name, availability: reading.availability, detail: reading.value.flatMap(detail))
    }
}
