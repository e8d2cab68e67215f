import EdgeprofAPI
import Testing

@testable import edgeprof

@Suite struct EnergyTextTests {
    private func run(_ energy: Run.Energy?) throws -> Run { try run("net", energy) }

    private func run(_ name: String, _ energy: Run.Energy?) throws -> Run {
        Run(
            id: "01900000-0000-7000-8000-000000000000",
            startedAt: try #require(Timestamp("2026-11-22T10:00:00.000Z")),
            host: HostFacts(
                hostname: "box",
                architecture: "arm64",
                cpuModel: "cpu",
                kernel: "6.1",
                operatingSystem: "Debian",
                usableCpus: 4,
                onlineCpus: 4,
                memoryBytes: 1 << 30,
                isa: "neon"
            ),
            outcome: .ok,
            model: Run.ModelReference(name: name, sha256: String(repeating: "0", count: 64)),
            threads: 1,
            instances: 1,
            isa: "neon",
            plan: .fused,
            scenario: .singleStream,
            latencyNanoseconds: Run.Latency(
                p50: 5,
                p90: 5,
                p99: 5,
                min: 5,
                max: 5,
                mean: 5,
                count: 1000,
                histogram: [[5, 1000]]
            ),
            energy: energy,
            producer: "edgeprof test"
        )
    }

    private func energy(joules: Double = 60, doubts: [Run.Energy.Idle.Doubt] = []) -> Run.Energy {
        Run.Energy(
            availability: .ok,
            instrument: "ina3221:VDD_IN",
            domain: "board",
            joules: joules,
            seconds: 10,
            watts: joules / 10,
            samples: 200,
            changes: 150,
            updatePeriodSeconds: 0.1,
            idle: .init(
                seconds: 5,
                beforeWatts: 3,
                afterWatts: 3.02,
                driftFraction: 0.0066,
                busyFraction: 0.004,
                governors: ["schedutil"],
                joulesAboveIdle: joules - 30.1,
                doubts: doubts
            )
        )
    }

    @Test func aRunInFull() throws {
        let rows = EnergyText.rows(try run(energy(doubts: [.drift, .busy])))
        #expect(
            rows == [
                ["energy", "60.0 mJ a query, 29.9 mJ above idle"],
                ["power", "6.00 W by ina3221:VDD_IN (board), resolution 100 ms, 150 changes in 200 values"],
                [
                    "idle power",
                    "idle 3.00 W before, 3.02 W after, drift 0.66 %, 0.4 % busy, schedutil, "
                        + "doubtful: idle-power-drifted baseline-not-idle",
                ],
            ]
        )
    }

    @Test func olderRunsAndMissingEnergy() throws {
        let old = Run.Energy(availability: .ok, instrument: "rapl:package-0", domain: "package", joules: 3)
        #expect(
            EnergyText.rows(try run(old)) == [
                ["energy", "3.00 mJ a query"], ["power", "3.00 J by rapl:package-0 (package)"],
            ]
        )
        let none = try run(nil)
        #expect(EnergyText.rows(none).isEmpty && EnergyText.notes([none]).isEmpty)
        let denied = Run.Energy(availability: .denied, reason: "root only")
        #expect(EnergyText.rows(try run(denied)) == [["energy", "denied: root only"]])
    }

    @Test func notesSayEachThingOnce() throws {
        var unasked = energy(joules: 80)
        unasked.idle = .init(unavailable: .absent, reason: "not asked for")
        let missing = Run.Energy(availability: .absent, reason: "no instrument")
        let notes = EnergyText.notes([
            try run("a", energy(joules: 50)), try run("a", energy(joules: 70)), try run("a", energy()),
            try run("b", unasked),
            try run("c", missing), try run("c", missing), try run("d", missing),
        ])
        #expect(
            notes == [
                "energy of a: 60.0 mJ a query, 29.9 mJ above idle; 6.00 W by ina3221:VDD_IN (board); "
                    + "idle 3.00 W before, 3.02 W after, drift 0.66 %, 0.4 % busy, schedutil",
                "energy of b: 80.0 mJ a query; 8.00 W by ina3221:VDD_IN (board)",
                "no energy (no instrument): c, d",
                "no idle power (not asked for): b",
            ]
        )
    }
}
