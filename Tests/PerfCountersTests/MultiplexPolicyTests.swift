import HostInfo
import Testing

@testable import PerfCounters

@Suite struct MultiplexPolicyTests {
    private let second: UInt64 = 1_000_000_000

    private func reading(
        _ raw: UInt64,
        of counter: Counter = .cacheMisses,
        enabled: UInt64,
        running: UInt64
    ) -> CounterReading {
        MultiplexPolicy.standard.reading(
            counter,
            rawValue: raw,
            enabledNanoseconds: enabled,
            runningNanoseconds: running
        )
    }

    @Test func liveThroughoutIsTakenAsItIs() {
        let whole = reading(1234, enabled: 500, running: 500)
        #expect(whole.value == 1234 && whole.rawValue == 1234)
        #expect(!whole.isScaled && whole.liveFraction == 1 && whole.availability == .ok)
    }

    @Test func noMissesAtAllIsAValue() {
        #expect(reading(0, enabled: second, running: second).value == 0)
    }

    @Test func liveInPartIsScaledAndSaysSo() {
        let quarter = reading(100, enabled: second, running: second / 4)
        #expect(quarter.value == 400 && quarter.rawValue == 100)
        #expect(quarter.isScaled && quarter.liveFraction == 0.25)
    }

    @Test func tooShortALiveTimeIsRefusedWithTheRawCountKept() {
        for (enabled, running) in [(second, second / 20), (20_000_000, 9_000_000), (second, 0)] {
            let refused = reading(100, enabled: enabled, running: running)
            #expect(refused.value == nil && refused.rawValue == 100)
            #expect(refused.availability.status == .denied && refused.availability.remedy != nil)
        }
    }

    @Test func noWindowIsNotZero() {
        let none = reading(0, enabled: 0, running: 0)
        #expect(none.value == nil && none.availability.status == .absent)
    }

    @Test func aCounterThatStandsStillIsNotBelieved() {
        #expect(reading(0, of: .cycles, enabled: second, running: second).value == nil)
        #expect(reading(0, of: .instructions, enabled: second, running: second).availability.status == .absent)
        // Hardly live, it had no chance to move: that is the reason then.
        let brief = reading(0, of: .cycles, enabled: second, running: second / 20)
        #expect(brief.availability.status == .denied)
        #expect(reading(0, of: .branchMisses, enabled: second, running: second).value == 0)
    }

    @Test func runningLongerThanEnabledIsTakenAsThroughout() {
        // The kernel updates the two at slightly different moments.
        #expect(reading(7, enabled: 1000, running: 1001).value == 7)
    }

    @Test func scalingDoesNotOverflow() {
        #expect(MultiplexPolicy.scaled(.max, by: 2, over: 2) == .max)
        #expect(MultiplexPolicy.scaled(.max, by: 3, over: 2) == nil)
        #expect(MultiplexPolicy.scaled(1 << 40, by: 1 << 40, over: 1 << 39) == 1 << 41)
        let huge = reading(.max, enabled: second, running: second / 2)
        #expect(huge.value == nil && huge.availability.status == .absent)
    }
}
