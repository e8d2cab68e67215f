import EdgeprofAPI
import Testing

@testable import edgeprof

@Suite struct ServiceWordsTests {
    private static let unseen = MeasuredValue(unavailable: .absent, reason: "no such file")

    private static var heat: Run.Heat {
        Run.Heat(
            throttling: .init(availability: .absent, reason: "no counter"),
            lowestHertz: unseen,
            meanHertz: unseen,
            highestHertz: unseen,
            firstThirdHertz: unseen,
            lastThirdHertz: unseen,
            hottestBeforeCelsius: unseen,
            hottestCelsius: unseen,
            hottestAfterCelsius: unseen,
            slowedFraction: unseen,
            cappedCpus: unseen,
            loweredCpus: unseen,
            governors: [],
            longestGapNanoseconds: MeasuredValue(2.5e8)
        )
    }

    private static var load: Run.Load {
        Run.Load(
            cpuPressureFraction: MeasuredValue(0.0001),
            memoryPressureFraction: MeasuredValue(0),
            ioPressureFraction: MeasuredValue(0),
            pressureByOthersFraction: MeasuredValue(0),
            othersWaitFraction: MeasuredValue(unavailable: .absent, reason: "no statistics"),
            ownWaitFraction: MeasuredValue(0),
            swapByOthersPages: MeasuredValue(0),
            vanishedCpus: MeasuredValue(0),
            newCpus: MeasuredValue(0),
            suspendedNanoseconds: MeasuredValue(0)
        )
    }

    private static func run(_ change: (inout Run) -> Void = { _ in }) -> Run {
        var run = Run(
            id: "id",
            startedAt: Timestamp(millisecondsSinceEpoch: 0),
            host: HostFacts(
                hostname: "box",
                architecture: "arm64",
                cpuModel: "cortex",
                kernel: "6",
                operatingSystem: "d",
                usableCpus: 4,
                onlineCpus: 4,
                memoryBytes: 1,
                isa: "neon"
            ),
            outcome: .ok,
            model: Run.ModelReference(name: "net", sha256: ""),
            threads: 1,
            instances: 1,
            isa: "neon",
            plan: .fused,
            scenario: .singleStream,
            heat: heat,
            load: load,
            producer: "p"
        )
        change(&run)
        return run
    }

    @Test func aBoxThatShowsNothingSaysWhyOnce() {
        let run = Self.run()
        #expect(ServiceWords.heat(run) == nil && ServiceWords.load(run) == nil && ServiceWords.warmUp(run) == nil)
        let expected = [
            "not seen (no counter): throttling", "not seen (no such file): clock, temperature",
            "not seen (no statistics): run queues",
        ]
        #expect(ServiceWords.notes([run, run]) == expected)
        #expect(ServiceWords.details(run).map { $0[0] } == ["heat", "load", "not seen", "not seen", "not seen"])
    }

    @Test func olderRunsSayNothing() {
        let run = Self.run {
            $0.heat = nil
            $0.load = nil
        }
        #expect(ServiceWords.notes([run]).isEmpty && ServiceWords.details(run).isEmpty)
    }

    @Test func whatWasSeenIsSaidBriefly() {
        let run = Self.run {
            $0.heat?.meanHertz = MeasuredValue(1.456e9)
            $0.heat?.lowestHertz = MeasuredValue(1.2e9)
            $0.heat?.highestHertz = MeasuredValue(1.5e9)
            $0.heat?.governors = ["ondemand"]
            $0.heat?.hottestCelsius = MeasuredValue(81.2)
            $0.heat?.hottestBeforeCelsius = MeasuredValue(61)
            $0.heat?.cappedCpus = MeasuredValue(1)
            $0.heat?.slowedFraction = MeasuredValue(0.5)
            $0.heat?.throttling = .init(availability: .ok, causes: ["firmware: undervoltage"])
            $0.heat?.longestGapNanoseconds = MeasuredValue(1.6e9)
            $0.load?.cpuPressureFraction = MeasuredValue(0.034)
            $0.load?.swapByOthersPages = MeasuredValue(1200)
            $0.load?.vanishedCpus = MeasuredValue(1)
            $0.warmUp = Run.WarmUp(seconds: 31.5, queries: 1234, isSettled: true, tail: .unsteady)
        }
        #expect(
            ServiceWords.heat(run)
                == "clock 1.46 GHz (1.20 to 1.50) by ondemand, hottest 81.0 °C (61.0 before), clock capped on 1 CPU, "
                + "slowed in 50.0 % of looks, firmware: undervoltage"
        )
        #expect(
            ServiceWords.load(run)
                == "CPU pressure 3.40 %, 1.20 k pages swapped by others, 1 CPU vanished, stood still for 1.60 s"
        )
        #expect(ServiceWords.warmUp(run) == "31.5 s, 1.23 k queries, not thermally steady in time")
        #expect(ServiceWords.notes([run]).contains { $0.hasSuffix("in time; try a longer --settle") })
        #expect(ServiceWords.notes([run, run])[2].hasPrefix("net, run 2: clock"))
    }

    @Test func warmUps() {
        func words(_ tail: Run.WarmUp.Tail?, isSettled: Bool) -> String? {
            ServiceWords.warmUp(
                Self.run { $0.warmUp = Run.WarmUp(seconds: 0.5, queries: 9, isSettled: isSettled, tail: tail) }
            )
        }
        #expect(words(nil, isSettled: true) == "500 ms, 9 queries, latency steady")
        #expect(words(nil, isSettled: false) == "500 ms, 9 queries, latency not steady yet")
        #expect(words(.steady, isSettled: true) == "500 ms, 9 queries, clock and heat steady")
        #expect(
            words(.steadyLatency, isSettled: true)?.hasSuffix("steady for 30 s; no clock or heat shows here") == true
        )
    }
}
