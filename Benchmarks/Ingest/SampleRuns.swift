import EdgeprofAPI
import Statistics

/// Runs as a fleet sends them: counters, a histogram and 120 layers, of 50 models on 200 hosts.
struct SampleRuns {
    static let models = 50
    static let hosts = 200
    static let layers = 120

    private var random: RandomSource

    init(seed: UInt64) { random = RandomSource(seed: seed) }

    static func host(_ index: Int) -> HostFacts {
        HostFacts(
            hostname: "edge-\(index)",
            architecture: "aarch64",
            cpuModel: ["Cortex-A72", "Cortex-A76", "Neoverse-N1", "Cortex-A55"][index % 4],
            board: "Raspberry Pi 4 Model B Rev 1.\(index % 5)",
            kernel: "6.6.51+rpt-rpi-v8",
            operatingSystem: "Debian GNU/Linux 12 (bookworm)",
            usableCpus: 4,
            onlineCpus: 4,
            memoryBytes: UInt64(1 + index % 8) << 30,
            isa: "neon",
            cacheBytes: ["L1d": 32 << 10, "L1i": 48 << 10, "L2": 1 << 20]
        )
    }

    /// A run of one model on one host; the id and the time are the caller's.
    mutating func run(model: Int, host: Int, agentId: String?, id: String, at moment: Timestamp) -> Run {
        let base = 4_000_000 + 700_000 * Double(model)
        let samples = (0..<400).map { _ in base * (1 + 0.02 * random.normal() + 0.004 * Double(host % 9)) }
        let histogram = Self.histogram(samples)
        let sorted = histogram.flatMap { Array(repeating: $0[0], count: Int($0[1])) }
        let seconds = samples.reduce(0, +) / 1e9
        var run = Run(
            id: id,
            agentId: agentId,
            startedAt: moment,
            host: Self.host(host),
            outcome: .ok,
            model: Run.ModelReference(
                name: "model-\(model)",
                sha256: String(repeating: "0123456789abcdef", count: 3) + "00000000000000" + (model < 10 ? "0" : "")
                    + "\(model)",
                family: "ResNet",
                source: .zoo
            ),
            threads: 1 + model % 4,
            instances: 1,
            isa: "neon",
            plan: .fused,
            scenario: .singleStream,
            latencyNanoseconds: Run.Latency(
                p50: sorted[199],
                p90: sorted[359],
                p99: sorted[395],
                min: sorted[0],
                max: sorted[399],
                mean: samples.reduce(0, +) / 400,
                count: 400,
                histogram: histogram,
                intervals: [
                    .init(percentile: 50, lower: sorted[180], upper: sorted[219], inflation: 1.25),
                    .init(percentile: 90, lower: sorted[347], upper: sorted[371], inflation: 1.25),
                ],
                bounds: [
                    .init(percentile: 90, upper: sorted[372], over: 27),
                    .init(percentile: 95, upper: sorted[391], over: 8),
                ],
                outliers: .init(count: 0, aboveNanoseconds: sorted[399] + 1_000_000)
            ),
            throughputPerSecond: 400 / seconds,
            memory: Run.Memory(
                peakRssBytes: UInt64(60 << 20) + UInt64(host) * 4096,
                loadPeakRssBytes: 80 << 20,
                peakWasReset: true,
                rssAnonBytes: 12 << 20,
                anonymousBeforePlanBytes: MeasuredValue(2_097_152),
                pssBytes: MeasuredValue(62_914_560),
                planResidentBytes: MeasuredValue(46_137_344),
                arenaBytes: 9_633_792,
                weightBytes: 46_000_000,
                scratchBytes: 65_536,
                loadFaults: .init(minor: 12_000, major: 3),
                windowFaults: .init(minor: 2, major: 0)
            ),
            counters: counters(),
            energy: Run.Energy(
                availability: .absent,
                reason: "this host measures no energy: no RAPL, power sensor or battery shows up in /sys"
            ),
            warmUp: Run.WarmUp(seconds: 1.003_217, queries: 96, isSettled: true),
            heat: heat(),
            load: load(),
            flags: [.burst],
            producer: "edgeprof-agent 0.1.0"
        )
        layers(into: &run, total: base)
        return run
    }

    private static func histogram(_ samples: [Double]) -> [[UInt64]] {
        var counts: [UInt64: UInt64] = [:]
        for sample in samples {
            var unit: UInt64 = 1
            while UInt64(sample) / unit >= 1000 { unit *= 10 }
            counts[UInt64(sample) / unit * unit, default: 0] += 1
        }
        return counts.sorted { $0.key < $1.key }.map { [$0.key, $0.value] }
    }

    /// What a Raspberry Pi offers: six counters at a time, so that eleven take turns.
    private mutating func counters() -> [Run.Counter] {
        let hardware = [
            "cycles", "instructions", "branches", "branch-misses", "cache-references", "cache-misses",
            "L1-dcache-loads",
            "L1-dcache-load-misses", "LLC-loads", "LLC-load-misses", "dTLB-load-misses",
        ]
        let absent = ["stalled-cycles-frontend", "stalled-cycles-backend"]
        let software = ["task-clock", "page-faults", "minor-faults", "major-faults"]
        let turns = 5_000_000_000 * (0.5 + 0.1 * random.uniform())
        let enabled = UInt64(8_000_000_000 + 1e6 * random.uniform())
        return hardware.enumerated().map { index, name in
            let raw = UInt64(1e9 * (1 + random.uniform()) / Double(index + 1))
            let running = index < 6 ? UInt64(turns) : enabled - UInt64(turns)
            return Run.Counter(
                name: name,
                availability: .ok,
                value: Double(running.dividingFullWidth(raw.multipliedFullWidth(by: enabled)).quotient),
                liveFraction: Double(running) / Double(enabled),
                rawValue: raw,
                enabledNanoseconds: enabled,
                runningNanoseconds: running
            )
        }
            + absent.map {
                Run.Counter(
                    name: $0,
                    availability: .absent,
                    reason: "not offered by this processor or virtual machine"
                )
            }
            + software.enumerated().map { index, name in
                let raw = index == 0 ? enabled : UInt64(20 * random.uniform())
                let time = enabled + UInt64(60_000 * random.uniform())
                return Run.Counter(
                    name: name,
                    availability: .ok,
                    value: Double(raw),
                    liveFraction: 1,
                    rawValue: raw,
                    enabledNanoseconds: time,
                    runningNanoseconds: time
                )
            }
            + ["context-switches", "cpu-migrations"].map { name in
                let raw = UInt64(400 * random.uniform())
                return Run.Counter(name: name, availability: .ok, value: Double(raw), liveFraction: 1, rawValue: raw)
            }
    }

    private mutating func heat() -> Run.Heat {
        let celsius = 50 + (10 * random.uniform()).rounded()
        return Run.Heat(
            throttling: .init(availability: .ok),
            lowestHertz: MeasuredValue(1.5e9),
            meanHertz: MeasuredValue(1.5e9),
            highestHertz: MeasuredValue(1.5e9),
            firstThirdHertz: MeasuredValue(1.5e9),
            lastThirdHertz: MeasuredValue(1.5e9),
            hottestBeforeCelsius: MeasuredValue(celsius),
            hottestCelsius: MeasuredValue(celsius + 4.382),
            hottestAfterCelsius: MeasuredValue(celsius + 3),
            slowedFraction: MeasuredValue(0),
            cappedCpus: MeasuredValue(0),
            loweredCpus: MeasuredValue(0),
            governors: ["ondemand"],
            longestGapNanoseconds: MeasuredValue(250_000_000 + (1e6 * random.uniform()).rounded())
        )
    }

    private mutating func load() -> Run.Load {
        Run.Load(
            cpuPressureFraction: MeasuredValue(0.01 * random.uniform()),
            memoryPressureFraction: MeasuredValue(0),
            ioPressureFraction: MeasuredValue(0),
            pressureByOthersFraction: MeasuredValue(0.001 * random.uniform()),
            othersWaitFraction: MeasuredValue(
                unavailable: .absent,
                reason: "this kernel keeps no scheduler statistics (CONFIG_SCHEDSTATS)"
            ),
            ownWaitFraction: MeasuredValue(0.002 * random.uniform()),
            swapByOthersPages: MeasuredValue(0),
            vanishedCpus: MeasuredValue(0),
            newCpus: MeasuredValue(0),
            suspendedNanoseconds: MeasuredValue(0)
        )
    }

    /// What a layer of a model does, wherever it runs: work for 0.2 to 0.4 of its time at the speed of a usual host.
    private static func work(_ index: Int, share: Double) -> (macs: UInt64, activations: UInt64, constants: UInt64) {
        let seconds = share / 1e9 * (0.2 + 0.2 * Double(index * 37 % 100) / 100)
        if index % 3 == 2 { return (0, UInt64(seconds * 2e10), 0) }
        let constants = UInt64(seconds * 5.2e9 * Double(index * 13 % 10) / 10)
        return (UInt64(seconds * (index % 3 == 0 ? 4.7e10 : 1e10)), UInt64(seconds * 1e10), constants)
    }

    /// Shares as the agent reckons them, from the host's ceilings (docs/measurement.md, "Roofline").
    private mutating func layers(into run: inout Run, total: Double) {
        let share = total / Double(Self.layers)
        let ceilings = (
            macs: 4.7123e10 + 1e6 * (1000 * random.uniform()).rounded() / 7, own: 4.1e10 + 1e7 * random.uniform(),
            network: 5.2e9 + 1e6 * random.uniform()
        )
        var allowed = 0.0
        run.layers = (0..<Self.layers).map { index in
            let nanoseconds = UInt64(share * (0.4 + 1.2 * random.uniform()))
            let work = Self.work(index, share: share)
            let compute = Double(work.macs) / ceilings.macs * 1e9
            let times = (
                Double(work.activations) / ceilings.own * 1e9, Double(work.constants) / ceilings.network * 1e9
            )
            let least = max(compute, times.0 + times.1)
            allowed += least
            return Run.Layer(
                name: "stage\(1 + index / 30).block\(index / 6 % 5).conv\(index % 6)",
                operation: index % 3 == 2 ? "QLinearAdd" : "QLinearConv",
                shape: "1x\(64 << (index / 30))x\(56 >> (index / 30))x\(56 >> (index / 30))",
                macs: work.macs,
                memoryAccessBytes: work.activations + work.constants,
                nanoseconds: nanoseconds,
                rooflineShare: least / Double(nanoseconds),
                boundBy: compute >= times.0 + times.1 ? .compute : times.0 >= times.1 ? .l2 : .memory
            )
        }
        run.roofline = Run.Roofline(
            share: allowed / total,
            allowedNanoseconds: allowed,
            boundBy: .compute,
            peakMacsPerSecond: ceilings.macs,
            bandwidths: [
                .init(level: .l1, bytesPerSecond: 8.3e10), .init(level: .l2, bytesPerSecond: ceilings.own),
                .init(level: .memory, bytesPerSecond: ceilings.network),
            ]
        )
    }
}
