import CAllocationCounter
import EdgeprofAPI
import Glibc
import HostInfo
import Testing

@testable import Measurement
@testable import MeasurementCore

/// Zoo models, packed and measured by the real child; no test asserts an absolute time.
extension RealHelperTests {
    @Suite struct EndToEndTests {
        private let folder = TemporaryFolder()

        private func measurer(limits: HostLimits? = nil, inGroups: Bool = true) throws -> Measurer {
            var measurer = try Measurer(cacheDirectory: folder.path + "/cache", limits: limits, helper: RealHelper.path)
            if !inGroups { measurer.controlGroups = nil }
            measurer.lockFolders = [folder.path]
            return measurer
        }

        private func expectMeasured(_ run: Run) throws {
            #expect(run.outcome == .ok, "\(run.outcomeReason ?? "")")
            let latency = try #require(run.latencyNanoseconds)
            #expect(latency.count > 0 && latency.min > 0)
            #expect(latency.min <= latency.p50 && latency.p50 <= latency.p90)
            #expect(latency.p90 <= latency.p99 && latency.p99 <= latency.max)
            #expect(Double(latency.min) <= latency.mean && latency.mean <= Double(latency.max))
            #expect(latency.histogram.reduce(0) { $0 + $1[1] } == latency.count)
            #expect((run.throughputPerSecond ?? 0) > 0)
            let memory = try #require(run.memory)
            #expect(memory.peakRssBytes > 0 && memory.loadPeakRssBytes > 0 && memory.rssAnonBytes > 0)
            #expect(memory.arenaBytes > 0 && memory.weightBytes > 0)
            #expect(memory.peakRssBytes > memory.arenaBytes)
            #expect(!run.counters.isEmpty)
            for counter in run.counters {
                #expect((counter.availability == .ok) == (counter.value != nil))
                #expect((counter.availability == .ok) == (counter.reason == nil))
            }
            // Every host has these, whatever its processor.
            let taskClock = try #require(run.counters.first { $0.name == "task-clock" })
            if taskClock.availability == .ok {
                // Instances never pause: their threads' time is the window's, or its share of crowded CPUs. Bounds, not figures.
                let value = try #require(taskClock.value)
                let windowNanoseconds = Double(latency.count) / (run.throughputPerSecond ?? 1) * 1e9
                #expect(value > 0.05 * windowNanoseconds)
                #expect(value < 1.2 * windowNanoseconds * Double(run.threads * run.instances) + 5e7)
            }
            let warmUp = try #require(run.warmUp)
            #expect(warmUp.seconds >= 0.1 && warmUp.queries > 0 && warmUp.tail == nil)
            #expect(run.heat?.longestGapNanoseconds.value != nil && run.load?.suspendedNanoseconds.value == 0)
            #expect(run.load?.vanishedCpus.value == 0 || run.load?.vanishedCpus.reason != nil)
            let energy = try #require(run.energy)
            #expect((energy.availability == .ok) == (energy.joules != nil))
            #expect((energy.availability == .ok) == (energy.reason == nil))
            let roofline = try #require(run.roofline)
            #expect((roofline.availability == .ok) == (roofline.share != nil))
            #expect((roofline.availability == .ok) == (roofline.reason == nil))
            if let share = roofline.share {
                #expect(share > 0 && share <= Run.Roofline.largestShare)
                #expect(run.flags.contains(.engineLimited) == (share < Run.Roofline.engineLimitedShare))
                #expect((roofline.peakMacsPerSecond ?? 0) > 0 && (roofline.allowedNanoseconds ?? 0) > 0)
                #expect(roofline.bandwidths?.isEmpty == false)
                #expect(roofline.bandwidths?.allSatisfy { $0.bytesPerSecond > 0 } == true)
            }
        }

        private func ceilingFiles() -> [String] {
            TemporaryFolder.names(in: folder.path + "/cache").filter { $0.hasSuffix(".ceilings") }
        }

        @Test func aSmallModelIsMeasured() throws {
            var steps: [Measurer.Progress] = []
            let measurer = try measurer()
            let settings = MeasurementSettings(durationSeconds: 0.3)
            let run = try measurer.measure(model: .zoo("shufflenet_v2_x0_5"), settings: settings) { steps.append($0) }
            try expectMeasured(run)
            #expect(steps == [.preparing, .measuring])
            #expect(run.model.name == "shufflenet_v2_x0_5" && run.model.family != nil)
            #expect(run.isa == measurer.hostFacts.isa && run.plan == .fused && run.scenario == .singleStream)
            #expect(run.layers == nil && !run.flags.contains(.standIn))
            #expect(run.producer == "edgeprof \(Edgeprof.version)")

            let again = try measurer.measure(model: .zoo("shufflenet_v2_x0_5"), settings: settings) { steps.append($0) }
            #expect(steps == [.preparing, .measuring, .measuring])
            #expect(again.model == run.model && again.id != run.id && again.id > run.id)
            // The ceilings are measured once for all runs in the same circumstances.
            #expect(ceilingFiles().count == 1)
            #expect(
                again.roofline?.peakMacsPerSecond == run.roofline?.peakMacsPerSecond || again.roofline?.share == nil
            )
        }

        @Test func layersAreTimed() throws {
            let run = try measurer().measure(
                model: .zoo("squeezenet1_1"),
                settings: MeasurementSettings(plan: .naive, durationSeconds: 0.2),
                layers: true
            )
            try expectMeasured(run)
            let layers = try #require(run.layers)
            #expect(layers.count > 10)
            #expect(layers.reduce(0) { $0 + $1.macs } > 300_000_000)
            #expect(layers.allSatisfy { !$0.name.isEmpty && !$0.operation.isEmpty && !$0.shape.isEmpty })
            #expect(layers.allSatisfy { $0.memoryAccessBytes > 0 })
            #expect(layers.contains { $0.nanoseconds > 0 })
            if run.roofline?.share != nil {
                #expect(layers.allSatisfy { $0.boundBy != nil && ($0.rooflineShare ?? 1) > 0 })
                #expect(layers.contains { $0.boundBy == .compute } && layers.contains { $0.boundBy != .compute })
            }
        }

        @Test func instancesRunSideBySide() throws {
            let settings = MeasurementSettings(threads: 2, instances: 3, scenario: .offline, durationSeconds: 0.3)
            let run = try measurer().measure(model: .zoo("squeezenet1_1"), settings: settings)
            try expectMeasured(run)
            // What is resident is looked at while the instances still have their arenas.
            let memory = try #require(run.memory)
            #expect(memory.rssAnonBytes > 3 * memory.arenaBytes * 3 / 4)
            #expect(run.instances == 3 && run.threads == 2 && run.scenario == .offline)
            // Three busy instances: latencies fill three times the window, but for the edges.
            let latency = try #require(run.latencyNanoseconds)
            let busySeconds = latency.mean * Double(latency.count) / 1e9
            let windowSeconds = Double(latency.count) / (run.throughputPerSecond ?? 1)
            let edges = 6 * Double(latency.max) / 1e9
            #expect(abs(busySeconds - 3 * windowSeconds) <= edges)
        }

        /// Sanitizers reserve terabytes of address space, which no limit leaves them.
        private static let canBeLimited = edgeprof_thread_allocations() >= 0

        @Test(.enabled(if: canBeLimited)) func limitsHold() throws {
            let cpu = try #require(CPUAffinity.current?.cpus.last)
            let limits = HostLimits(cpus: [cpu], isa: "portable", memoryBytes: 512 << 20)
            let measurer = try measurer(limits: limits)
            let run = try measurer.measure(
                model: .zoo("shufflenet_v2_x0_5"),
                settings: MeasurementSettings(isa: measurer.hostFacts.isa, durationSeconds: 0.2)
            )
            try expectMeasured(run)
            #expect(run.isa == "portable")
            #expect(run.flags.contains(.standIn))
            #expect(run.host.limits == limits && run.host.usableCpus == 1)
            let migrations = run.counters.first { $0.name == "cpu-migrations" }
            if migrations?.availability == .ok { #expect(migrations?.value == 0) }
        }

        /// The least memory a process needs grows through all stages of its life; none of them may end in a trap.
        @Test(.enabled(if: canBeLimited)) func tooLittleMemoryIsOutOfMemory() throws {
            var outcomes: Set<Run.Outcome> = []
            for megabytes: UInt64 in [1, 8, 24, 40, 48, 56, 64, 80, 128] {
                let limits = HostLimits(memoryBytes: megabytes << 20)
                let run = try measurer(limits: limits, inGroups: false).measure(
                    model: .zoo("shufflenet_v2_x0_5"),
                    settings: MeasurementSettings(durationSeconds: 0.1)
                )
                #expect(run.outcome == .oom || run.outcome == .ok, "\(megabytes) MiB: \(run.outcomeReason ?? "")")
                outcomes.insert(run.outcome)
                #expect(run.memoryLimit?.mechanism == .addressSpace && run.memoryLimit?.reason != nil)
                #expect(run.memoryLimit?.verdict == (run.outcome == .ok ? .fits : .doesNotFit))
            }
            #expect(outcomes == [.oom, .ok])
            let many = MeasurementSettings(threads: 8, instances: 64, scenario: .offline, durationSeconds: 0.1)
            let run = try measurer(limits: HostLimits(memoryBytes: 256 << 20), inGroups: false).measure(
                model: .zoo("shufflenet_v2_x0_5"),
                settings: many
            )
            #expect(run.outcome == .oom, "\(run.outcomeReason ?? "")")
        }

        @Test func whatCannotRunHereIsRefused() throws {
            let brief = MeasurementSettings(durationSeconds: 0.1)
            let unknown = try measurer().measure(model: .zoo("resnet5"), settings: brief)
            #expect(unknown.outcome == .refused)
            #expect(unknown.outcomeReason?.contains("resnet50") == true)
            #expect(unknown.model.sha256 == String(repeating: "0", count: 64))
            let nowhere = try measurer(limits: HostLimits(cpus: [60_000])).measure(
                model: .zoo("shufflenet_v2_x0_5"),
                settings: brief
            )
            #expect(nowhere.outcome == .refused)
            #expect(nowhere.outcomeReason?.contains("60000") == true)
            let crowd = try measurer().measure(
                model: .zoo("shufflenet_v2_x0_5"),
                settings: MeasurementSettings(threads: 1000, durationSeconds: 0.1)
            )
            #expect(crowd.outcome == .refused)
        }

        @Test func aDamagedPlanIsMadeAgain() throws {
            let measurer = try measurer()
            let settings = MeasurementSettings(durationSeconds: 0.1)
            let first = try measurer.measure(model: .zoo("shufflenet_v2_x0_5"), settings: settings)
            let name = try #require(TemporaryFolder.names(in: folder.path + "/cache").first { $0.hasSuffix(".plan") })
            let plan = open(folder.path + "/cache/" + name, O_WRONLY)
            var byte: UInt8 = 0x5a
            #expect(pwrite(plan, &byte, 1, 700_000) == 1)
            close(plan)
            var steps: [Measurer.Progress] = []
            let run = try measurer.measure(model: .zoo("shufflenet_v2_x0_5"), settings: settings) { steps.append($0) }
            try expectMeasured(run)
            #expect(steps == [.measuring, .preparing, .measuring])
            #expect(run.model == first.model)
        }

        @Test func aKilledChildCostsItsRunOnly() throws {
            let measurer = try measurer()
            let killer = try MeasurementThread { RealHelper.killWhenRunning() }
            let run = try measurer.measure(
                model: .zoo("shufflenet_v2_x0_5"),
                settings: MeasurementSettings(durationSeconds: 60)
            )
            killer.join()
            #expect(run.outcome == .crashed)
            #expect(run.outcomeReason == "ended by signal 9 (SIGKILL, from outside)")
            let next = try measurer.measure(
                model: .zoo("shufflenet_v2_x0_5"),
                settings: MeasurementSettings(durationSeconds: 0.1)
            )
            try expectMeasured(next)
        }

        /// SIGSTOP in the middle of a run, for a while, or for less than anybody looks.
        @Test(arguments: [1_500_000, 50_000] as [UInt32])
        func aStoppedRunIsFlagged(microseconds: UInt32) throws {
            let measurer = try measurer()
            let settings = MeasurementSettings(durationSeconds: 3)
            // Once without, so that the plan is packed.
            let model = ModelSource.zoo("shufflenet_v2_x0_5")
            let quiet = try measurer.measure(model: model, settings: MeasurementSettings(durationSeconds: 0.5))
            #expect(!quiet.flags.contains(.stopped))
            let stopper = try MeasurementThread { RealHelper.stopWhenRunning(forMicroseconds: microseconds) }
            let run = try measurer.measure(model: model, settings: settings)
            stopper.join()
            try expectMeasured(run)
            #expect(run.flags.contains(.stopped))
            // A signal takes a while to reach every thread of a busy box.
            #expect((run.latencyNanoseconds?.max ?? 0) >= UInt64(microseconds) * 500)
            let gap = try #require(run.heat?.longestGapNanoseconds.value)
            #expect((gap > 1e9) == (microseconds > 1_000_000))
        }

        @Test func cancellingTheTaskEndsTheChild() async throws {
            let measurer = try measurer()
            let task = Task {
                try await measurer.run(
                    model: .zoo("shufflenet_v2_x0_5"),
                    settings: MeasurementSettings(durationSeconds: 60)
                )
            }
            while RealHelper.running.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(RealHelper.running.isEmpty)
        }

        @Test func twoAtOnceRunOneAfterTheOther() async throws {
            let measurer = try measurer()
            let settings = MeasurementSettings(durationSeconds: 0.4)
            async let first = measurer.run(model: .zoo("shufflenet_v2_x0_5"), settings: settings)
            async let second = measurer.run(model: .zoo("shufflenet_v2_x0_5"), settings: settings)
            let begun = try await [first, second].map(\.startedAt.millisecondsSinceEpoch).sorted()
            #expect(begun[1] - begun[0] >= 400)
        }

        @Test func runningAsynchronouslyGivesTheRun() async throws {
            let run = try await measurer().run(
                model: .zoo("shufflenet_v2_x0_5"),
                settings: MeasurementSettings(durationSeconds: 0.1)
            )
            try expectMeasured(run)
        }
    }
}
