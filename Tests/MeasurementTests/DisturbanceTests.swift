import EdgeprofAPI
import HostInfo
import Testing

@testable import Measurement
@testable import MeasurementCore

/// Each rule at its threshold, and what must not trip it.
@Suite struct DisturbanceTests {
    private func flags(threads: Int = 2, _ change: (inout MeasuredRecord) -> Void) -> [Flag] {
        var record = RunDraftTests.record
        change(&record)
        return Disturbances.flags(of: record, threads: threads)
    }

    @Test func othersThatWaitAreLoad() {
        #expect(flags { $0.load.othersWaitFraction = RecordedValue(0.11) } == [.otherLoad])
        #expect(flags { $0.load.othersWaitFraction = RecordedValue(0.09) } == [])
        #expect(flags { $0.load.pressureByOthersFraction = RecordedValue(0.11) } == [.otherLoad])
        // Run queues know better than pressure.
        #expect(
            flags {
                $0.load.pressureByOthersFraction = RecordedValue(0.9)
                $0.load.othersWaitFraction = RecordedValue(0.01)
            } == []
        )
        // Three threads on two CPUs: whoever waits may wait because of us. What others run is told as ever.
        #expect(flags(threads: 3) { $0.load.othersWaitFraction = RecordedValue(3) } == [])
        #expect(flags(threads: 3) { $0.processor.busyNanoseconds = 2_300_000_000 } == [.otherLoad])
    }

    @Test func ownWaitingIsNoDisturbance() {
        #expect(
            flags {
                $0.load.ownWaitFraction = RecordedValue(0.9)
                $0.load.cpuPressureFraction = RecordedValue(1)
            } == []
        )
    }

    @Test func swappingByOthers() {
        // Two seconds.
        #expect(flags { $0.load.swapByOthersPages = RecordedValue(201) } == [.swapping])
        #expect(flags { $0.load.swapByOthersPages = RecordedValue(200) } == [])
        func brief(_ pages: Double) -> [Flag] {
            flags {
                $0.processor.stretchNanoseconds = 100_000_000
                $0.processor.busyNanoseconds = 0
                $0.load.swapByOthersPages = RecordedValue(pages)
            }
        }
        #expect(brief(64) == [] && brief(65) == [.swapping])
    }

    @Test func standingStill() {
        #expect(flags { $0.heat.longestGapNanoseconds = RecordedValue(1.2e9) } == [.stopped])
        #expect(flags { $0.heat.longestGapNanoseconds = RecordedValue(0.9e9) } == [])
        #expect(flags { $0.load.suspendedNanoseconds = RecordedValue(5e6) } == [.stopped])
    }

    /// The wall clock is ahead of the monotonic clock by the time asleep: nobody set it.
    @Test func sleepIsNoClockStep() {
        func flags(slept: Double, moved: Int64) -> [Flag] {
            self.flags {
                $0.load.suspendedNanoseconds = RecordedValue(slept)
                $0.clockStepNanoseconds = moved
            }
        }
        #expect(flags(slept: 3e9, moved: 3_000_100_000) == [.stopped])
        #expect(flags(slept: 3e9, moved: 0) == [.clockStep, .stopped])
        #expect(flags(slept: 0, moved: 3_000_100_000) == [.clockStep])
        #expect(flags(slept: 1e18, moved: .min) == [.clockStep, .stopped])
    }

    @Test func cpusThatChange() {
        #expect(flags { $0.load.vanishedCPUs = RecordedValue(1) } == [.cpusChanged])
        #expect(flags { $0.load.newCPUs = RecordedValue(1) } == [.cpusChanged])
        #expect(flags { $0.load.newCPUs = RecordedValue(0) } == [])
    }

    @Test func cappedAndThrottled() {
        #expect(flags { $0.heat.cappedCPUs = RecordedValue(1) } == [.frequencyCapped])
        #expect(flags { $0.heat.loweredCPUs = RecordedValue(1) } == [.frequencyCapped])
        #expect(
            flags {
                $0.steadyClock()
                $0.heat.throttled = ["CPU 3 throttled"]
            } == [.throttled]
        )
        #expect(
            flags {
                $0.steadyClock()
                $0.heat.slowedFraction = RecordedValue(0.1)
            } == [.throttled]
        )
        #expect(flags { $0.heat.slowedFraction = RecordedValue(0) } == [])
    }

    @Test func aFallingClockIsABurst() {
        func clock(_ first: Double, _ last: Double, throttled: Bool = false, tail: RecordedTail = .notAskedFor)
            -> [Flag]
        {
            flags {
                $0.heat.firstThirdHertz = RecordedValue(first)
                $0.heat.lastThirdHertz = RecordedValue(last)
                $0.heat.throttled = throttled ? ["cooling by Processor"] : []
                $0.tail = tail
            }
        }
        #expect(clock(2e9, 1.95e9) == [] && clock(2e9, 1.93e9) == [.burst])
        // It may rise: a governor that wakes up late.
        #expect(clock(1e9, 2e9) == [])
        // Throttled and steady is how the box serves; throttled and moving either way is on its way there.
        #expect(clock(2e9, 1.97e9, throttled: true) == [.throttled])
        #expect(clock(2e9, 1.95e9, throttled: true) == [.throttled, .burst])
        #expect(clock(1.9e9, 2e9, throttled: true) == [.throttled, .burst])
        #expect(clock(2e9, 2e9, throttled: true, tail: .unsteady) == [.throttled, .burst])
        #expect(clock(2e9, 2e9, tail: .unsteady) == [])
        // However long it was waited for: the clock fell in the window.
        #expect(clock(2e9, 1.9e9, tail: .steady) == [.burst])
    }

    /// A governor lets the clock follow the queries that arrive: that is no heat.
    @Test func aWaitingServersClockMayFall() {
        var record = RunDraftTests.record
        record.heat.firstThirdHertz = RecordedValue(2e9)
        record.heat.lastThirdHertz = RecordedValue(1e9)
        #expect(Disturbances.flags(of: record, threads: 1, isBusy: false) == [])
        record.heat.throttled = ["firmware: throttled"]
        #expect(Disturbances.flags(of: record, threads: 1, isBusy: false) == [.throttled, .burst])
    }

    @Test func throttlingWithoutAClockNeedsTheTail() {
        func flags(_ tail: RecordedTail) -> [Flag] {
            self.flags {
                $0.heat.throttled = ["firmware: throttled"]
                $0.tail = tail
            }
        }
        #expect(flags(.notAskedFor) == [.throttled, .burst] && flags(.unsteady) == [.throttled, .burst])
        #expect(flags(.steady) == [.throttled] && flags(.steadyLatency) == [.throttled])
    }

    @Test func newDisturbancesKeepRunsFromRankings() {
        let disturbances: Set<Flag> = [.stolenTime, .otherLoad, .clockStep, .swapping, .stopped, .cpusChanged]
        #expect(Set(Flag.allCases.filter(\.isDisturbance)) == disturbances)
    }

    @Test func aStoppedChildIsFlaggedHoweverItEnded() {
        let draft = RunDraft(
            model: .zoo("m"),
            settings: MeasurementSettings(),
            host: HostFacts(.current()),
            producer: "p"
        )
        var result = ChildResult(status: .signaled(9), wasStopped: true, timedOut: true)
        let late = draft.run(ChildEnd(result, timeoutSeconds: 5, kernelKilled: false))
        #expect(late.outcome == .timeout && late.flags == [.stopped])
        #expect(late.outcomeReason == "not finished after 5.0 s; it was stopped (SIGSTOP)")
        result = ChildResult(
            status: .exited(0),
            wasStopped: true,
            output: MeasurementRecord.measured(RunDraftTests.record).encoded()
        )
        let run = draft.run(ChildEnd(result, timeoutSeconds: 5, kernelKilled: false))
        #expect(run.outcome == .ok && run.flags == [.stopped], "\(run.outcomeReason ?? "")")
        result.wasStopped = false
        #expect(draft.run(ChildEnd(result, timeoutSeconds: 5, kernelKilled: false)).flags == [])
    }

    @Test func heatLoadAndWarmUpGoWithTheRun() throws {
        var record = RunDraftTests.record
        record.warmUpNanoseconds = 31_500_000_000
        record.warmUpQueries = 17
        record.warmUpSettled = true
        record.tail = .steadyLatency
        record.heat.throttling = .ok
        record.heat.throttlingUnknown = ""
        record.heat.hottestCelsius = RecordedValue(71)
        record.heat.governors = ["schedutil"]
        record.load.ownWaitFraction = RecordedValue(0.5)
        let draft = RunDraft(
            model: .zoo("m"),
            settings: MeasurementSettings(),
            host: HostFacts(.current()),
            producer: "p"
        )
        let run = draft.run(ChildEnd(outcome: .ok, record: record))
        #expect(run.warmUp == Run.WarmUp(seconds: 31.5, queries: 17, isSettled: true, tail: .steadyLatency))
        let heat = try #require(run.heat)
        #expect(heat.throttling == .init(availability: .ok) && heat.hottestCelsius == MeasuredValue(71))
        #expect(heat.meanHertz == MeasuredValue(unavailable: .absent, reason: "not looked at"))
        #expect(heat.governors == ["schedutil"] && run.load?.ownWaitFraction == MeasuredValue(0.5))
    }
}

extension MeasuredRecord {
    fileprivate mutating func steadyClock() {
        heat.firstThirdHertz = RecordedValue(2e9)
        heat.lastThirdHertz = RecordedValue(2e9)
    }
}
