extension MeasurementSet {
    /// What keeps the measurements from being used, each with its key path; empty when they are sound.
    public func problems() -> [ConfigurationProblem] {
        var collector = ProblemCollector()
        var firstIndex: [TierMeasurement.Key: Int] = [:]
        for (index, measurement) in measurements.enumerated() {
            func path() -> String { "measurements[\(index)]" }
            if let first = firstIndex[measurement.key] {
                collector.add(path(), "has the same model, tier and settings as measurements[\(first)]")
            } else {
                firstIndex[measurement.key] = index
            }
            measurement.collectProblems(path(), into: &collector)
        }
        return collector.problems
    }
}

extension TierMeasurement {
    /// What tells one candidate from another.
    struct Key: Hashable {
        var model: String
        var tier: String
        var settings: Settings?
        var instances: Int
    }

    var key: Key { Key(model: model, tier: tier, settings: settings, instances: instances) }

    fileprivate func collectProblems(_ path: @autoclosure () -> String, into collector: inout ProblemCollector) {
        if model.isEmpty { collector.add("\(path()).model", "is empty") }
        if tier.isEmpty { collector.add("\(path()).tier", "is empty") }
        collector.require(throughputPerSecond, "\(path()).throughputPerSecond", in: 0...1e9)
        latencyMilliseconds?.collectProblems("\(path()).latencyMilliseconds", into: &collector)
        worstHostLatencyMilliseconds?.collectProblems("\(path()).worstHostLatencyMilliseconds", into: &collector)
        if let peakRssMib { collector.require(peakRssMib, "\(path()).peakRssMib", in: 0...1e9) }
        collector.require(instances, "\(path()).instances", in: 1...4096)
        // Of n queries it is n - 1 at most, and no run has more than 10^11.
        collector.require(serviceTimeCv2, "\(path()).serviceTimeCv2", in: 0...1e12)
        if let energy {
            collector.require(energy.joulesPerInference, "\(path()).energy.joulesPerInference", in: 0...1e9)
        }
        if let rooflineShare {
            let range = EdgeprofAPI.Run.Roofline.shares
            collector.require(rooflineShare, "\(path()).rooflineShare", in: range, "a fraction: 0.85, not 85")
        }
        accuracy?.collectProblems("\(path()).accuracy", into: &collector)
        var ids: Set<String> = []
        for (index, host) in hosts.enumerated() {
            func hostPath() -> String { "\(path()).hosts[\(index)]" }
            if !ids.insert(host.id).inserted { collector.add("\(hostPath()).id", "`\(host.id)` appears twice") }
            if host.runs.isEmpty { collector.add("\(hostPath()).runs", "is empty; leave the host out") }
            host.latencyMilliseconds?.collectProblems("\(hostPath()).latencyMilliseconds", into: &collector)
            for (index, run) in host.runs.enumerated() {
                run.collectProblems("\(hostPath()).runs[\(index)]", into: &collector)
            }
        }
    }
}

extension TierMeasurement.Latency {
    fileprivate func collectProblems(_ path: @autoclosure () -> String, into collector: inout ProblemCollector) {
        for (value, name) in [(p50, "p50"), (p90, "p90"), (p99, "p99")] {
            collector.require(value, "\(path()).\(name)", in: 1e-6...1e9, "milliseconds")
        }
        if p50 > p90 || p90 > p99 { collector.add(path(), "a lower percentile is above a higher one") }
    }
}

extension TierMeasurement.Run {
    fileprivate func collectProblems(_ path: @autoclosure () -> String, into collector: inout ProblemCollector) {
        collector.require(throughputPerSecond, "\(path()).throughputPerSecond", in: 1e-9...1e9)
        // From one byte on.
        collector.require(peakRssMib, "\(path()).peakRssMib", in: 0x1p-20...1e9)
        TierMeasurement.Latency(p50: p50, p90: p90, p99: p99).collectProblems(path(), into: &collector)
    }
}

extension TierMeasurement.Accuracy {
    fileprivate func collectProblems(_ path: @autoclosure () -> String, into collector: inout ProblemCollector) {
        collector.require(value, "\(path()).value", in: 0...1, "a fraction: 0.76, not 76")
        if let images { collector.require(images, "\(path()).images", in: 1...1_000_000_000) }
        guard let interval else { return }
        guard interval.count == 2, interval[0] <= interval[1], interval[0] >= 0, interval[1] <= 1 else {
            return collector.add("\(path()).interval", "give the lower and the upper end, both fractions")
        }
        if value < interval[0] || value > interval[1] { collector.add("\(path()).interval", "does not hold the value") }
    }
}
