import Glibc
import HostInfo
import HostTestSupport
import Testing

@testable import HostProbes

@Suite struct IdleBaselineTests {
    private func energy(_ joules: Double, seconds: UInt64, by instrument: String = "a") -> MeasuredEnergy {
        MeasuredEnergy(
            instrument: instrument,
            domain: .board,
            joules: joules,
            durationNanoseconds: seconds * 1_000_000_000,
            samples: 10,
            changes: 9,
            updatePeriodNanoseconds: 1_000_000
        )
    }

    private func baseline(
        _ joules: Double,
        busy: Double? = 0,
        governors: [String] = ["ondemand"],
        by instrument: String = "a"
    ) -> IdleBaseline {
        IdleBaseline(
            energy: energy(joules, seconds: 10, by: instrument),
            busyFraction: busy,
            governors: governors
        )
    }

    @Test func idlePowerIsTakenOff() throws {
        let run = energy(100, seconds: 20)
        let above = try #require(EnergyAboveIdle.of(run, before: baseline(30), after: baseline(31)).value)
        #expect(abs(above.idleWatts - 3.05) < 1e-12 && abs(above.joules - 39) < 1e-9)
        #expect(above.doubts.isEmpty && abs(above.driftFraction - 0.1 / 3.05) < 1e-12)
    }

    @Test func whatCastsDoubt() throws {
        let run = energy(100, seconds: 20)
        func doubts(_ before: IdleBaseline, _ after: IdleBaseline) -> [EnergyAboveIdle.Doubt]? {
            EnergyAboveIdle.of(run, before: before, after: after).value?.doubts
        }
        #expect(doubts(baseline(30), baseline(32)) == [.drift])
        #expect(doubts(baseline(32), baseline(30)) == [.drift])
        #expect(doubts(baseline(30), baseline(30, governors: ["performance"])) == [.governor])
        #expect(doubts(baseline(30, busy: 0.06), baseline(30)) == [.busy])
        #expect(doubts(baseline(30, busy: nil), baseline(30, busy: 0.04)) == [])
        #expect(doubts(baseline(0), baseline(0)) == [.drift])
        #expect(
            EnergyAboveIdle.of(run, before: baseline(30, by: "b"), after: baseline(30)).availability.status == .absent
        )
        // Less than idle is shown, not hidden.
        let less = EnergyAboveIdle.of(energy(10, seconds: 20), before: baseline(30), after: baseline(30))
        #expect(less.value.map { $0.joules < 0 && $0.doubts == [.belowIdle] } == true)
    }

    @Test func cancellingEndsTheSleep() throws {
        let host = try FixtureHost("intel-hybrid-laptop")
        let battery = try #require(EnergyInstrument.best(root: host.root).value)
        let meter = EnergyMeter(battery, root: host.root)
        let before = MonotonicClock.nanoseconds
        let reading = IdleBaseline.measure(nanoseconds: 60_000_000_000, with: meter, root: host.root) {
            MonotonicClock.nanoseconds - before > 200_000_000
        }
        #expect(reading.availability.reason?.contains("cancelled") == true)
        #expect(MonotonicClock.nanoseconds - before < 5_000_000_000)
    }

    @Test func measuringSleepsAndReadsTheGovernor() throws {
        let host = try FixtureHost("intel-hybrid-laptop")
        let battery = try #require(EnergyInstrument.best(root: host.root).value)
        let meter = EnergyMeter(battery, root: host.root, shortestWindowNanoseconds: 1_000_000)
        let before = MonotonicClock.nanoseconds
        let reading = IdleBaseline.measure(nanoseconds: 600_000_000, with: meter, root: host.root)
        #expect(MonotonicClock.nanoseconds - before >= 600_000_000)
        switch reading {
        case .value(let baseline):
            #expect(abs(baseline.watts - 9.35) < 1e-6 && baseline.governors == ["powersave"])
            // The fixture's clock stands still.
            #expect(baseline.busyFraction == nil)
        case .unavailable(let why): #expect(why.reason?.contains("silent") == true)
        }
    }
}
