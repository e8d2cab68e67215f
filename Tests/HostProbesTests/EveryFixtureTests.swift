import Glibc
import HostInfo
import HostTestSupport
import PerfCounters
import Testing

@testable import HostProbes

/// Every probe on every fixture, whole and spoiled: an answer or a reason, never a trap.
@Suite struct EveryFixtureTests {
    static let fixtures = HostRoot(String(#filePath.dropLast("/EveryFixtureTests.swift".count))).names(in: "/Fixtures")
        .filter { $0.hasSuffix(".host") }.map { String($0.dropLast(".host".count)) }

    @Test func theFixturesAreFound() {
        #expect(
            Set(Self.fixtures).isSuperset(of: ["intel-hybrid-laptop", "jetson-orin-nano", "raspberry-pi-4", "wsl2"])
        )
    }

    /// Reads everything there is, twice, and takes the differences.
    private func readAll(_ root: HostRoot) {
        for probe in Probes.all {
            let capability = probe.capability(root: root)
            #expect(capability.availability.isOK == (capability.availability.reason == nil), "\(capability)")
        }
        let thermal = ThermalSnapshot.read(root: root)
        _ = ThermalSnapshot.read(root: root).since(thermal)
        let load = LoadSnapshot.read(cpus: [0, 1], root: root)
        _ = LoadSnapshot.read(cpus: [0, 1], root: root).since(load)
        for instrument in EnergyInstrument.all(root: root) {
            var total = EnergyTotal()
            for second in 0..<10 {
                total.add(instrument.source.sample(root: root), at: UInt64(second) * 1_000_000_000)
            }
            _ = EnergyMeter.energy(total, of: instrument)
        }
        _ = CounterSession(requested: Counter.allCases, root: root).availabilities
    }

    @Test(arguments: fixtures)
    func whole(name: String) throws {
        readAll(try FixtureHost(name).root)
    }

    @Test(arguments: fixtures)
    func spoiled(name: String) throws {
        let whole = try FixtureHost.files(named: name)
        let huge = "99999999999999999999999999"
        let spoilers: [(String) -> String] = [
            { _ in "" },
            { String($0.prefix($0.count / 2)) },
            { _ in "\0\0garbage\u{FFFD} :: 0x 1e999 nan\n" },
            { String($0.map { $0.isNumber ? "9" : $0 }) },
            { $0.split(separator: " ").map { Int($0) == nil ? String($0) : huge }.joined(separator: " ") },
            { "-" + $0 },
            { _ in "9223372036854775807\n" },
            { _ in "-9223372036854775808\n" },
            { _ in "18446744073709551615\n" },
        ]
        for spoil in spoilers {
            readAll(try FixtureHost(files: whole.map { ($0.path, spoil($0.content)) }).root)
        }
    }

    @Test(arguments: fixtures)
    func refused(name: String) throws {
        let files = try FixtureHost.files(named: name)
        let host = try FixtureHost(files: files)
        for code in [EACCES, EIO, ENODATA, EAGAIN] {
            readAll(HostRoot(host.path, failures: Dictionary(files.map { ($0.path, code) }) { first, _ in first }))
        }
    }

    /// A CPU goes offline between two looks.
    @Test func aCPUVanishes() throws {
        let host = try FixtureHost("intel-hybrid-laptop")
        let thermal = ThermalSnapshot.read(root: host.root)
        let load = LoadSnapshot.read(cpus: [0, 11], root: host.root)
        try host.add("/sys/devices/system/cpu/online", "0-10\n")
        try host.add("/proc/stat", "cpu 1 0 0 1 0 0 0 0\ncpu0 100 0 50 1000 5 1 2 0 0 0\n")
        let change = ThermalSnapshot.read(root: host.root).since(thermal)
        #expect(change.frequency.value?.vanishedCPUs == [11] && change.throttled.value == [])
        let other = LoadSnapshot.read(cpus: [0, 11], root: host.root).since(load)
        #expect(other.cpuUse.availability.reason?.contains("no line for one of the CPUs") == true)
    }
}
