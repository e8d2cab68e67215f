internal import HostInfo

/// What the batteries give while they discharge: all that the box draws.
///
/// `/sys/class/power_supply/NAME`: `type`, `scope`, `status`, and `power_now` in microwatts or `current_now` in microamperes beside
/// `voltage_now` in microvolts. Some drivers show a discharging current as negative; `status` says the direction. Format:
/// <https://docs.kernel.org/power/power_supply_class.html>.
extension EnergyInstrument {
    static let powerSupplies = "/sys/class/power_supply"
    /// The ACPI driver asks a battery anew after a second (its parameter `cache_time`).
    private static let batteryPeriodNanoseconds: UInt64 = 1_000_000_000

    /// The batteries as one instrument; none where the box has no battery.
    static func batteries(root: HostRoot) -> [EnergyInstrument] {
        let names = root.names(in: powerSupplies).filter { name in
            // A mouse has a battery too: its scope is Device.
            root.readValue("\(powerSupplies)/\(name)/type") == "Battery"
                && root.readValue("\(powerSupplies)/\(name)/scope") != "Device"
        }
        guard !names.isEmpty else { return [] }
        let source = Source.batteries(names)
        return [
            EnergyInstrument(
                name: printable("battery:" + names.joined(separator: "+")),
                domain: .wall,
                kind: .sampled,
                updatePeriodNanoseconds: batteryPeriodNanoseconds,
                availability: source.sample(root: root).availability,
                source: source
            )
        ]
    }

    /// The power of all discharging batteries, in watts; unavailable if none is, or any is being charged.
    static func batteryWatts(_ names: [String], root: HostRoot) -> Reading<Double> {
        var watts = 0.0
        var discharging = 0
        for name in names {
            let folder = "\(powerSupplies)/\(name)"
            switch root.readValue(folder + "/status") {
            case "Discharging":
                switch batteryWatts(folder: folder, root: root) {
                case .value(let one): watts += one
                case .unavailable(let availability): return .unavailable(availability)
                }
                discharging += 1
            case "Charging": return .unavailable(onMains)
            default: continue
            }
        }
        return discharging > 0 ? .value(watts) : .unavailable(onMains)
    }

    private static let onMains = Availability.absent(
        "the battery does not discharge: the box runs on mains power",
        remedy: "unplug the mains adapter to measure energy by the battery"
    )

    private static func batteryWatts(folder: String, root: HostRoot) -> Reading<Double> {
        if root.exists(folder + "/power_now") {
            return number(folder + "/power_now", root: root).flatMap { plausible(abs($0) / 1e6) }
        }
        guard root.exists(folder + "/current_now") else {
            return .unavailable(.absent("\(folder) shows neither power nor current"))
        }
        return number(folder + "/current_now", root: root).flatMap { current in
            number(folder + "/voltage_now", root: root).flatMap { plausible(abs(current) * abs($0) / 1e12) }
        }
    }
}
