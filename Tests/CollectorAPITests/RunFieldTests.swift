import CollectorStore
import EdgeprofAPI
import Foundation
import Hummingbird
import HummingbirdTesting
import Testing

/// One field spoiled, and what the reason must name.
private struct BadField: Sendable {
    var path: String
    var value: (any Sendable)?
    var reason: String

    init(_ path: String, _ value: (any Sendable)?, _ reason: String) {
        self.path = path
        self.value = value
        self.reason = reason
    }
}

@Suite struct RunFieldTests {
    private static let heads: [BadField] = [
        BadField("schemaVersion", 2, "schemaVersion"),
        BadField("schemaVersion", 0, "schemaVersion"),
        BadField("id", "x", "id"),
        BadField("id", "0198C0DE-0000-7000-8000-000000000000", "id"),
        BadField("id", "0198c0de-0000-4000-8000-000000000000", "id"),
        BadField("agentId", "x", "agentId"),
        BadField("jobId", "0198c0de-0000-7000-8000-000000000000", "assignmentId"),
        BadField("startedAt", "1969-12-31T23:59:59Z", "startedAt"),
        BadField("startedAt", "yesterday", "runs[0].startedAt"),
        BadField("outcome", "fine", "runs[0].outcome"),
        BadField("outcome", "oom", "latencyNanoseconds"),
        BadField("outcomeReason", String(repeating: "x", count: 4097), "outcomeReason"),
        BadField("threads", 1025, "threads"),
        BadField("threads", 1e300, "1e+300"),
        BadField("instances", 0, "instances"),
        BadField("scenario", "single-stream", "instances"),
        BadField("isa", "", "isa"),
        BadField("plan", "fast", "runs[0].plan"),
        BadField("producer", "", "producer"),
    ]

    private static let hostsAndModels: [BadField] = [
        BadField("host.hostname", "", "host.hostname"),
        BadField("host.cpuModel", String(repeating: "x", count: 257), "host.cpuModel"),
        BadField("host.isa", "a\u{0}b", "host.isa"),
        BadField("host.memoryBytes", -1, "does not fit its field"),
        BadField("host.memoryBytes", 1.5, "does not fit its field"),
        BadField("host.cacheBytes", Dictionary(uniqueKeysWithValues: (0..<17).map { ("\($0)", 1) }), "host.cacheBytes"),
        BadField("model.name", "", "model.name"),
        BadField("model.sha256", "", "model.sha256"),
        BadField("model.sha256", String(repeating: "A", count: 64), "model.sha256"),
        BadField("model.sha256", String(repeating: "a", count: 63), "model.sha256"),
        BadField("model.family", "", "model.family"),
        BadField("host", nil, "runs[0].host"),
    ]

    private static let figures: [BadField] = [
        BadField("latencyNanoseconds", nil, "latencyNanoseconds"),
        BadField("throughputPerSecond", nil, "throughputPerSecond"),
        BadField("throughputPerSecond", 0, "throughputPerSecond"),
        BadField("throughputPerSecond", 1e10, "throughputPerSecond"),
        BadField("throughputPerSecond", -3, "throughputPerSecond"),
        BadField("latencyNanoseconds.count", 99, "latencyNanoseconds.histogram"),
        BadField("latencyNanoseconds.count", 100_000_000_001, "latencyNanoseconds.count"),
        BadField("latencyNanoseconds.count", 0, "latencyNanoseconds"),
        BadField("latencyNanoseconds.min", 30_000_000, "latencyNanoseconds"),
        BadField("latencyNanoseconds.p90", 1, "latencyNanoseconds"),
        BadField("latencyNanoseconds.p50", 1, "latencyNanoseconds.p50"),
        BadField("latencyNanoseconds.mean", 1, "latencyNanoseconds.mean"),
        BadField("latencyNanoseconds.max", UInt64.max, "latencyNanoseconds.max"),
        BadField("latencyNanoseconds.histogram", [[UInt64]](), "latencyNanoseconds.histogram"),
        BadField("latencyNanoseconds.histogram", [[20_000_000]], "latencyNanoseconds.histogram"),
        BadField("latencyNanoseconds.histogram", [[20_000_000, 100, 1]], "latencyNanoseconds.histogram"),
        BadField(
            "latencyNanoseconds.histogram",
            [[21_000_000, 50], [20_000_000, 50]],
            "latencyNanoseconds.histogram"
        ),
        BadField(
            "latencyNanoseconds.histogram",
            [[20_000_000, 50], [20_000_000, 50]],
            "latencyNanoseconds.histogram"
        ),
        BadField(
            "latencyNanoseconds.histogram",
            [[20_000_000, 100], [21_000_000, 0]],
            "latencyNanoseconds.histogram"
        ),
        BadField("latencyNanoseconds.histogram", [[1, 100]], "latencyNanoseconds.histogram"),
        BadField(
            "latencyNanoseconds.histogram",
            [[20_000_000, UInt64.max], [21_000_000, 101]],
            "latencyNanoseconds.histogram"
        ),
    ]

    private static let certainty: [BadField] = [
        BadField("latencyNanoseconds.intervals.0.percentile", 100, "latencyNanoseconds.intervals"),
        BadField("latencyNanoseconds.intervals.0.percentile", 0, "latencyNanoseconds.intervals"),
        BadField("latencyNanoseconds.intervals.0.lower", 30_000_000, "latencyNanoseconds.intervals[0]"),
        BadField("latencyNanoseconds.intervals.0.lower", 1, "latencyNanoseconds.intervals[0]"),
        BadField("latencyNanoseconds.intervals.0.upper", UInt64.max, "latencyNanoseconds.intervals[0]"),
        BadField("latencyNanoseconds.intervals.0.upper", -1, "does not fit its field"),
        BadField("latencyNanoseconds.intervals.0.inflation", 0.5, "latencyNanoseconds.intervals[0].inflation"),
        BadField("latencyNanoseconds.intervals.0.inflation", 1e300, "latencyNanoseconds.intervals[0].inflation"),
        BadField("latencyNanoseconds.bounds.0.percentile", 100, "latencyNanoseconds.bounds"),
        BadField("latencyNanoseconds.bounds.0.upper", 1, "latencyNanoseconds.bounds[0]"),
        BadField("latencyNanoseconds.bounds.0.over", 100, "latencyNanoseconds.bounds[0].over"),
        BadField("latencyNanoseconds.outliers.count", 101, "latencyNanoseconds.outliers.count"),
        BadField("latencyNanoseconds.outliers.aboveNanoseconds", UInt64.max, "latencyNanoseconds.outliers"),
    ]

    private static let details: [BadField] = [
        BadField("memory.peakRssBytes", 0, "memory.peakRssBytes"),
        BadField("memory.peakRssBytes", UInt64.max, "memory.peakRssBytes"),
        BadField("memory.scratchBytes", UInt64.max, "memory.scratchBytes"),
        BadField("memory.windowFaults", ["minor": 0, "major": UInt64.max], "memory.windowFaults"),
        BadField("memory.planResidentBytes.value", -1, "memory.planResidentBytes"),
        BadField("memory.planResidentBytes.value", nil, "memory.planResidentBytes"),
        BadField("memoryLimit.bytes", 0, "memoryLimit.bytes"),
        BadField("memoryLimit.bytes", UInt64.max, "memoryLimit.bytes"),
        BadField("memoryLimit.mechanism", "jail", "runs[0].memoryLimit.mechanism"),
        BadField("memoryLimit.mechanism", "address-space", "memoryLimit.reason"),
        BadField("memoryLimit.verdict", "does-not-fit", "memoryLimit.verdict"),
        BadField("memoryLimit.verdict", nil, "memoryLimit.verdict"),
        BadField("memoryLimit.peakBytes", UInt64.max, "memoryLimit.peakBytes"),
        BadField("memoryLimit.majorFaults", UInt64.max, "memoryLimit.majorFaults"),
        BadField("memoryLimit.refaults.value", -1, "memoryLimit.refaults"),
        BadField("memoryLimit.pressureShare.value", 1.5, "memoryLimit.pressureShare"),
        BadField("memoryLimit.reason", String(repeating: "x", count: 1025), "memoryLimit.reason"),
        BadField("counters.0.name", "", "counters.name"),
        BadField("counters.0.name", "cycles", "counters"),
        BadField("counters.0.value", nil, "counters"),
        BadField("counters.0.value", -1, "counters.value"),
        BadField("counters.0.liveFraction", 1.1, "counters.liveFraction"),
        BadField("counters.0.liveFraction", 0.6, "counters.liveFraction"),
        BadField("counters.0.rawValue", 1_000_000_001, "counters.rawValue"),
        BadField("counters.0.rawValue", UInt64.max, "counters.rawValue"),
        BadField("counters.0.enabledNanoseconds", nil, "counters.runningNanoseconds"),
        BadField("counters.0.enabledNanoseconds", 0, "counters.enabledNanoseconds"),
        BadField("counters.0.enabledNanoseconds", UInt64.max, "counters.enabledNanoseconds"),
        BadField("counters.0.runningNanoseconds", 2_000_000_001, "counters.runningNanoseconds"),
        BadField("counters.0.runningNanoseconds", nil, "counters.runningNanoseconds"),
        BadField("counters.1.value", 0, "counters"),
        BadField("counters.1.reason", nil, "counters"),
        BadField("energy.joules", nil, "energy"),
        BadField("energy.joules", -1, "energy.joules"),
        BadField("energy.domain", "room", "energy.domain"),
        BadField("energy.instrument", nil, "energy"),
        BadField("energy.instrument", String(repeating: "x", count: 101), "energy.instrument"),
        BadField("energy.seconds", 0, "energy.seconds"),
        BadField("energy.watts", -1, "energy.watts"),
        BadField("energy.samples", 1, "energy.samples"),
        BadField("energy.changes", 100, "energy.changes"),
        BadField("energy.updatePeriodSeconds", -0.1, "energy.updatePeriodSeconds"),
        BadField("energy.idle.beforeWatts", nil, "energy.idle.beforeWatts"),
        BadField("energy.idle.afterWatts", -1, "energy.idle.afterWatts"),
        BadField("energy.idle.driftFraction", 2.1, "energy.idle.driftFraction"),
        BadField("energy.idle.busyFraction", 1.1, "energy.idle.busyFraction"),
        BadField("energy.idle.governors", ["a\u{0}"], "energy.idle.governors"),
        BadField("energy.idle.governors", (0..<17).map { "g\($0)" }, "energy.idle.governors"),
        BadField("energy.idle.joulesAboveIdle", nil, "energy.idle"),
        BadField("energy.idle.availability", "absent", "energy.idle"),
        BadField("energy.idle.doubts", ["below-idle", "below-idle"], "energy.idle.doubts"),
        BadField("energy.idle.doubts", ["moon-phase"], "runs[0].energy.idle.doubts"),
        BadField("energy.availability", "absent", "energy"),
        BadField("flags", ["stand-in", "stand-in"], "flags"),
        BadField("flags", ["haunted"], "runs[0].flags[0]"),
        BadField("warmUp.seconds", -1, "warmUp.seconds"),
        BadField("warmUp.queries", UInt64.max, "warmUp.queries"),
        BadField("warmUp.tail", "long", "runs[0].warmUp.tail"),
        BadField("heat.meanHertz.value", nil, "heat.meanHertz"),
        BadField("heat.meanHertz.value", -1, "heat.meanHertz"),
        BadField("heat.meanHertz.availability", "absent", "heat.meanHertz"),
        BadField("heat.hottestCelsius.reason", nil, "heat.hottestCelsius"),
        BadField("heat.hottestCelsius.value", 50, "heat.hottestCelsius"),
        BadField("heat.slowedFraction.value", 1.1, "heat.slowedFraction"),
        BadField("heat.governors", [""], "heat.governors"),
        BadField("heat.governors", [String](repeating: "x", count: 101), "heat.governors"),
        BadField("heat.throttling.causes", ["a\u{1b}b"], "heat.throttling.causes"),
        BadField("heat.throttling.availability", "denied", "heat.throttling"),
        BadField("heat.longestGapNanoseconds", nil, "runs[0].heat.longestGapNanoseconds"),
        BadField("load.cpuPressureFraction.value", 1.5, "load.cpuPressureFraction"),
        BadField("load.othersWaitFraction.value", 0, "load.othersWaitFraction"),
        BadField("load.suspendedNanoseconds.value", -1, "load.suspendedNanoseconds"),
        BadField("load.newCpus.value", 70_000, "load.newCpus"),
        BadField("roofline.share", nil, "roofline"),
        BadField("roofline.share", 0, "roofline.share"),
        BadField("roofline.share", -0.5, "roofline.share"),
        BadField("roofline.share", 1.2, "roofline.share"),
        BadField("roofline.allowedNanoseconds", nil, "roofline.allowedNanoseconds"),
        BadField("roofline.allowedNanoseconds", -1, "roofline.allowedNanoseconds"),
        BadField("roofline.peakMacsPerSecond", 0, "roofline.peakMacsPerSecond"),
        BadField("roofline.availability", "absent", "roofline"),
        BadField("roofline.availability", "maybe", "runs[0].roofline.availability"),
        BadField("roofline.boundBy", "network", "runs[0].roofline.boundBy"),
        BadField("roofline.bandwidths.1.level", "l1", "names a level twice"),
        BadField("roofline.bandwidths.0.level", "compute", "roofline.bandwidths.level"),
        BadField("roofline.bandwidths.0.bytesPerSecond", 0, "roofline.bandwidths.bytesPerSecond"),
        BadField("layers.0.rooflineShare", -1, "layers.rooflineShare"),
        BadField("layers.0.counters", ["": 1], "layers.counters"),
        BadField("layers.0.counters", ["cycles": UInt64.max], "layers.counters"),
        BadField(
            "layers.0.counters",
            Dictionary(uniqueKeysWithValues: (0..<33).map { ("c\($0)", 1) }),
            "layers.counters"
        ),
        BadField("layers.0.name", "", "layers.name"),
        BadField("layers.0.nanoseconds", UInt64.max, "layers.nanoseconds"),
    ]

    @Test func everyFieldIsChecked() async throws {
        let harness = try await Harness()
        let agent = try await harness.enroll()
        try await harness.requests { client in
            for bad in Self.heads + Self.hostsAndModels + Self.figures + Self.certainty + Self.details {
                let run = try Spoilable(Run.sample(agentId: agent.id)).with(bad.path, bad.value)
                let body = try JSONSerialization.data(withJSONObject: ["runs": [run.object]])
                let answer = try await client.send(.post, "/v1/runs", as: agent.token, body: body)
                #expect(answer.status == 200, "\(bad.path) \(String(decoding: answer.data, as: UTF8.self))")
                guard answer.status == 200 else { continue }
                let result = try #require(try answer.decode(RunBatchResult.self).results.first)
                #expect(result.status == .rejected, "\(bad.path)")
                #expect(result.reason?.contains(bad.reason) == true, "\(bad.path): \(result.reason ?? "")")
            }
            #expect(try await client.get("/v1/runs").decode(RunList.self).runs.isEmpty)
            // What a run that never got to measuring may leave out.
            var refused = Run.sample(agentId: agent.id, outcome: .refused)
            refused.model.sha256 = ""
            refused.isa = ""
            refused.memory = nil
            refused.energy = nil
            let answer = try await client.send(.post, "/v1/runs", as: agent.token, json: RunBatch(runs: [refused]))
            #expect(try answer.decode(RunBatchResult.self).results.map(\.status) == [.stored])
        }
    }
}
