import Glibc
import HostInfo
import HostTestSupport
import Testing

@testable import HostProbes

@Suite struct EnergyTests {
    private let second: UInt64 = 1_000_000_000
    private let range: UInt64 = 262_143_328_850

    @Test func packagesAndNothingElse() throws {
        let host = try FixtureHost("intel-server")
        let read = try #require(EnergySnapshot.read(root: host.root, timeNanoseconds: 7).value)
        #expect(
            read
                == EnergySnapshot(
                    domains: [
                        .init(name: "package-0", microjoules: 262_143_328_000, rangeMicrojoules: range),
                        .init(name: "package-1", microjoules: 1_000_000, rangeMicrojoules: range),
                    ],
                    timeNanoseconds: 7
                )
        )
    }

    @Test func aCounterThatBeganAgain() throws {
        let host = try FixtureHost("intel-server")
        let instrument = try #require(EnergyInstrument.best(root: host.root).value)
        var total = EnergyTotal()
        total.add(instrument.source.sample(root: host.root), at: second)
        try host.add("/sys/class/powercap/intel-rapl:0/energy_uj", "4999150\n")
        try host.add("/sys/class/powercap/intel-rapl:1/energy_uj", "6000000\n")
        total.add(instrument.source.sample(root: host.root), at: 6 * second)
        let energy = try #require(EnergyMeter.energy(total, of: instrument).value)
        // 850 uJ to the end of the range and 4,999,150 after it, and 5 J of the other package.
        #expect(abs(energy.joules - 10) < 1e-9)
        #expect(abs(energy.watts - 2) < 1e-9)
        // A package that vanishes leaves no figure.
        host.remove("/sys/class/powercap/intel-rapl:1/name")
        total.add(instrument.source.sample(root: host.root), at: 12 * second)
        #expect(EnergyMeter.energy(total, of: instrument).availability.reason?.contains("packages changed") == true)
    }

    @Test func manyPackagesHaveAShortName() throws {
        let files = (0..<16).flatMap { package -> [(path: String, content: String)] in
            let zone = "/sys/class/powercap/intel-rapl:\(package)"
            return [(zone + "/name", "package-\(package)\n"), (zone + "/energy_uj", "5\n")]
        }
        let instrument = try #require(EnergyInstrument.best(root: try FixtureHost(files: files).root).value)
        #expect(instrument.name == "rapl:16-packages")
    }

    @Test func numbersThatCannotBe() {
        let absurd = EnergySnapshot.Domain(name: "p", microjoules: 1 << 61, rangeMicrojoules: 10)
        let zero = EnergySnapshot.Domain(name: "p", microjoules: 0, rangeMicrojoules: 10)
        #expect(EnergySnapshot.difference(zero, absurd) == nil)
        #expect(EnergySnapshot.difference(absurd, zero) == 1 << 61)
    }

    @Test(arguments: ["", "x", "-5", "4611686018427387904", "18446744073709551616", "1 2"])
    func otherText(text: String) throws {
        let host = try FixtureHost("intel-server")
        try host.add("/sys/class/powercap/intel-rapl:0/energy_uj", text)
        #expect(EnergySnapshot.read(root: host.root).availability.status == .absent)
        let other = try FixtureHost("intel-server")
        try other.add("/sys/class/powercap/intel-rapl:0/max_energy_range_uj", text)
        #expect(EnergySnapshot.read(root: other.root).value?.domains.first?.rangeMicrojoules == nil)
    }

    @Test func deniedIsNotAbsent() throws {
        let host = try FixtureHost("intel-server")
        let locked = HostRoot(host.path, failures: ["/sys/class/powercap/intel-rapl:0/energy_uj": EACCES])
        let denied = EnergySnapshot.read(root: locked).availability
        #expect(denied.status == .denied && denied.remedy?.contains("systemd-tmpfiles") == true)
        let pi = EnergySnapshot.read(root: try FixtureHost("raspberry-pi-5").root).availability
        #expect(pi.status == .absent && pi.reason?.contains("RAPL") == true && pi.remedy == nil)
    }

    @Test func zoneNames() {
        #expect(EnergySnapshot.isPackageZone("intel-rapl:0") && EnergySnapshot.isPackageZone("intel-rapl:12"))
        for name in ["intel-rapl", "intel-rapl:", "intel-rapl:0:0", "intel-rapl-mmio:0", "dtpm", "intel-rapl:x"] {
            #expect(!EnergySnapshot.isPackageZone(name), "\(name)")
        }
    }
}
