import EdgeprofAPI
import Glibc
import HostInfo
import HostProbes
import HostTestSupport
import Testing

@testable import Measurement
@testable import MeasurementCore

@Suite struct IdlePowerTests {
    private let watts = "/sys/class/hwmon/hwmon0/power1_average"

    private func host() throws -> FixtureHost {
        try FixtureHost(files: [
            ("/sys/class/hwmon/hwmon0/name", "power_meter\n"), (watts, "3000000\n"),
            ("/sys/class/hwmon/hwmon0/power1_average_interval", "20\n"),
            ("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "schedutil\n"),
            ("/sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq", "1000\n"),
        ])
    }

    private func power(
        _ root: HostRoot,
        named: String? = nil,
        idleSeconds: Double? = 0.4,
        durationSeconds: Double = 10
    ) -> IdlePower {
        IdlePower(
            MeasurementSettings(durationSeconds: durationSeconds, idleSeconds: idleSeconds),
            named: named,
            root: root,
            shortestNanoseconds: 300_000_000
        )
    }

    /// A run of ten seconds at 5 W.
    private func energy(by instrument: String = "power_meter:1") -> RecordedEnergy {
        RecordedEnergy(
            MeasuredEnergy(
                instrument: instrument,
                domain: .wall,
                joules: 50,
                durationNanoseconds: 10_000_000_000,
                samples: 100,
                changes: 90,
                updatePeriodNanoseconds: 20_000_000
            ),
            windowNanoseconds: 10_000_000_000
        )
    }

    private func idle(
        _ power: IdlePower,
        _ energy: RecordedEnergy,
        between: () throws -> Void = {}
    ) throws -> (idle: Run.Energy.Idle?, calls: Int) {
        var power = power
        var calls = 0
        try power.measureBefore(MeasurementCancellation()) { calls += 1 }
        try between()
        try power.measureAfter(energy, MeasurementCancellation()) { calls += 1 }
        return (power.idle(beside: energy), calls)
    }

    /// A box so busy that the sampling thread got no turn has its reason.
    private func isSilent(_ idle: Run.Energy.Idle) -> Bool { idle.reason?.contains("silent") == true }

    @Test func theMeanOfBothIsTakenOff() throws {
        let host = try host()
        let power = power(host.root)
        #expect(power.instrument == "power_meter:1")
        let (found, calls) = try idle(power, energy())
        let idle = try #require(found)
        if isSilent(idle) { return }
        #expect(calls == 2 && idle.availability == .ok && idle.reason == nil)
        #expect(abs((idle.beforeWatts ?? 0) - 3) < 1e-6 && abs((idle.afterWatts ?? 0) - 3) < 1e-6)
        #expect(abs((idle.joulesAboveIdle ?? 0) - 20) < 1e-6 && (idle.driftFraction ?? 1) < 1e-6)
        #expect(idle.doubts == [] && idle.governors == ["schedutil"] && idle.busyFraction == nil)
        #expect((idle.seconds ?? 0) >= 0.4 && (idle.seconds ?? 9) < 5)
    }

    @Test func driftAndAnotherGovernorCastDoubt() throws {
        let host = try host()
        let (found, _) = try idle(power(host.root), energy()) {
            try host.add(watts, "4000000\n")
            try host.add("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "performance\n")
        }
        let idle = try #require(found)
        if isSilent(idle) { return }
        #expect(idle.doubts == [.drift, .governor] && idle.governors == ["performance", "schedutil"])
        #expect(abs((idle.driftFraction ?? 0) - 1 / 3.5) < 1e-6 && abs((idle.joulesAboveIdle ?? 0) - 15) < 1e-6)
        var run = RunDraftTests.run(energy())
        run.setIdle(idle)
        #expect(run.flags.contains(.idleDrift) && run.energy?.idle == idle)
        var undoubted = RunDraftTests.run(energy())
        undoubted.setIdle(Run.Energy.Idle(unavailable: .absent, reason: "none"))
        #expect(!undoubted.flags.contains(.idleDrift))
    }

    @Test func withoutAnInstrumentNoTimeIsSpent() throws {
        let denied = HostRoot(try host().path, failures: [watts: EACCES])
        for root in [try FixtureHost(files: [("/sys/", "")]).root, denied] {
            let began = MonotonicClock.nanoseconds
            let (idle, calls) = try idle(power(root), RecordedEnergy(unavailable: .absent, reason: "none"))
            #expect(idle == nil && calls == 0)
            #expect(MonotonicClock.nanoseconds - began < 500_000_000)
        }
    }

    @Test func whatIsNotAskedForIsNotMeasured() throws {
        let root = try host().root
        for power in [power(root, idleSeconds: 0), power(root, durationSeconds: 0.2)] {
            let began = MonotonicClock.nanoseconds
            let (idle, calls) = try idle(power, energy())
            #expect(idle?.availability == .absent && idle?.reason?.isEmpty == false && calls == 0)
            #expect(idle?.joulesAboveIdle == nil && idle?.doubts == nil)
            #expect(MonotonicClock.nanoseconds - began < 500_000_000)
        }
    }

    @Test func anInstrumentThatVanishesHasItsReason() throws {
        let host = try host()
        let (found, calls) = try idle(power(host.root), energy()) { host.remove(watts) }
        let idle = try #require(found)
        #expect(calls == 2 || isSilent(idle))
        #expect(idle.availability == .absent && (idle.reason?.contains("no data") == true || isSilent(idle)))
    }

    @Test func anotherInstrumentGivesNoDifference() throws {
        let (found, _) = try idle(power(try host().root), energy(by: "rapl:package-0"))
        let idle = try #require(found)
        #expect(idle.reason?.contains("another instrument") == true || isSilent(idle))
    }

    @Test func aNameThatIsNotThereIsLeftToTheChild() throws {
        let power = power(try host().root, named: "ina3221:VDD_IN")
        #expect(power.instrument == "ina3221:VDD_IN")
        let (idle, calls) = try idle(power, RecordedEnergy(unavailable: .absent, reason: "no such instrument"))
        #expect(idle == nil && calls == 0)
    }

    @Test func cancellingEndsABaseline() throws {
        let cancellation = MeasurementCancellation()
        var power = power(try host().root, idleSeconds: 600)
        let began = MonotonicClock.nanoseconds
        let thread = try MeasurementThread {
            usleep(1_500_000)
            cancellation.cancel()
        }
        #expect { try power.measureBefore(cancellation) {} } throws: { ($0 as? MeasurementError)?.code == .cancelled }
        thread.join()
        #expect(MonotonicClock.nanoseconds - began < 10_000_000_000)
    }
}
