internal import HostInfo

/// Power sensors of the kernel's hardware monitoring.
///
/// `/sys/class/hwmon/hwmonN`: `name`; `energyM_input` in microjoules; `powerM_input` or `powerM_average` in microwatts; `currM_input` in
/// milliamperes beside `inM_input` in millivolts; `powerM_label` and the like; `update_interval` in milliseconds. Format:
/// <https://docs.kernel.org/hwmon/sysfs-interface.html>; <https://docs.kernel.org/hwmon/ina3221.html>; the ACPI power meter's:
/// <https://docs.kernel.org/hwmon/acpi_power_meter.html>.
extension EnergyInstrument {
    private static let folder = "/sys/class/hwmon"
    /// Where a chip does not say how often it measures: the INA3221's default is of this order.
    private static let usualPeriodNanoseconds: UInt64 = 100_000_000

    /// Every channel of every chip that measures power or energy.
    static func hwmon(root: HostRoot) -> [EnergyInstrument] {
        var instruments: [EnergyInstrument] = []
        let supplies = Set(root.names(in: powerSupplies).map { String($0.map { $0 == "-" ? "_" : $0 }) })
        for chip in root.names(in: folder).filter({ $0.hasPrefix("hwmon") }) {
            let path = "\(folder)/\(chip)"
            let files = Set(root.names(in: path))
            let name = root.readValue(path + "/name") ?? chip
            // Batteries show up here once more, under their names with low lines.
            if supplies.contains(name) { continue }
            let channels = files.compactMap { channel(ofFile: $0) }
            for channel in Set(channels).sorted() {
                guard let (source, label) = source(channel, of: name, in: path, files: files, root: root) else {
                    continue
                }
                instruments.append(
                    instrument(chip: name, label: label, channel: channel, path: path, source: source, root: root)
                )
            }
        }
        // One socket of several is a part of the processor, and nobody can tell how large a part.
        let sockets = instruments.filter { $0.domain == .package }
        return distinct(sockets.count > 1 ? instruments.map { $0.domain == .package ? $0.asRail : $0 } : instruments)
    }

    /// The channel's number of `energy1_input`, `power1_average`, `curr1_input`; nil for other files.
    private static func channel(ofFile name: String) -> Int? {
        for kind in ["energy", "power", "curr"] where name.hasPrefix(kind) {
            for end in ["_input", "_average"] where name.hasSuffix(end) {
                let number = name.dropFirst(kind.count).dropLast(end.count).decimal
                if let number, number < 1000 { return Int(number) }
            }
        }
        return nil
    }

    /// The best way to read a channel, energy before power before current and voltage, and the prefix of its label file.
    private static func source(
        _ channel: Int,
        of chip: String,
        in path: String,
        files: Set<String>,
        root: HostRoot
    ) -> (Source, label: String)? {
        if files.contains("energy\(channel)_input") {
            return (.energy("\(path)/energy\(channel)_input"), "energy\(channel)")
        }
        for end in ["input", "average"] where files.contains("power\(channel)_\(end)") {
            return (.power("\(path)/power\(channel)_\(end)"), "power\(channel)")
        }
        guard files.contains("curr\(channel)_input"), files.contains("in\(channel)_input") else { return nil }
        // A current and a voltage of one number need not belong together. The INA3221's first three do (beyond are shunts and sums);
        // elsewhere both must bear one label.
        let voltageLabel = root.readValue("\(path)/in\(channel)_label")
        let isPair =
            chip == "ina3221"
            ? 1...3 ~= channel
            : voltageLabel != nil && voltageLabel == root.readValue("\(path)/curr\(channel)_label")
        guard isPair else { return nil }
        return (
            .currentAndVoltage(current: "\(path)/curr\(channel)_input", voltage: "\(path)/in\(channel)_input"),
            "in\(channel)"
        )
    }

    private static func instrument(
        chip: String,
        label: String,
        channel: Int,
        path: String,
        source: Source,
        root: HostRoot
    ) -> EnergyInstrument {
        let label = root.readValue("\(path)/\(label)_label")
        // The ACPI power meter names the time it averages over, other chips the time between two measurements.
        let milliseconds =
            [root.readValue("\(path)/update_interval"), root.readValue("\(path)/power\(channel)_average_interval")]
            .compactMap { $0?.decimal }.first { 1...60_000 ~= $0 }
        let kind: Kind
        if case .energy = source { kind = .counter } else { kind = .sampled }
        return EnergyInstrument(
            name: printable("\(chip):\(label ?? "\(channel)")"),
            domain: domain(chip: chip, label: label),
            kind: kind,
            updatePeriodNanoseconds: milliseconds.map { $0 * 1_000_000 } ?? usualPeriodNanoseconds,
            availability: source.sample(root: root).availability,
            source: source
        )
    }

    /// What a channel covers, by the names drivers and device trees give; a name not known is a rail's.
    static func domain(chip: String, label: String?) -> EnergyDomain {
        // The ACPI power meter is defined as the system's; its users are servers' supplies.
        if chip == "power_meter" { return .wall }
        switch label {
        // Jetson: the module's input. Other Jetson names (VDD_CPU_GPU_CV, VIN_SYS_5V0) are parts of it, or beside each other.
        case "VDD_IN", "POM_5V_IN", "VDD_5V_IN", "Total System Power", "System": return .board
        case let label? where chip == "amd_energy" && label.hasPrefix("Esocket"): return .package
        default: return .rail
        }
    }

    /// Names come from device trees and firmware: anything unusual in them is shown as a low line.
    static func printable(_ name: String) -> String {
        String(
            name.prefix(64).map { $0.isASCII && ($0.isLetter || $0.isNumber || "-_:+.".contains($0)) ? $0 : "_" }
        )
    }

    /// Instruments of one name get numbers, so that each can be asked for.
    private static func distinct(_ instruments: [EnergyInstrument]) -> [EnergyInstrument] {
        var seen: [String: Int] = [:]
        return instruments.map { instrument in
            let count = (seen[instrument.name] ?? 0) + 1
            seen[instrument.name] = count
            return count == 1 ? instrument : instrument.renamed("\(instrument.name)#\(count)")
        }
    }

    private var asRail: EnergyInstrument { changed(name: name, domain: .rail) }

    private func renamed(_ name: String) -> EnergyInstrument { changed(name: name, domain: domain) }

    private func changed(name: String, domain: EnergyDomain) -> EnergyInstrument {
        EnergyInstrument(
            name: name,
            domain: domain,
            kind: kind,
            updatePeriodNanoseconds: updatePeriodNanoseconds,
            availability: availability,
            source: source
        )
    }
}
