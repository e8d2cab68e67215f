import EdgeprofAPI
import HTTPTestServer
import HTTPTransport
import Logging
import Spool
import Synchronization
import Testing
import Uploader

@testable import AgentRuntime

/// One round of work: real spool, real HTTP.
@Suite struct OnceTests {
    private func enrolled() async throws -> (Rig, FakeCollector) {
        let (rig, collector) = (try Rig(), try FakeCollector())
        try await rig.enroll(collector.url)
        return (rig, collector)
    }

    /// Does a round; nil when all was done, else why not.
    private func round(
        _ rig: Rig,
        patience: Double,
        measure: @escaping Measure = Rig.measureAtOnce
    ) async throws -> String? {
        _ = try await rig.openSpool()
        var configuration = Agent.Configuration()
        configuration.startupJitter = .zero
        configuration.pace.backoff = Backoff(base: .milliseconds(5), cap: .milliseconds(20))
        configuration.workOnce(givingUpAfter: patience)
        let agent = try Agent(
            directory: try StateDirectory(rig.state, create: false),
            configuration: configuration,
            transport: { _ in rig.transport },
            logger: Logger(label: "test") { _ in rig.log },
            host: { Rig.host($0) },
            measure: measure
        )
        do {
            try await agent.run(gracefulShutdownSignals: [])
            return nil
        } catch let error as AgentError {
            #expect(error.code == .unfinished)
            return error.message
        }
    }

    @Test func withNothingToDoItEnds() async throws {
        let (rig, collector) = try await enrolled()
        defer { collector.server.stop() }
        #expect(try await round(rig, patience: 0) == nil)
        #expect(collector.runs.isEmpty)
    }

    @Test func allThatIsOpenIsCarriedOutAndHandedOver() async throws {
        let (rig, collector) = try await enrolled()
        defer { collector.server.stop() }
        for number in 1...5 { collector.assign("task-\(number)") }
        #expect(try await round(rig, patience: 10) == nil)
        #expect(Set(collector.runs.compactMap(\.assignmentId)) == Set((1...5).map { "task-\($0)" }))
        #expect(try await rig.openSpool().statistics.records == 0)
        #expect(!collector.with { $0.heartbeats }.isEmpty)
    }

    @Test func workThatComesMeanwhileIsDoneToo() async throws {
        let (rig, collector) = try await enrolled()
        defer { collector.server.stop() }
        collector.assign("first")
        let result = try await round(rig, patience: 10) { order in
            if order.assignment.id == "first" { collector.assign("second") }
            return Rig.run(for: order)
        }
        #expect(result == nil && collector.runs.count == 2)
    }

    @Test func anUnreachableCollectorIsGivenUpAtOnceOrAfterAWhile() async throws {
        let (rig, collector) = try await enrolled()
        collector.server.stop()
        #expect(try await round(rig, patience: 0)?.contains("0 runs wait") == true)
        let began = ContinuousClock.now
        #expect(try await round(rig, patience: 0.5)?.contains("not all was done") == true)
        #expect((.milliseconds(450)...Duration.seconds(10)).contains(ContinuousClock.now - began))
    }

    @Test func runsLeftBehindAreCountedAndHandedOverNextTime() async throws {
        let (rig, collector) = try await enrolled()
        defer { collector.server.stop() }
        collector.assign("task")
        let told = try await round(rig, patience: 0.2) { order in
            collector.with { $0.fault = .answer(503) }
            return Rig.run(for: order)
        }
        #expect(told?.contains("1 runs wait to be sent") == true, "\(told ?? "all done")")
        collector.with { $0.fault = nil }
        #expect(try await round(rig, patience: 5) == nil)
        #expect(collector.runs.count == 1)
    }

    @Test func whatCannotBeMeasuredNowIsGivenUp() async throws {
        struct Trouble: Error {}
        let (rig, collector) = try await enrolled()
        defer { collector.server.stop() }
        collector.assign("task")
        let told = try await round(rig, patience: 0.1) { _ in throw Trouble() }
        #expect(told?.contains("resnet18 cannot be measured now") == true, "\(told ?? "all done")")
    }

    @Test func aRejectedRunDoesNotKeepItWaiting() async throws {
        let (rig, collector) = try await enrolled()
        defer { collector.server.stop() }
        collector.with { $0.rejects = ["resnet18"] }
        collector.assign("task")
        let taken = Mutex(0)
        let told = try await round(rig, patience: 5) { order in
            taken.withLock { $0 += 1 }
            return Rig.run(for: order)
        }
        #expect(told == nil && taken.withLock { $0 } == 1)
    }
}
