import EdgeprofAPI
import Testing

@testable import edgeprof

@Suite struct FleetTablesTests {
    private func agent(_ name: String, _ tiers: [String], labels: [String: String] = [:]) -> AgentRecord {
        AgentRecord(
            id: "id-\(name)",
            name: name,
            labels: labels,
            host: HostFacts(
                hostname: name,
                architecture: "x86_64",
                cpuModel: "Test CPU",
                kernel: "6.1",
                operatingSystem: "Debian",
                usableCpus: 4,
                onlineCpus: 4,
                memoryBytes: 1 << 30,
                isa: "avx2"
            ),
            tiers: tiers,
            enrolledAt: Timestamp(millisecondsSinceEpoch: 0)
        )
    }

    @Test func hostsOfNoneOrSeveralComeFirstByName() {
        let agents = [
            agent("a", ["small"]), agent("b", ["small", "large"]), agent("c", []),
            agent("d", [], labels: ["stand-in-for": "gone"]), agent("e", ["large"], labels: ["stand-in-for": "large"]),
        ]
        #expect(TierHosts(agents, unmatchedOnly: false).hosts.map(\.name) == ["c", "d", "b", "a", "e"])
        let unmatched = TierHosts(agents, unmatchedOnly: true)
        #expect(unmatched.hosts.map(\.name) == ["c", "d", "b"])
        let text = TierHosts(agents, unmatchedOnly: false).table(isNarrow: false).rendered(as: .csv)
        #expect(text.contains("there is no tier gone") && text.contains("small and large"))
        #expect(text.contains("large (stand-in)"))
        let warning = TierHosts.warning(agents, width: 80)
        #expect(warning.contains("Of no tier: c, d.") && warning.contains("b (small, large)"))
        #expect(TierHosts.warning([agents[0]], width: 80).isEmpty)
    }

    @Test func changesSayWhatWhenAndHowMuch() {
        let change = FleetChanges.Change(
            model: "resnet18",
            hostId: "x",
            hostname: "edge-1",
            settings: "1 instance",
            lastBefore: Timestamp(millisecondsSinceEpoch: 1_763_800_000_000),
            firstAfter: Timestamp(millisecondsSinceEpoch: 1_763_900_000_000),
            runsBefore: 20,
            runsAfter: 10,
            millisecondsBefore: 20,
            millisecondsAfter: 21,
            ratioInterval: [1.04, 1.06],
            pValue: 1e-6,
            adjustedPValue: 1e-5
        )
        var fleet = FleetChanges(changes: [change], checked: 9, tooShort: 2, window: 32, falseDiscoveryRate: 0.05)
        let page = ChangesTable.page(fleet, width: 80)
        #expect(page.hasPrefix("1 of 9 series of a model on a host changed: 1 slower, 0 faster"))
        #expect(page.contains("+5.00") && page.contains("+4.00 to +6.00") && page.contains("2025-11-23"))
        #expect(page.split(separator: "\n").allSatisfy { $0.count <= 80 })
        fleet.changes = []
        #expect(ChangesTable.page(fleet, width: 80).hasPrefix("No change among the latest runs of 9 series"))
    }

    @Test func comparisonsLeadWithTheConclusionAndShowGates() {
        var figure = RunComparison.Figure(
            name: .p99,
            unit: "nanoseconds",
            a: .init(value: 20e6, interval: 19e6...21e6),
            b: .init(value: 22e6, interval: 21e6...23e6),
            ratio: .init(value: 1.1, interval: 1.05...1.15),
            pValue: 0.001
        )
        figure.verdict = .worse
        let gate = RunComparison.Gate(
            kind: "require",
            expression: "p99 <= 20ms",
            passed: false,
            isDecided: true,
            value: nil,
            reason: "it is 22 ms (21 to 23)"
        )
        let comparison = RunComparison(
            headline: "Gates not passed.",
            groups: [
                .init(
                    model: "resnet18",
                    settings: "offline",
                    hosts: ["edge-1"],
                    a: .init(compared: 5, failed: 0, disturbed: 1),
                    b: .init(compared: 6, failed: 0, disturbed: 0),
                    undecided: nil,
                    figures: [figure],
                    gates: [gate]
                )
            ],
            passed: false,
            differences: ["program: A has 1; B has 2"],
            warnings: []
        )
        let page = ComparisonTable.page(comparison, width: 80)
        #expect(page.hasPrefix("Gates not passed.\n"))
        #expect(page.contains("20.0 ms  22.0 ms     +10.0  +5.00 to +15.0  worse"))
        #expect(page.contains("A 5 runs, 1 disturbed and left out, B 6 runs"))
        #expect(page.contains("NOT PASSED: resnet18: require p99 <= 20ms: it is 22 ms (21 to 23)"))
        #expect(page.contains("Differs: program: A has 1; B has 2"))
        #expect(page.split(separator: "\n").allSatisfy { $0.count <= 80 })
    }
}
