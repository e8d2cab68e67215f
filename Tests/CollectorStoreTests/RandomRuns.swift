import EdgeprofAPI
import Statistics

/// Runs with every field set or not at random, whatever a run of the wire could mean by it.
final class RandomRuns {
    var random: RandomSource

    init(seed: UInt64) { random = RandomSource(seed: seed) }

    private func coin() -> Bool { random.uniform() < 0.5 }
    private func below(_ bound: Int) -> Int { Int(random.next() % UInt64(bound)) }
    private func maybe<Value>(_ value: @autoclosure () -> Value) -> Value? { coin() ? value() : nil }
    private func pick<Choice: CaseIterable>(_ type: Choice.Type) -> Choice {
        let all = Array(type.allCases)
        return all[below(all.count)]
    }

    private func whole() -> UInt64 { random.next() >> UInt64(below(64)) }

    private func number() -> Double {
        switch below(6) {
        case 0: 0
        case 1: -0.0
        case 2: Double(below(1000)) - 500
        case 3: Double(bitPattern: random.next() & 0x7fef_ffff_ffff_ffff)
        case 4: 9_007_199_254_740_992
        default: random.uniform()
        }
    }

    private func text() -> String {
        let pool: [String] = [
            "", "a", "conv1/weights", "ä € \u{1F600}", "\"\\/\u{7}", String(repeating: "x", count: 300),
        ]
        return pool[below(pool.count)] + (coin() ? "\(below(100))" : "")
    }

    private func id() -> String {
        coin() ? UUIDv7.make(at: Timestamp(millisecondsSinceEpoch: Int64(below(1 << 40))), using: &random) : text()
    }

    private func texts() -> [String] { (0..<below(4)).map { _ in text() } }
    private func counts() -> [String: UInt64] {
        Dictionary((0..<below(5)).map { _ in (text(), whole()) }) { first, _ in first }
    }

    private func value() -> MeasuredValue {
        var value =
            coin() ? MeasuredValue(number()) : MeasuredValue(unavailable: pick(Availability.self), reason: text())
        if below(8) == 0 { value.reason = maybe(text()) }
        return value
    }

    func run() -> Run {
        var run = Run(
            schemaVersion: below(3),
            id: id(),
            agentId: maybe(id()),
            jobId: maybe(id()),
            assignmentId: maybe(id()),
            startedAt: Timestamp(millisecondsSinceEpoch: Int64(below(1 << 45)) - 1 << 44),
            host: host(),
            outcome: pick(Run.Outcome.self),
            outcomeReason: maybe(text()),
            model: .init(
                name: text(),
                sha256: text(),
                family: maybe(text()),
                source: maybe(pick(Run.ModelReference.Source.self))
            ),
            threads: below(100) - 50,
            instances: below(1 << 40),
            isa: text(),
            plan: pick(PlanKind.self),
            scenario: pick(Scenario.self),
            ratePerSecond: maybe(number()),
            latencyNanoseconds: maybe(latency()),
            throughputPerSecond: maybe(number()),
            memory: maybe(memory()),
            counters: (0..<below(12)).map { _ in counter() },
            energy: maybe(energy()),
            warmUp: maybe(
                .init(seconds: number(), queries: whole(), isSettled: coin(), tail: maybe(pick(Run.WarmUp.Tail.self)))
            ),
            heat: maybe(heat()),
            load: maybe(load()),
            flags: (0..<below(5)).map { _ in pick(Flag.self) },
            roofline: maybe(roofline()),
            producer: text()
        )
        run.memoryLimit = maybe(limit())
        run.layers = maybe(layers())
        if coin() { setShares(of: &run) }
        return run
    }

    private func host() -> HostFacts {
        var host = HostFacts(
            hostname: text(),
            architecture: text(),
            cpuModel: text(),
            board: maybe(text()),
            kernel: text(),
            operatingSystem: text(),
            usableCpus: below(100),
            onlineCpus: -below(100),
            memoryBytes: whole(),
            isa: text(),
            cacheBytes: counts(),
            virtualized: coin(),
            limits: maybe(
                HostLimits(
                    cpus: maybe((0..<below(9)).map { _ in below(9) }),
                    isa: maybe(text()),
                    memoryBytes: maybe(whole())
                )
            )
        )
        host.cacheLineBytes = maybe(below(128))
        return host
    }

    private func latency() -> Run.Latency {
        Run.Latency(
            p50: whole(),
            p90: whole(),
            p99: whole(),
            min: whole(),
            max: whole(),
            mean: number(),
            count: whole(),
            histogram: histogram(),
            intervals: maybe(
                (0..<below(3)).map { _ in
                    .init(percentile: number(), lower: whole(), upper: whole(), inflation: maybe(number()))
                }
            ),
            bounds: maybe((0..<below(3)).map { _ in .init(percentile: number(), upper: whole(), over: whole()) }),
            outliers: maybe(.init(count: whole(), aboveNanoseconds: whole()))
        )
    }

    private func histogram() -> [[UInt64]] {
        switch below(4) {
        case 0: return (0..<below(4)).map { _ in (0..<below(4)).map { _ in whole() } }
        case 1:
            let unit = UInt64(1 + below(1000))
            return Set((0..<below(50)).map { _ in unit * UInt64(below(5000)) }).sorted().map { [$0, 1 + whole() / 2] }
        default: return Set((0..<below(300)).map { _ in whole() }).sorted().map { [$0, UInt64(1 + below(9))] }
        }
    }

    private func memory() -> Run.Memory {
        Run.Memory(
            peakRssBytes: whole(),
            loadPeakRssBytes: whole(),
            peakWasReset: maybe(coin()),
            rssAnonBytes: whole(),
            anonymousBeforePlanBytes: maybe(value()),
            pssBytes: maybe(value()),
            planResidentBytes: maybe(value()),
            arenaBytes: whole(),
            weightBytes: whole(),
            scratchBytes: maybe(whole()),
            loadFaults: maybe(.init(minor: whole(), major: whole())),
            windowFaults: maybe(.init(minor: whole(), major: whole()))
        )
    }

    private func limit() -> Run.MemoryLimit {
        Run.MemoryLimit(
            bytes: whole(),
            mechanism: pick(Run.MemoryLimit.Mechanism.self),
            reason: maybe(text()),
            verdict: maybe(pick(Run.MemoryLimit.Verdict.self)),
            peakBytes: maybe(whole()),
            majorFaults: maybe(whole()),
            refaults: maybe(value()),
            reclaimedPages: maybe(value()),
            scannedPages: maybe(value()),
            pressureShare: maybe(value())
        )
    }

    private func counter() -> Run.Counter {
        guard coin() else {
            let (raw, running) = (whole() >> 20, UInt64(1) << 40 + whole() >> 20)
            let enabled = running + whole() >> 24
            let scaled = Double(running.dividingFullWidth(raw.multipliedFullWidth(by: enabled)).quotient)
            return Run.Counter(
                name: text(),
                availability: .ok,
                value: coin() ? scaled : Double(raw),
                liveFraction: coin() ? Double(running) / Double(enabled) : 1,
                rawValue: raw,
                enabledNanoseconds: maybe(enabled),
                runningNanoseconds: maybe(running)
            )
        }
        return Run.Counter(
            name: text(),
            availability: pick(Availability.self),
            reason: maybe(text()),
            value: maybe(number()),
            liveFraction: maybe(number()),
            rawValue: maybe(whole()),
            enabledNanoseconds: maybe(whole()),
            runningNanoseconds: maybe(whole())
        )
    }

    private func energy() -> Run.Energy {
        var idle: Run.Energy.Idle?
        if coin() {
            idle = .init(
                seconds: number(),
                beforeWatts: number(),
                afterWatts: number(),
                driftFraction: number(),
                busyFraction: maybe(number()),
                governors: texts(),
                joulesAboveIdle: number(),
                doubts: (0..<below(3)).map { _ in pick(Run.Energy.Idle.Doubt.self) }
            )
        } else if coin() {
            idle = .init(unavailable: pick(Availability.self), reason: text())
        }
        return Run.Energy(
            availability: pick(Availability.self),
            reason: maybe(text()),
            instrument: maybe(text()),
            domain: maybe(text()),
            joules: maybe(number()),
            seconds: maybe(number()),
            watts: maybe(number()),
            samples: maybe(whole()),
            changes: maybe(whole()),
            updatePeriodSeconds: maybe(number()),
            idle: idle
        )
    }

    private func heat() -> Run.Heat {
        Run.Heat(
            throttling: .init(availability: pick(Availability.self), reason: maybe(text()), causes: texts()),
            lowestHertz: value(),
            meanHertz: value(),
            highestHertz: value(),
            firstThirdHertz: value(),
            lastThirdHertz: value(),
            hottestBeforeCelsius: value(),
            hottestCelsius: value(),
            hottestAfterCelsius: value(),
            slowedFraction: value(),
            cappedCpus: value(),
            loweredCpus: value(),
            governors: texts(),
            longestGapNanoseconds: value()
        )
    }

    private func load() -> Run.Load {
        Run.Load(
            cpuPressureFraction: value(),
            memoryPressureFraction: value(),
            ioPressureFraction: value(),
            pressureByOthersFraction: value(),
            othersWaitFraction: value(),
            ownWaitFraction: value(),
            swapByOthersPages: value(),
            vanishedCpus: value(),
            newCpus: value(),
            suspendedNanoseconds: value()
        )
    }

    private func roofline() -> Run.Roofline {
        guard coin() else { return .init(absent: text()) }
        return Run.Roofline(
            share: number(),
            allowedNanoseconds: number(),
            boundBy: pick(Run.Roofline.Bound.self),
            peakMacsPerSecond: number(),
            bandwidths: (0..<below(4)).map { _ in .init(level: pick(Run.Roofline.Bound.self), bytesPerSecond: number())
            }
        )
    }

    /// Shares that follow from the rest of the run, as the agent's do, or nearly.
    private func setShares(of run: inout Run) {
        let levels: [Run.Roofline.Bound] = [.l1, .l2, .l3, .memory]
        let rates = levels.map { _ in 1e9 + 1e11 * random.uniform() }
        let peak = 1e12 * random.uniform()
        run.roofline = Run.Roofline(
            share: 0.5,
            allowedNanoseconds: 1,
            boundBy: .compute,
            peakMacsPerSecond: peak,
            bandwidths: zip(levels, rates).map { .init(level: $0, bytesPerSecond: $1) }
        )
        for index in (run.layers ?? []).indices {
            let (constants, bytes) = (UInt64(below(1 << 20)), UInt64(below(1 << 24)))
            let (own, network) = (below(4), below(4))
            let times = (Double(bytes) / rates[own] * 1e9, Double(constants) / rates[network] * 1e9)
            let isCompute = coin()
            let macs = UInt64(below(1 << 30))
            let least = isCompute ? Double(macs) / peak * 1e9 : times.0 + times.1
            let nanoseconds = UInt64(below(1 << 24))
            run.layers?[index].macs = macs
            run.layers?[index].memoryAccessBytes = constants + bytes
            run.layers?[index].nanoseconds = nanoseconds
            guard nanoseconds > 0 else { continue }
            run.layers?[index].boundBy = isCompute ? .compute : levels[times.0 >= times.1 ? own : network]
            run.layers?[index].rooflineShare =
                Double(bitPattern: (least / Double(nanoseconds)).bitPattern &+ UInt64(below(100)))
        }
    }

    private func layers() -> [Run.Layer] {
        (0..<below(30)).map { _ in
            var layer = Run.Layer(
                name: text(),
                operation: text(),
                shape: text(),
                macs: whole(),
                memoryAccessBytes: whole(),
                nanoseconds: whole(),
                rooflineShare: maybe(number()),
                boundBy: maybe(pick(Run.Roofline.Bound.self))
            )
            layer.counters = maybe(counts())
            return layer
        }
    }
}
