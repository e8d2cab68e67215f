import CAllocationCounter
import Glibc
import HostProbes
import Synchronization
import Testing

@testable import MeasurementCore

/// Sleeps for a fixed time instead of running a model.
private final class SleepingRunner: QueryRunner {
    let microseconds: UInt32
    let queries = Atomic<Int>(0)

    init(microseconds: UInt32) {
        self.microseconds = microseconds
    }

    func runQuery() {
        usleep(microseconds)
        queries.add(1, ordering: .relaxed)
    }
}

/// Notes how often its thread has allocated, at every query.
private final class AllocationRunner: QueryRunner {
    let allocations = UnsafeMutableBufferPointer<Int>.allocate(capacity: 10_000)
    var queries = 0

    func runQuery() {
        usleep(1_000)
        if queries < allocations.count { allocations[queries] = edgeprof_thread_allocations() }
        queries += 1
    }

    deinit { allocations.deallocate() }
}

private struct CountingProbes: WindowProbes {
    var calls: [String] = []
    mutating func beforeWindow() { calls.append("before") }
    mutating func windowOpens() { calls.append("opens") }
    mutating func windowCloses() { calls.append("closes") }
    mutating func afterWindow() { calls.append("after") }
    func look() -> FrequencyLook { FrequencyLook() }
}

@Suite struct MeasurementSessionTests {
    private func session(milliseconds: UInt64, descriptor: Int32 = -1) -> MeasurementSession {
        MeasurementSession(
            durationNanoseconds: milliseconds * 1_000_000,
            parent: ParentWatch(descriptor: descriptor)
        )
    }

    @Test func everyInstanceIsBusyForTheWholeWindow() throws {
        let runners = (0..<3).map { _ in SleepingRunner(microseconds: 2_000) }
        var probes = CountingProbes()
        let result = try session(milliseconds: 400).run(runners, probes: &probes)
        #expect(probes.calls == ["before", "opens", "closes", "after"])
        #expect(result.windowNanoseconds == 400_000_000)
        let latency = result.latencies.recorded()
        #expect(latency.minimum >= 2_000_000)
        #expect(latency.bins.reduce(0) { $0 + $1.count } == result.latencies.count)
        // Back-to-back queries tile each instance's window but for the part-queries at both edges.
        let edges = 2 * UInt64(runners.count) * latency.maximum
        #expect(latency.sum <= 3 * result.windowNanoseconds + edges)
        #expect(latency.sum + edges >= 3 * result.windowNanoseconds)
        #expect(result.warmUpQueries > 0)
        let all = runners.reduce(0) { $0 + $1.queries.load(ordering: .relaxed) }
        #expect(UInt64(all) >= result.warmUpQueries + result.latencies.count)
        #expect(UInt64(all) <= result.warmUpQueries + result.latencies.count + 3 * 3)
    }

    @Test func nothingIsAllocatedInsideTheWindow() throws {
        let runners = [AllocationRunner(), AllocationRunner()]
        var probes = CountingProbes()
        let result = try session(milliseconds: 300).run(runners, probes: &probes)
        for runner in runners {
            // All counted queries, the first of which began inside or before the window, and the one that outlasted it.
            let counted = Int(result.latencies.count) / runners.count - 10
            try #require(counted > 20 && runner.queries < runner.allocations.count)
            let last = runner.queries - 2
            #expect(runner.allocations[last] == runner.allocations[last - counted])
        }
    }

    @Test func arrivingQueriesAreAnsweredOnceAndWaitTheirTurn() throws {
        var session = session(milliseconds: 1000)
        session.ratePerSecond = 200
        let runners = [SleepingRunner(microseconds: 4_000), SleepingRunner(microseconds: 4_000)]
        var probes = CountingProbes()
        let result = try session.run(runners, probes: &probes)
        let arrivals = ArrivalSchedule(ratePerSecond: 200)
        // The ramp is a tenth of the window or twenty queries, which here take no longer.
        try arrivals.draw(rampNanoseconds: 100_000_000, windowNanoseconds: 1_000_000_000, seed: 1)
        #expect(probes.calls == ["before", "opens", "closes", "after"])
        #expect(abs(Int(result.latencies.count) - arrivals.countedArrivals) <= 10)
        #expect(result.latencies.recorded().minimum >= 4_000_000)
        #expect(result.latencies.recorded().maximum > 4_500_000, "nobody ever waited")
    }

    @Test func moreThanTheInstancesAnswerIsSaid() throws {
        var session = session(milliseconds: 200)
        session.ratePerSecond = 20_000
        var probes = CountingProbes()
        #expect {
            try session.run([SleepingRunner(microseconds: 5_000)], probes: &probes)
        } throws: { error in
            guard case .unfinished(let reason)? = error as? MeasurementFailure else { return false }
            return reason.contains("are more than these instances answer")
        }
    }

    @Test func slowQueriesStretchTheWindow() throws {
        var probes = CountingProbes()
        let result = try session(milliseconds: 100).run([SleepingRunner(microseconds: 120_000)], probes: &probes)
        #expect(result.windowNanoseconds >= 3 * 120_000_000)
        #expect(result.latencies.count >= 1)
    }

    /// What is never steady is not waited for beyond the time given.
    @Test func settlingIsBounded() throws {
        var session = session(milliseconds: 100)
        session.settleNanoseconds = 900_000_000
        var probes = CountingProbes()
        let result = try session.run([SleepingRunner(microseconds: 2_000)], probes: &probes)
        #expect(result.tail == .unsteady)
        #expect(result.warmUpNanoseconds >= 900_000_000 && result.windowNanoseconds == 100_000_000)
    }

    @Test func aGoneParentEndsTheSessionAtOnce() throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        close(ends[0])
        defer { close(ends[1]) }
        var probes = CountingProbes()
        let began = MonotonicClock.nanoseconds
        #expect(throws: MeasurementFailure.abandoned) {
            try session(milliseconds: 60_000, descriptor: ends[1]).run(
                [SleepingRunner(microseconds: 1_000)],
                probes: &probes
            )
        }
        #expect(MonotonicClock.nanoseconds - began < 5_000_000_000)
    }
}

@Suite struct ArrivalScheduleTests {
    private func schedule(_ rate: Double, seconds: UInt64, seed: UInt64 = 1) throws -> ArrivalSchedule {
        let schedule = ArrivalSchedule(ratePerSecond: rate)
        try schedule.draw(rampNanoseconds: 0, windowNanoseconds: seconds * 1_000_000_000, seed: seed)
        return schedule
    }

    /// The number of Poisson arrivals has its mean as variance: within five standard deviations for every seed.
    @Test func asManyComeAsTheRateSays() throws {
        for seed in 1...20 as ClosedRange<UInt64> {
            let count = Double(try schedule(1000, seconds: 100, seed: seed).count)
            #expect(abs(count - 100_000) < 5 * 100_000.0.squareRoot())
        }
    }

    @Test func oneSeedGivesOneSchedule() throws {
        #expect(try schedule(50, seconds: 10).count == schedule(50, seconds: 10).count)
        #expect(try schedule(50, seconds: 10).count != schedule(50, seconds: 10, seed: 2).count)
    }

    @Test func theRampDoesNotCount() throws {
        let schedule = ArrivalSchedule(ratePerSecond: 100)
        try schedule.draw(rampNanoseconds: 5_000_000_000, windowNanoseconds: 5_000_000_000, seed: 1)
        #expect(abs(Double(schedule.countedArrivals) / Double(schedule.count) - 0.5) < 0.1)
    }

    @Test func tooManyToKeepAreRefused() {
        #expect(throws: MeasurementFailure.self) { try schedule(1_000_000, seconds: 3600) }
    }
}

@Suite struct LatencyRecorderTests {
    @Test func extremesAndSumAreExact() {
        var recorder = LatencyRecorder()
        for value: UInt64 in [1_234_567, 7_654_321, 40] { recorder.record(value, at: 0) }
        var other = LatencyRecorder()
        other.record(99_999_999, at: 0)
        recorder.add(other)
        let latency = recorder.recorded()
        #expect(latency.minimum == 40)
        #expect(latency.maximum == 99_999_999)
        #expect(latency.sum == 1_234_567 + 7_654_321 + 40 + 99_999_999)
        #expect(latency.bins.map(\.count) == [1, 1, 1, 1])
        for (bin, value) in zip(latency.bins, [40, 1_234_567, 7_654_321, 99_999_999] as [UInt64]) {
            #expect(bin.nanoseconds >= value && Double(bin.nanoseconds) <= Double(value) * 1.001)
        }
    }

    @Test func nothingIsTooLongOrTooShort() {
        var recorder = LatencyRecorder()
        recorder.record(.max, at: .max)
        recorder.record(0, at: 0)
        #expect(recorder.count == 2)
        #expect(recorder.recorded().bins.count == 2)
        #expect(recorder.recorded().maximum == LatencyRecorder.longestNanoseconds)
    }

    @Test func noQueriesGiveAnEmptySummary() {
        #expect(LatencyRecorder().recorded() == RecordedLatency())
    }
}
