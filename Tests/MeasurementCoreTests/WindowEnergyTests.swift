import Glibc
import HostInfo
import HostProbes
import HostTestSupport
import Synchronization
import Testing

@testable import MeasurementCore

/// Sleeps instead of running a model.
private final class NappingRunner: QueryRunner {
    func runQuery() { usleep(2_000) }
}

/// Sessions whose energy comes from files, which a thread of the test may change meanwhile.
@Suite struct WindowEnergyTests {
    /// Runs a session on a host of files; `update` is called every millisecond from another thread, with the time since the
    /// beginning.
    private func record(
        _ root: HostRoot,
        named: String? = nil,
        milliseconds: UInt64 = 600,
        shortestMilliseconds: UInt64 = 300,
        update: (@Sendable (_ nanoseconds: UInt64) -> Void)? = nil
    ) throws -> RecordedEnergy {
        let isOver = Atomic(false)
        let began = MonotonicClock.nanoseconds
        return try withoutActuallyEscaping(update ?? { _ in }) { update in
            let thread = try MeasurementThread {
                while !isOver.load(ordering: .relaxed) {
                    update(MonotonicClock.nanoseconds - began)
                    usleep(1_000)
                }
            }
            defer {
                isOver.store(true, ordering: .relaxed)
                thread.join()
            }
            var probes = HostWindowProbes(
                energyInstrument: named,
                root: root,
                shortestEnergyNanoseconds: shortestMilliseconds * 1_000_000
            )
            let session = MeasurementSession(
                durationNanoseconds: milliseconds * 1_000_000,
                parent: ParentWatch(descriptor: -1)
            )
            let result = try session.run([NappingRunner(), NappingRunner()], probes: &probes)
            var record = MeasuredRecord()
            record.windowNanoseconds = result.windowNanoseconds
            probes.fill(&record)
            // Through the record's bytes as well: what is observed must be storable.
            guard case .measured(let stored) = try MeasurementRecord(MeasurementRecord.measured(record).encoded())
            else {
                throw MeasurementFailure.failed("no measured record")
            }
            return stored.energy
        }
    }

    /// A host with nothing but these files of one hwmon chip.
    private func chip(_ files: [(String, String)]) throws -> FixtureHost {
        try FixtureHost(files: files.map { ("/sys/class/hwmon/hwmon0/" + $0, $1 + "\n") })
    }

    private func isSilent(_ energy: RecordedEnergy) -> Bool {
        // A box so busy that the sampling thread got no turn has its reason.
        energy.availability == .absent && energy.reason.contains("silent")
    }

    @Test func aRisingCounterThatBeginsAgain() throws {
        let range: UInt64 = 262_143_328_850
        let zone = "/sys/class/powercap/intel-rapl:0"
        let host = try FixtureHost(files: [
            (zone + "/name", "package-0\n"), (zone + "/max_energy_range_uj", "\(range)\n"),
            (zone + "/energy_uj", "\(range - 2_000_000)\n"),
        ])
        // 5 W are 5 microjoules a microsecond: past the range 0.4 s after the beginning, in the window.
        let energy = try record(host.root) { nanoseconds in
            let microjoules = (range - 2_000_000 + nanoseconds / 200) % range
            try? host.add(zone + "/energy_uj", "\(microjoules)\n")
        }
        #expect(energy.availability == .ok && energy.instrument == "rapl:package-0" && energy.domain == .package)
        #expect(energy.seconds == 0.6 && abs(energy.joules - 3) < 0.3, "\(energy.joules)")
        #expect(energy.samples == 2 && energy.changes == 1 && energy.updatePeriodNanoseconds == 1_000_000)
    }

    @Test func aModulesSensor() throws {
        let host = try chip([
            ("name", "ina3221"), ("in1_label", "VDD_IN"), ("in1_input", "5000"), ("curr1_input", "1000"),
            ("in2_label", "VDD_SOC"), ("in2_input", "5000"), ("curr2_input", "200"), ("update_interval", "40"),
        ])
        let whole = try record(host.root)
        if !isSilent(whole) {
            #expect(whole.instrument == "ina3221:VDD_IN" && whole.domain == .board)
            #expect(abs(whole.joules - 3) < 1e-6 && whole.samples > 10 && whole.changes == 0)
            #expect(whole.updatePeriodNanoseconds == 40_000_000)
        }
        let rail = try record(host.root, named: "ina3221:VDD_SOC")
        if !isSilent(rail) { #expect(rail.domain == .rail && abs(rail.joules - 0.6) < 1e-6) }
        let unknown = try record(host.root, named: "ina3221:VDD_GPU")
        #expect(unknown.availability == .absent && unknown.reason.contains("no energy instrument ina3221:VDD_GPU"))
    }

    @Test func aMeterWhosePowerChanges() throws {
        let host = try chip([
            ("name", "power_meter"), ("power1_average", "4000000"), ("power1_average_interval", "20"),
        ])
        let energy = try record(host.root) { nanoseconds in
            // Sampled every 20 ms: a change in step with that would never be seen.
            let watts = nanoseconds / 7_000_000 % 2 == 0 ? 3 : 5
            try? host.add("/sys/class/hwmon/hwmon0/power1_average", "\(watts)000000\n")
        }
        if isSilent(energy) { return }
        #expect(energy.instrument == "power_meter:1" && energy.domain == .wall && energy.changes > 0)
        #expect(energy.joules > 3 * 0.6 && energy.joules < 5 * 0.6)
    }

    @Test func aBattery() throws {
        let folder = "/sys/class/power_supply/BAT0"
        let host = try FixtureHost(files: [
            (folder + "/type", "Battery\n"), (folder + "/status", "Discharging\n"),
            (folder + "/power_now", "9350000\n"),
        ])
        // It is looked at four times a second: less than three seconds would be mostly gaps.
        let energy = try record(host.root, milliseconds: 3_000)
        if !isSilent(energy) {
            #expect(energy.instrument == "battery:BAT0" && energy.domain == .wall)
            #expect(abs(energy.joules - 3 * 9.35) < 1e-6 && energy.samples >= 12)
        }
        let plugged = try record(host.root, milliseconds: 400) { nanoseconds in
            if nanoseconds > 200_000_000 { try? host.add(folder + "/status", "Charging\n") }
        }
        #expect(plugged.availability == .absent && plugged.reason.contains("unplug the mains adapter"))
    }

    @Test func standingStillHasAReason() throws {
        let zone = "/sys/class/powercap/intel-rapl:0"
        let host = try FixtureHost(files: [(zone + "/name", "package-0\n"), (zone + "/energy_uj", "77\n")])
        let energy = try record(host.root, milliseconds: 400)
        #expect(energy.availability == .absent && energy.reason.contains("stood still") && energy.joules == 0)
    }

    @Test func vanishingInTheWindowHasAReason() throws {
        let host = try chip([("name", "power_meter"), ("power1_average", "4000000")])
        let energy = try record(host.root) { nanoseconds in
            if nanoseconds > 400_000_000 { host.remove("/sys/class/hwmon/hwmon0/power1_average") }
        }
        #expect(energy.availability == .absent && energy.reason.contains("no data"))
        #expect(try record(host.root, milliseconds: 400).reason.contains("measures no energy"))
    }

    @Test func deniedSaysWhatMendsIt() throws {
        let zone = "/sys/class/powercap/intel-rapl:0"
        let host = try FixtureHost(files: [(zone + "/name", "package-0\n"), (zone + "/energy_uj", "77\n")])
        let root = HostRoot(host.path, failures: [zone + "/energy_uj": EACCES])
        let energy = try record(root, milliseconds: 400)
        #expect(energy.availability == .denied && energy.reason.contains("systemd-tmpfiles"))
    }

    @Test func shortWindowsGiveNoFigure() throws {
        let host = try chip([("name", "power_meter"), ("power1_average", "4000000")])
        let energy = try record(host.root, milliseconds: 200, shortestMilliseconds: 5_000)
        #expect(energy.availability == .absent && energy.reason.contains("shorter than 5.0 s"))
    }
}
