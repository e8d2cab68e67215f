import EdgeprofAPI
import Foundation
import HTTPTestServer
import Spool
import Synchronization
import Testing

@testable import AgentRuntime

/// Whole agents against a collector over HTTP, the measurement injected.
@Suite struct AgentTests {
    private func enrolled() async throws -> (Rig, FakeCollector) {
        let (rig, collector) = (try Rig(), try FakeCollector())
        try await rig.enroll(collector.url)
        return (rig, collector)
    }

    @Test func everyAssignmentGetsItsRun() async throws {
        let (rig, collector) = try await enrolled()
        defer { collector.server.stop() }
        for index in 0..<20 { collector.assign("task-\(index)") }
        try await rig.start()
        #expect(try await eventually { collector.runs.count == 20 })
        collector.assign("later")
        #expect(try await eventually { collector.runs.count == 21 })
        await rig.stop()
        #expect(Set(collector.runs.compactMap(\.assignmentId)).count == 21)
        #expect(collector.runs.allSatisfy { $0.agentId == "agent-1" && $0.jobId == "job-1" })
    }

    @Test func heartbeatsTellSpoolAndCost() async throws {
        let (rig, collector) = try await enrolled()
        defer { collector.server.stop() }
        try await rig.start()
        #expect(try await eventually { collector.with { $0.heartbeats.count } >= 3 })
        await rig.stop()
        let heartbeat = try #require(collector.with { $0.heartbeats.last })
        #expect(heartbeat.rssBytes > 1 << 20 && heartbeat.cpuSeconds > 0)
        #expect(heartbeat.spoolRecords == 0 && heartbeat.droppedRecords == 0)
        #expect(heartbeat.utcOffsetSeconds == TimeZone.current.secondsFromGMT())
        #expect(heartbeat.version == Edgeprof.version && heartbeat.host.hostname == "attic")
    }

    /// A cancellation and a job of higher priority that come while a measurement runs count from the next one on.
    @Test func whatTheCollectorDecidesMeanwhileCountsAtOnce() async throws {
        let (rig, collector) = try await enrolled()
        defer { collector.server.stop() }
        for id in ["first", "cancelled", "last"] { collector.assign(id) }
        let measured = Mutex<[String]>([])
        try await rig.start { order in
            if order.assignment.id == "first" {
                collector.with { state in
                    let urgent = Assignment(id: "urgent", jobId: "job-1", model: "m", settings: JobSettings())
                    state.assignments.removeAll { $0.id == "cancelled" }
                    state.assignments.insert(urgent, at: 0)
                }
            }
            measured.withLock { $0.append(order.assignment.id) }
            return Rig.run(for: order)
        }
        #expect(try await eventually { collector.runs.count == 3 })
        await rig.stop()
        #expect(measured.withLock { $0 } == ["first", "urgent", "last"])
    }

    /// The run of a cancelled assignment that was being measured is sent all the same.
    @Test func aRunThatIsLateForItsAssignmentIsSent() async throws {
        let (rig, collector) = try await enrolled()
        defer { collector.server.stop() }
        collector.assign("task")
        try await rig.start { order in
            collector.with { $0.assignments = [] }
            return Rig.run(for: order)
        }
        #expect(try await eventually { collector.runs.map(\.assignmentId) == ["task"] })
        await rig.stop()
    }

    @Test func aMeasurementIsToldOfBeforeItBegins() async throws {
        let (rig, collector) = try await enrolled()
        defer { collector.server.stop() }
        collector.assign("task")
        let told = Mutex<Heartbeat.Measuring?>(nil)
        try await rig.start { order in
            told.withLock { $0 = collector.with { $0.heartbeats.last?.measuring } }
            return Rig.run(for: order)
        }
        #expect(try await eventually { collector.runs.count == 1 })
        #expect(try await eventually { collector.with { $0.heartbeats.last?.measuring == nil } })
        await rig.stop()
        let measuring = try #require(told.withLock { $0 })
        #expect(measuring.expectedSeconds > 60 && measuring.model == collector.runs.first?.model.name)
        let last = try #require(collector.with { $0.heartbeats.last })
        #expect(last.peakRssBytes ?? 0 >= last.rssBytes && last.sentBytes ?? 0 > 100)
    }

    @Test func theExpectedTimeIsWithinTheWiresBounds() {
        #expect(Heartbeats.expectedSeconds(MeasurementSettings(durationSeconds: 600)) == 780)
        #expect((0...86_400).contains(Heartbeats.expectedSeconds(MeasurementSettings(durationSeconds: 1e300))))
    }

    @Test func runsAreWorthWhatTheySay() {
        let assignment = Assignment(id: "a", jobId: "j", model: "m", settings: JobSettings())
        let order = MeasurementOrder(assignment, on: Rig.host)
        var run = Rig.run(for: order)
        #expect(Spool.Worth(run) == .high)
        run.flags = [.burst, .throttled]
        #expect(Spool.Worth(run) == .high)
        run.flags = [.burst, .otherLoad]
        #expect(Spool.Worth(run) == .middle)
        #expect(Spool.Worth(Rig.run(for: order, outcome: .crashed)) == .low)
    }

    @Test func aStandInMarksItsHost() async throws {
        let (rig, collector) = (try Rig(), try FakeCollector())
        defer { collector.server.stop() }
        try await rig.enroll(collector.url, limits: HostLimits(cpus: [1], isa: "avx2"))
        collector.assign("task")
        try await rig.start()
        #expect(try await eventually { collector.runs.count == 1 })
        await rig.stop()
        let run = try #require(collector.runs.first)
        #expect(run.host.limits == HostLimits(cpus: [1], isa: "avx2") && run.instances == 1)
    }

    @Test func nothingIsSentWhileMeasuring() async throws {
        let (rig, collector) = try await enrolled()
        defer { collector.server.stop() }
        for index in 0..<3 { collector.assign("task-\(index)") }
        let seen = Mutex<[Int]>([])
        try await rig.start { order in
            let before = collector.server.requests.count
            try await Task.sleep(for: .milliseconds(200))
            let sent = collector.server.requests.count - before
            seen.withLock { $0.append(sent) }
            return Rig.run(for: order)
        }
        #expect(try await eventually { collector.runs.count == 3 })
        await rig.stop()
        #expect(seen.withLock { $0 } == [0, 0, 0])
        // The uploader has its turn between two measurements, not after the last.
        #expect(collector.with { $0.uploads } >= 2)
    }

    @Test func aCollectorThatGoesAndComesBackGetsEveryRunOnce() async throws {
        let (rig, collector) = try await enrolled()
        for index in 0..<5 { collector.assign("task-\(index)") }
        let measured = Mutex<[String]>([])
        try await rig.start { order in
            if measured.withLock({ $0.count }) == 2 { collector.server.stop() }
            measured.withLock { $0.append(order.assignment.id) }
            return Rig.run(for: order)
        }
        // What is next is the collector's to say, so nothing more is measured while it is away.
        #expect(try await eventually { measured.withLock { $0.count } == 3 })
        try await Task.sleep(for: .milliseconds(300))
        #expect(measured.withLock { $0.count } == 3)
        let before = collector.runs.count
        #expect(before < 5)
        // The same port, with what was stored still stored.
        let back = try FakeCollector(port: collector.server.port)
        defer { back.server.stop() }
        let (assignments, runs) = (collector.with { $0.assignments }, collector.with { $0.runs })
        back.with { state in
            state.assignments = assignments
            state.runs.merge(runs) { $1 }
        }
        #expect(try await eventually { Set(back.runs.compactMap(\.assignmentId)).count == 5 })
        #expect(try await eventually { back.with { $0.open.isEmpty } })
        await rig.stop()
        #expect(measured.withLock { $0 } == (0..<5).map { "task-\($0)" })
        // Out of reach, back again: not a line a try.
        #expect(rig.log.lines.filter { $0.contains("connection refused") || $0.contains("closed") }.count <= 2)
    }

    @Test func stoppingInTheMiddleOfAMeasurementTakesItAgainLater() async throws {
        let (rig, collector) = try await enrolled()
        defer { collector.server.stop() }
        collector.assign("task")
        let started = Mutex(0)
        try await rig.start { _ in
            started.withLock { $0 += 1 }
            try await Task.sleep(for: .seconds(60))
            throw CancellationError()
        }
        #expect(try await eventually { started.withLock { $0 } == 1 })
        let clock = ContinuousClock.now
        await rig.stop()
        #expect(ContinuousClock.now - clock < .seconds(15))
        #expect(try await rig.openSpool().statistics.records == 0)
        try await rig.start()
        #expect(try await eventually { collector.runs.count == 1 })
        await rig.stop()
    }

    @Test func stoppingDuringALongPollIsPrompt() async throws {
        let (rig, collector) = try await enrolled()
        defer { collector.server.stop() }
        try await rig.start()
        #expect(try await eventually { collector.with { $0.polls } > 0 })
        let clock = ContinuousClock.now
        await rig.stop()
        #expect(ContinuousClock.now - clock < .seconds(15))
    }

    @Test func aRunInTheSpoolIsNotTakenAgainAfterARestart() async throws {
        let (rig, collector) = try await enrolled()
        defer { collector.server.stop() }
        collector.assign("task")
        try await rig.start { order in
            // From here on nothing gets through: the run stays in the spool.
            collector.with { $0.fault = .answer(503) }
            return Rig.run(for: order)
        }
        #expect(try await eventually { rig.log.lines.contains { $0.hasPrefix("measured") } })
        await rig.stop()
        collector.with { $0.fault = nil }
        try await rig.start { _ in
            Issue.record("measured twice")
            throw CancellationError()
        }
        #expect(try await eventually { collector.runs.count == 1 })
        await rig.stop()
    }

    @Test func aRejectedRunIsSetAsideAndNotTakenOverAndOver() async throws {
        let (rig, collector) = try await enrolled()
        defer { collector.server.stop() }
        collector.with { _ = $0.rejects.insert("bad") }
        collector.assign("task-1", model: "bad")
        collector.assign("task-2", model: "good")
        let measured = Mutex<[String]>([])
        try await rig.start { order in
            measured.withLock { $0.append(order.assignment.model) }
            return Rig.run(for: order)
        }
        #expect(try await eventually { collector.runs.count == 1 })
        try await Task.sleep(for: .milliseconds(200))
        await rig.stop()
        #expect(measured.withLock { $0.sorted() } == ["bad", "good"])
        #expect(rig.log.lines.contains { $0.contains("not wanted") })
    }

    @Test func aRefusedTokenIsSaidOnceAndNothingIsLost() async throws {
        let (rig, collector) = try await enrolled()
        defer { collector.server.stop() }
        collector.assign("task")
        collector.with { $0.acceptsToken = false }
        try await rig.start()
        #expect(try await eventually { collector.server.requests.count > 10 })
        #expect(rig.log.lines.filter { $0.contains("enroll --force") }.count == 1)
        collector.with { $0.acceptsToken = true }
        #expect(try await eventually { collector.runs.count == 1 })
        await rig.stop()
    }

    @Test(arguments: [
        HTTPTestServer.Reply.answer(500), .json(200, "garbage"), .json(200, #"{"assignments":[{"id":1}]}"#), .raw([]),
        .answer(429, headers: ["Retry-After": "0"]),
    ])
    func theLoopGoesOnWhateverIsAnswered(fault: HTTPTestServer.Reply) async throws {
        let (rig, collector) = try await enrolled()
        defer { collector.server.stop() }
        collector.with { $0.fault = fault }
        try await rig.start()
        #expect(try await eventually { collector.server.requests.count > 10 })
        collector.assign("task")
        collector.with { $0.fault = nil }
        #expect(try await eventually { collector.runs.count == 1 })
        await rig.stop()
    }

    @Test func assignmentsWithImpossibleNamesAreLeftAlone() async throws {
        let (rig, collector) = try await enrolled()
        defer { collector.server.stop() }
        for id in ["", "a b", "naïve", String(repeating: "x", count: 200)] { collector.assign(id) }
        collector.assign("task")
        try await rig.start()
        #expect(try await eventually { collector.runs.count == 1 })
        try await Task.sleep(for: .milliseconds(50))
        await rig.stop()
        #expect(collector.runs.map(\.assignmentId) == ["task"])
    }

    @Test func aBoxThatCannotMeasureNowTriesAgain() async throws {
        struct Trouble: Error {}
        let (rig, collector) = try await enrolled()
        defer { collector.server.stop() }
        collector.assign("task")
        let tries = Mutex(0)
        try await rig.start { order in
            let count = tries.withLock { tries in
                tries += 1
                return tries
            }
            if count < 3 { throw Trouble() }
            return Rig.run(for: order)
        }
        #expect(try await eventually { collector.runs.count == 1 })
        await rig.stop()
        #expect(tries.withLock { $0 } == 3)
    }

    @Test func aRunThatJSONHasNoFormForDoesNotEndTheAgent() async throws {
        let (rig, collector) = try await enrolled()
        defer { collector.server.stop() }
        collector.assign("task")
        let tries = Mutex(0)
        try await rig.start { order in
            let isFirst = tries.withLock { tries in
                tries += 1
                return tries == 1
            }
            var run = Rig.run(for: order)
            run.throughputPerSecond = isFirst ? .infinity : 1
            return run
        }
        #expect(try await eventually { collector.runs.count == 1 })
        await rig.stop()
    }
}
