public import HostInfo

/// One temperature sensor the kernel watches.
///
/// `/sys/class/thermal/thermal_zoneN/type` and `temp`, in thousandths of a degree. Format:
/// <https://docs.kernel.org/driver-api/thermal/sysfs-api.html>.
public struct ThermalZone: Sendable, Hashable {
    /// What it measures (`x86_pkg_temp`, `cpu-thermal`).
    public var type: String
    /// Degrees Celsius.
    public var celsius: Double

    /// Reads every zone that has data now; a zone that is asleep has none, and is left out.
    public static func read(root: HostRoot = .system) -> Reading<[ThermalZone]> {
        let folder = "/sys/class/thermal"
        var zones: [ThermalZone] = []
        var denied: Availability?
        for name in root.names(in: folder) where name.hasPrefix("thermal_zone") {
            switch root.read("\(folder)/\(name)/temp", limitBytes: 4096) {
            case .failure(let error):
                let availability = error.availability(absent: "the zone has no temperature")
                if availability.status == .denied { denied = availability }
            case .success(let text):
                guard let celsius = celsius(parsing: text) else { continue }
                zones.append(ThermalZone(type: root.readValue("\(folder)/\(name)/type") ?? name, celsius: celsius))
            }
        }
        if !zones.isEmpty { return .value(zones) }
        return .unavailable(denied ?? .absent("this host shows no temperature sensor, as most virtual machines"))
    }

    /// Degrees of a `temp` file; nil for what no running computer has, as unconnected sensors give.
    static func celsius(parsing text: String) -> Double? {
        let value = text.trimmed
        guard let size = value.drop(while: { $0 == "-" }).decimal, value.count - String(size).count <= 1,
            size <= 200_000
        else { return nil }
        let celsius = Double(size) / 1000 * (value.hasPrefix("-") ? -1 : 1)
        return celsius > -60 && celsius < 150 ? celsius : nil
    }
}

extension ThermalZone: Probe {
    /// `temperature`.
    public static let name = "temperature"

    /// Whether a temperature can be read.
    public static func capability(root: HostRoot) -> Capability {
        Capability(name: name, reading: read(root: root)) { $0.map(\.type).joined(separator: ", ") }
    }
}
