import EdgeprofAPI
import Foundation

extension HostFacts {
    static let sample = HostFacts(
        hostname: "edge-1",
        architecture: "x86_64",
        cpuModel: "Cortex-A72",
        board: "Test Board",
        kernel: "6.1",
        operatingSystem: "Debian 12",
        usableCpus: 4,
        onlineCpus: 4,
        memoryBytes: 1 << 30,
        isa: "avx2",
        cacheBytes: ["1": 32768],
        limits: HostLimits(cpus: [0], isa: "avx2", memoryBytes: 512 << 20)
    )
}

extension Heartbeat {
    static let sample = Heartbeat(
        version: "0.1.0",
        host: .sample,
        spoolRecords: 0,
        spoolBytes: 0,
        droppedRecords: 0,
        rssBytes: 1,
        cpuSeconds: 0.5,
        peakRssBytes: 2,
        sentBytes: 3,
        measuring: Measuring(model: "resnet18", expectedSeconds: 66)
    )
}

extension EnrollRequest {
    static let sample = EnrollRequest(
        name: "box",
        labels: ["site": "lab"],
        host: .sample,
        version: "0.1.0",
        publicKey: Data(repeating: 7, count: 32).base64EncodedString()
    )
}

extension JobRequest {
    static let sample = JobRequest(models: ["resnet18", "densenet121"], settings: JobSettings())
}

extension Tier {
    static func sample(_ id: String, cpuModel: String = "cortex", priceUsd: Double = 45) -> Tier {
        Tier(
            id: id,
            priceUsd: priceUsd,
            memoryMib: 1024,
            idleWatts: 2.7,
            activeWatts: 6.4,
            osReserveMib: 300,
            maintenancePerYear: 0.1,
            maxUnitsPerSite: 8,
            match: Match(cpuModel: cpuModel)
        )
    }
}

extension Deployment {
    static let sample = Deployment(
        name: "cameras",
        demand: Demand(inferencesPerSecond: 20, duty: 0.5, sites: 200),
        slo: ServiceLevel(percentile: 99, milliseconds: 150),
        accuracyFloor: 0.69,
        years: 3,
        discount: 0.08,
        usdPerKwh: 0.15,
        value: Value(correctUsd: 0.00002, wrongUsd: 0.00001)
    )
}

extension Run.Heat {
    /// A board that shows its clock and nothing else.
    static let sample = Run.Heat(
        throttling: Throttling(availability: .ok, causes: ["cooling by cpufreq-cpu0"]),
        lowestHertz: MeasuredValue(1.2e9),
        meanHertz: MeasuredValue(1.4e9),
        highestHertz: MeasuredValue(1.5e9),
        firstThirdHertz: MeasuredValue(1.4e9),
        lastThirdHertz: MeasuredValue(1.4e9),
        hottestBeforeCelsius: MeasuredValue(unavailable: .absent, reason: "no sensor"),
        hottestCelsius: MeasuredValue(unavailable: .absent, reason: "no sensor"),
        hottestAfterCelsius: MeasuredValue(unavailable: .absent, reason: "no sensor"),
        slowedFraction: MeasuredValue(0.5),
        cappedCpus: MeasuredValue(0),
        loweredCpus: MeasuredValue(0),
        governors: ["ondemand"],
        longestGapNanoseconds: MeasuredValue(250_200_000)
    )
}

extension Run.Load {
    /// A box whose kernel knows pressure and no run queues.
    static let sample = Run.Load(
        cpuPressureFraction: MeasuredValue(0.01),
        memoryPressureFraction: MeasuredValue(0),
        ioPressureFraction: MeasuredValue(0),
        pressureByOthersFraction: MeasuredValue(0.002),
        othersWaitFraction: MeasuredValue(unavailable: .absent, reason: "no statistics"),
        ownWaitFraction: MeasuredValue(0.001),
        swapByOthersPages: MeasuredValue(3),
        vanishedCpus: MeasuredValue(0),
        newCpus: MeasuredValue(0),
        suspendedNanoseconds: MeasuredValue(0)
    )
}

extension Run {
    /// A sound run in every field.
    static func sample(
        agentId: String?,
        assignment: Assignment? = nil,
        startedAt: Timestamp = Harness.start,
        outcome: Outcome = .ok,
        model: String = "resnet18",
        milliseconds: UInt64 = 20
    ) -> Run {
        let isMeasured = outcome == .ok
        let nanoseconds = milliseconds * 1_000_000
        var run = Run(
            id: UUIDv7.make(at: startedAt),
            agentId: agentId,
            jobId: assignment?.jobId,
            assignmentId: assignment?.id,
            startedAt: startedAt,
            host: .sample,
            outcome: outcome,
            outcomeReason: isMeasured ? nil : "it did not work",
            model: ModelReference(name: model, sha256: String(repeating: "a", count: 64), family: "ResNet"),
            threads: 1,
            instances: 4,
            isa: "avx2",
            plan: .fused,
            scenario: .offline,
            latencyNanoseconds: isMeasured
                ? Latency(
                    p50: nanoseconds,
                    p90: nanoseconds,
                    p99: nanoseconds + 1_000_000,
                    min: nanoseconds,
                    max: nanoseconds + 1_000_000,
                    mean: Double(nanoseconds) + 10_000,
                    count: 100,
                    histogram: [[nanoseconds, 98], [nanoseconds + 1_000_000, 2]],
                    intervals: [.init(percentile: 50, lower: nanoseconds, upper: nanoseconds, inflation: 1.5)],
                    bounds: [.init(percentile: 90, upper: nanoseconds + 1_000_000, over: 1)],
                    outliers: .init(count: 2, aboveNanoseconds: nanoseconds)
                ) : nil,
            throughputPerSecond: isMeasured ? 4000 / Double(milliseconds) : nil,
            memory: Memory(
                peakRssBytes: 60 << 20,
                loadPeakRssBytes: 50 << 20,
                rssAnonBytes: 1,
                planResidentBytes: MeasuredValue(3),
                arenaBytes: 2,
                weightBytes: 3
            ),
            counters: [
                Counter(
                    name: "instructions",
                    availability: .ok,
                    value: 1e9,
                    liveFraction: 0.5,
                    rawValue: 500_000_000,
                    enabledNanoseconds: 2_000_000_000,
                    runningNanoseconds: 1_000_000_000
                ),
                Counter(name: "cycles", availability: .denied, reason: "perf_event_paranoid is 3"),
            ],
            energy: Energy(
                availability: .ok,
                instrument: "rapl:package-0",
                domain: "package",
                joules: 3,
                seconds: 1,
                watts: 3,
                samples: 100,
                changes: 99,
                updatePeriodSeconds: 0.001,
                idle: .init(
                    seconds: 5,
                    beforeWatts: 1,
                    afterWatts: 1,
                    driftFraction: 0,
                    busyFraction: 0.01,
                    governors: ["performance"],
                    joulesAboveIdle: 2
                )
            ),
            warmUp: isMeasured ? WarmUp(seconds: 0.5, queries: 25, isSettled: true, tail: .steady) : nil,
            heat: isMeasured ? .sample : nil,
            load: isMeasured ? .sample : nil,
            flags: [.standIn],
            roofline: isMeasured
                ? Roofline(
                    share: 0.7,
                    allowedNanoseconds: 0.7 * Double(nanoseconds),
                    boundBy: .compute,
                    peakMacsPerSecond: 1e11,
                    bandwidths: [
                        .init(level: .l1, bytesPerSecond: 2e11), .init(level: .memory, bytesPerSecond: 1e10),
                    ]
                ) : nil,
            layers: [
                Layer(name: "conv1", operation: "Conv", shape: "1x64", macs: 1, memoryAccessBytes: 2, nanoseconds: 3)
            ],
            producer: "0.1.0"
        )
        run.layers?[0].counters = ["cycles": 12]
        run.host.cacheLineBytes = 64
        if isMeasured {
            run.memoryLimit = MemoryLimit(
                bytes: 512 << 20,
                mechanism: .cgroupV2,
                verdict: .fits,
                peakBytes: 60 << 20,
                majorFaults: 0,
                refaults: MeasuredValue(0),
                pressureShare: MeasuredValue(0)
            )
        }
        return run
    }
}

/// A document whose fields a test spoils one by one.
struct Spoilable {
    private(set) var object: [String: Any]

    init(_ value: some Encodable) throws {
        let data = try JSONEncoder().encode(value)
        object = (try JSONSerialization.jsonObject(with: data) as? [String: Any]) ?? [:]
    }

    /// The document with one field replaced, or removed where the value is nil; `a.b.0.c` names a field.
    func with(_ path: String, _ value: Any?) -> Spoilable {
        var copy = self
        copy.object =
            Self.set(path.split(separator: ".").map(String.init)[...], value, in: object) as? [String: Any] ?? [:]
        return copy
    }

    func data() throws -> Data { try JSONSerialization.data(withJSONObject: object) }

    private static func set(_ path: ArraySlice<String>, _ value: Any?, in container: Any?) -> Any? {
        guard let key = path.first else { return value }
        if var list = container as? [Any], let index = Int(key), list.indices.contains(index) {
            list[index] = set(path.dropFirst(), value, in: list[index]) ?? NSNull()
            return list
        }
        var object = container as? [String: Any] ?? [:]
        object[key] = set(path.dropFirst(), value, in: object[key])
        return object
    }
}
