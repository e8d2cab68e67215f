import EdgeprofAPI
import Statistics

/// The runs of a group that can be compared, by host, and those that cannot.
struct ComparedRuns {
    /// Histograms keep three significant digits: 1 in 1,024 at worst.
    private static let latencyResolution = 1.0 / 1024

    let runs: LikeRuns
    /// Runs of both sides on one host.
    let hosts: [(a: [Run], b: [Run])]
    let a: RunComparison.RunCount
    let b: RunComparison.RunCount
    /// Why nothing can be decided; nil when it can.
    let undecided: String?

    init(_ runs: LikeRuns, allowing allowed: Set<RunDifference>) {
        self.runs = runs
        let takesDisturbed = allowed.contains(.disturbed)
        let (left, right) = (Self.usable(runs.a, takesDisturbed), Self.usable(runs.b, takesDisturbed))
        let byHost = { (runs: [Run]) in Dictionary(grouping: runs) { RunDifference.host.value(of: $0) } }
        let (leftHosts, rightHosts) = (byHost(left), byHost(right))
        let names = Set(leftHosts.keys).intersection(rightHosts.keys).sorted()
        // Sides on a host each, where that is meant, have none in common.
        hosts =
            Set(runs.a.map(RunDifference.host.value)) == Set(runs.b.map(RunDifference.host.value))
            ? names.map { (leftHosts[$0] ?? [], rightHosts[$0] ?? []) } : [(left, right)]
        a = Self.count(runs.a, hosts.reduce(0) { $0 + $1.a.count }, takesDisturbed)
        b = Self.count(runs.b, hosts.reduce(0) { $0 + $1.b.count }, takesDisturbed)
        let needed = RunComparison.fewestRuns + max(0, hosts.count - 1)
        let short = [("A", a.compared), ("B", b.compared)].filter { $0.1 < needed }
        undecided =
            short.isEmpty
            ? nil
            : short.map { "\($0.0) has \($0.1) runs to compare" }.joined(separator: ", ")
                + "; \(needed) a side are needed" + (hosts.count > 1 ? " on \(hosts.count) hosts" : "")
    }

    private static func usable(_ runs: [Run], _ takesDisturbed: Bool) -> [Run] {
        runs.filter { run in
            run.outcome == .ok && run.latencyNanoseconds != nil && run.throughputPerSecond != nil && run.memory != nil
                && (takesDisturbed || !isDisturbed(run))
        }
    }

    private static func isDisturbed(_ run: Run) -> Bool { run.flags.contains { $0.isDisturbance } }

    private static func count(_ runs: [Run], _ compared: Int, _ takesDisturbed: Bool) -> RunComparison.RunCount {
        RunComparison.RunCount(
            compared: compared,
            failed: runs.filter { $0.outcome != .ok }.count,
            disturbed: takesDisturbed ? 0 : runs.filter { $0.outcome == .ok && isDisturbed($0) }.count
        )
    }

    /// The group without verdicts and gates.
    func group() -> RunComparison.Group {
        let first = runs.b.first
        let settings = RunDifference.attributes.filter { ![.model, .host, .limits].contains($0) }
        return RunComparison.Group(
            model: first?.model.name ?? "",
            settings: first.map { run in settings.map { $0.settingText(of: run) }.joined(separator: ", ") } ?? "",
            hosts: Set(runs.b.map(\.host.hostname)).sorted(),
            a: a,
            b: b,
            undecided: undecided,
            figures: RunComparison.Figure.Name.allCases.map(figure),
            gates: []
        )
    }

    private func figure(_ name: RunComparison.Figure.Name) -> RunComparison.Figure {
        let values = hosts.map { ($0.a.compactMap(name.value), $0.b.compactMap(name.value)) }
        let ratio =
            undecided == nil
            ? LogRatio(values.map { LogRatio.Host(base: $0.0, other: $0.1) }, resolution: resolution(name)) : nil
        return RunComparison.Figure(
            name: name,
            unit: name.unit,
            a: estimate(values.map(\.0), name),
            b: estimate(values.map(\.1), name),
            ratio: ratio.map { RunComparison.Estimate(value: $0.ratio, interval: $0.interval) },
            pValue: ratio?.pValue
        )
    }

    private func estimate(_ hosts: [[Double]], _ name: RunComparison.Figure.Name) -> RunComparison.Estimate? {
        if let known = ProcessInterval.typical(ofHosts: hosts, resolution: resolution(name)) {
            return RunComparison.Estimate(value: known.value, interval: undecided == nil ? known.interval : nil)
        }
        return ProcessInterval.typical(Array(hosts.joined())).map { RunComparison.Estimate(value: $0, interval: nil) }
    }

    private func resolution(_ name: RunComparison.Figure.Name) -> Double {
        switch name {
        case .p50, .p90, .p99: Self.latencyResolution
        case .throughput, .rss: 0
        }
    }
}

extension RunComparison.Figure.Name {
    /// A run's figure in base units.
    func value(of run: Run) -> Double? {
        switch self {
        case .p50: run.latencyNanoseconds.map { Double($0.p50) }
        case .p90: run.latencyNanoseconds.map { Double($0.p90) }
        case .p99: run.latencyNanoseconds.map { Double($0.p99) }
        case .throughput: run.throughputPerSecond
        case .rss: run.memory.map { Double(max($0.peakRssBytes, $0.loadPeakRssBytes)) }
        }
    }

    var unit: String {
        switch self {
        case .p50, .p90, .p99: "nanoseconds"
        case .throughput: "perSecond"
        case .rss: "bytes"
        }
    }
}

extension RunDifference {
    /// A run's setting as a person reads it.
    fileprivate func settingText(of run: Run) -> String {
        switch self {
        case .instances: run.instances == 1 ? "1 instance" : "\(run.instances) instances"
        case .threads: run.threads == 1 ? "1 thread" : "\(run.threads) threads"
        case .plan: "\(run.plan.rawValue) plan"
        default: value(of: run)
        }
    }
}
