public import HostInfo

/// Something the kernel cools with: a fan, or the processor held back.
///
/// `/sys/class/thermal/cooling_deviceN`: `type`, `cur_state`, `max_state`; state 0 is no cooling. Format:
/// <https://docs.kernel.org/driver-api/thermal/sysfs-api.html>.
public struct CoolingDevice: Sendable, Hashable {
    /// Its number.
    public var number: Int
    /// What it is: `Processor`, `cpufreq-cpu0`, `pwm-fan`.
    public var type: String
    /// How hard it cools, from 0.
    public var state: Int64
    /// The most it can.
    public var highestState: Int64?

    /// Whether it cools by making the processor slower, as a fan does not.
    public var slowsProcessor: Bool {
        // ACPI's processors, cpufreq-cpu0 and thermal-cpufreq-0 by kernel version, idle injection, other chips' clocks, and Jetson's alerts.
        highestState != 0
            && (type == "Processor" || type == "intel_powerclamp" || type.contains("cpufreq")
                || type.contains("cpuidle")
                || type.contains("devfreq") || type.contains("throttle"))
    }

    /// Reads all devices that say their state.
    public static func read(root: HostRoot = .system) -> Reading<[CoolingDevice]> {
        let folder = "/sys/class/thermal"
        let devices = root.names(in: folder).compactMap { name -> CoolingDevice? in
            let path = "\(folder)/\(name)"
            guard name.hasPrefix("cooling_device"), let number = name.dropFirst("cooling_device".count).decimal,
                // -1 is a clamp that is off.
                let state = root.readValue(path + "/cur_state")?.signedDecimal
            else { return nil }
            return CoolingDevice(
                number: Int(clamping: number),
                type: root.readValue(path + "/type") ?? name,
                state: state,
                highestState: root.readValue(path + "/max_state")?.signedDecimal
            )
        }
        return devices.isEmpty
            ? .unavailable(.absent("this host shows no cooling device"))
            : .value(devices.sorted { $0.number < $1.number })
    }
}
