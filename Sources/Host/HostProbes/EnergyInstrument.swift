public import HostInfo

/// What an energy instrument's number covers, widest first.
public enum EnergyDomain: String, Sendable, CaseIterable, Comparable {
    /// All that the box draws: a meter at its supply, or what its battery gives (the adapter's own loss is not in it).
    case wall
    /// What goes into the computing board or module; carrier, supply and what hangs on them are not in it.
    case board
    /// The processor's packages: a lower bound of the board's.
    case package
    /// One supply line among several.
    case rail

    /// Whether `first` covers more than `second`.
    public static func < (first: EnergyDomain, second: EnergyDomain) -> Bool {
        let order = allCases
        return order.firstIndex(of: first) ?? 0 < order.firstIndex(of: second) ?? 0
    }
}

/// Something on this host that measures energy or power.
public struct EnergyInstrument: Sendable, Hashable {
    /// What the instrument gives.
    public enum Kind: String, Sendable {
        /// Energy since some moment: read at both ends of a window.
        case counter
        /// Power at one moment: sampled throughout a window, and integrated.
        case sampled
    }

    /// Its name in reports: `rapl:package-0`, `ina3221:VDD_IN`, `battery:BAT0`.
    ///
    /// Printable ASCII without blanks, at most 100 bytes.
    public let name: String
    /// What its number covers.
    public let domain: EnergyDomain
    /// Whether it counts energy or shows power.
    public let kind: Kind
    /// How often its number changes, in nanoseconds: its resolution in time.
    public let updatePeriodNanoseconds: UInt64
    /// Whether it can be read now, why not, and what mends it.
    public let availability: Availability
    /// How to read it.
    let source: Source

    /// The files of an instrument.
    enum Source: Sendable, Hashable {
        /// All packages of RAPL.
        case rapl
        /// A counter of microjoules.
        case energy(String)
        /// Power in microwatts.
        case power(String)
        /// Current in milliamperes and voltage in millivolts.
        case currentAndVoltage(current: String, voltage: String)
        /// These batteries together.
        case batteries([String])
    }

    /// Every instrument of this host, the one covering most first; those that cannot be read now among them.
    public static func all(root: HostRoot = .system) -> [EnergyInstrument] {
        let found = rapl(root: root) + hwmon(root: root) + batteries(root: root)
        return found.enumerated().sorted { ($0.element.domain, $0.offset) < ($1.element.domain, $1.offset) }
            .map(\.element)
    }

    /// The instrument a run uses: of those that can be read the one that covers most, but never a single rail.
    ///
    /// - Parameters:
    ///   - named: take this one instead, whatever it covers.
    ///   - root: where `/sys` is.
    /// - Returns: the instrument, or why there is none: the reason of the widest one that is denied, if any is.
    public static func best(named: String? = nil, root: HostRoot = .system) -> Reading<EnergyInstrument> {
        let all = all(root: root)
        if let named {
            guard let one = all.first(where: { $0.name == named }) else {
                return .unavailable(.absent("this host has no energy instrument \(named)"))
            }
            return one.availability.isOK ? .value(one) : .unavailable(one.availability)
        }
        let wide = all.filter { $0.domain != .rail }
        if let first = wide.first(where: { $0.availability.isOK }) { return .value(first) }
        if let denied = wide.first(where: { $0.availability.status == .denied }) ?? wide.first {
            return .unavailable(denied.availability)
        }
        return .unavailable(
            all.isEmpty
                ? .absent("this host measures no energy: no RAPL, power sensor or battery shows up in /sys")
                : .absent("only single rails are measured here: " + all.map(\.name).joined(separator: ", "))
        )
    }

    private static func rapl(root: HostRoot) -> [EnergyInstrument] {
        guard EnergySnapshot.hasPackages(root: root) else { return [] }
        let snapshot = EnergySnapshot.read(root: root)
        let names = snapshot.value?.domains.map(\.name) ?? []
        // A box of sixteen packages is not to have a name that fills two lines.
        let packages =
            names.isEmpty ? "packages" : names.count > 4 ? "\(names.count)-packages" : names.joined(separator: "+")
        return [
            EnergyInstrument(
                name: printable("rapl:" + packages),
                domain: .package,
                kind: .counter,
                updatePeriodNanoseconds: EnergySnapshot.updatePeriodNanoseconds,
                availability: snapshot.availability,
                source: .rapl
            )
        ]
    }
}

extension EnergyInstrument: Probe {
    /// `energy`.
    public static let name = "energy"

    /// Whether energy can be measured: the instrument a run would use, and the others there are.
    public static func capability(root: HostRoot) -> Capability {
        let all = all(root: root)
        return Capability(name: name, reading: best(root: root)) { best in
            let others = all.filter { $0.name != best.name }.map(\.name)
            return "\(best.name) (\(best.domain.rawValue))"
                + (others.isEmpty ? "" : "; also " + others.joined(separator: ", "))
        }
    }
}
