public import HostInfo

/// The processor's energy counters at one moment: RAPL through Linux's powercap interface.
///
/// `/sys/class/powercap/intel-rapl:N`, AMD's processors too: `name`, `energy_uj`, and `max_energy_range_uj`, after which the counter
/// begins again. Only package domains are taken: cores and DRAM (`intel-rapl:N:M`) lie inside or beside a package, `psys` holds
/// all, and `intel-rapl-mmio` is the same package once more. Format: <https://docs.kernel.org/power/powercap/powercap.html>.
public struct EnergySnapshot: Sendable, Hashable {
    /// One package's counter.
    public struct Domain: Sendable, Hashable {
        /// Its name (`package-0`).
        public var name: String
        /// Energy since some moment, in microjoules, below the range.
        public var microjoules: UInt64
        /// Where the counter begins again, in microjoules; nil where the kernel does not say.
        public var rangeMicrojoules: UInt64?
    }

    /// The packages, by name.
    public var domains: [Domain]
    /// When they were read, on a monotonic clock, in nanoseconds.
    public var timeNanoseconds: UInt64

    /// The counters move about once a millisecond.
    static let updatePeriodNanoseconds: UInt64 = 1_000_000
    /// More power than any package draws, in watts: a window in which it could wrap the counter twice is refused.
    static let highestPackageWatts: UInt64 = 500
    /// What lets every user read the counters.
    ///
    /// They have been root's alone since 2020, because they can betray what other programs compute (CVE-2020-8694).
    static let remedy =
        "echo 'z /sys/class/powercap/intel-rapl:*/energy_uj 0444' | sudo tee /etc/tmpfiles.d/edgeprof-energy.conf"
        + " && sudo systemd-tmpfiles --create edgeprof-energy.conf"

    /// Reads the counters.
    public static func read(
        root: HostRoot = .system,
        timeNanoseconds: UInt64 = MonotonicClock.nanoseconds
    ) -> Reading<EnergySnapshot> {
        let folder = "/sys/class/powercap"
        var domains: [Domain] = []
        for zone in root.names(in: folder) where isPackageZone(zone) {
            guard let name = root.readValue("\(folder)/\(zone)/name"), name.hasPrefix("package") else { continue }
            switch root.read("\(folder)/\(zone)/energy_uj", limitBytes: 4096) {
            case .failure(let error):
                return .unavailable(error.availability(absent: "the package counts no energy", remedy: remedy))
            case .success(let text):
                guard let microjoules = text.trimmed.decimal, microjoules < 1 << 62 else {
                    return .unavailable(.absent("\(folder)/\(zone)/energy_uj holds no number"))
                }
                let range = root.readValue("\(folder)/\(zone)/max_energy_range_uj")?.decimal
                domains.append(
                    Domain(
                        name: name,
                        microjoules: microjoules,
                        rangeMicrojoules: range.flatMap { $0 < 1 << 62 ? $0 : nil }
                    )
                )
            }
        }
        guard !domains.isEmpty else {
            return .unavailable(
                .absent("this host has no RAPL energy counters, as most virtual machines and Arm boards")
            )
        }
        return .value(EnergySnapshot(domains: domains.sorted { $0.name < $1.name }, timeNanoseconds: timeNanoseconds))
    }

    /// Whether there are packages that count, readable or not.
    static func hasPackages(root: HostRoot) -> Bool {
        let folder = "/sys/class/powercap"
        return root.names(in: folder).contains { zone in
            isPackageZone(zone) && root.readValue("\(folder)/\(zone)/name")?.hasPrefix("package") == true
        }
    }

    /// `intel-rapl:0`, but neither `intel-rapl:0:0` nor `intel-rapl-mmio:0`.
    static func isPackageZone(_ name: String) -> Bool {
        name.hasPrefix("intel-rapl:") && name.dropFirst("intel-rapl:".count).decimal != nil
    }

    /// Microjoules from `before` to `now`, once round the range if need be; nil if that cannot be.
    static func difference(_ now: Domain, _ before: Domain) -> UInt64? {
        if now.microjoules >= before.microjoules { return now.microjoules - before.microjoules }
        guard let range = now.rangeMicrojoules, before.microjoules <= range else { return nil }
        return range - before.microjoules + now.microjoules
    }
}
