import Glibc
import HostInfo
import HostTestSupport
import Testing

@testable import HostProbes

@Suite struct EnergyMeterTests {
    private let second: UInt64 = 1_000_000_000

    private func instrument(_ kind: EnergyInstrument.Kind) -> EnergyInstrument {
        EnergyInstrument(
            name: "test",
            domain: .board,
            kind: kind,
            updatePeriodNanoseconds: 100_000_000,
            availability: .ok,
            source: kind == .counter ? .energy("/e") : .power("/p")
        )
    }

    private func counter(_ microjoules: UInt64, range: UInt64? = 262_143_328_850) -> Reading<EnergySample> {
        .value(.counters([.init(name: "package-0", microjoules: microjoules, rangeMicrojoules: range)]))
    }

    private func energy(
        _ kind: EnergyInstrument.Kind,
        _ samples: [(Reading<EnergySample>, UInt64)]
    ) -> Reading<MeasuredEnergy> {
        var total = EnergyTotal()
        for (sample, time) in samples { total.add(sample, at: time) }
        return EnergyMeter.energy(total, of: instrument(kind))
    }

    @Test func powerIsIntegratedByTrapezes() throws {
        // A ramp from 0 to 10 W over 10 s: 50 J.
        let ramp = (0...100).map { (Reading.value(EnergySample.watts(Double($0) / 10)), UInt64($0) * 100_000_000) }
        let energy = try #require(energy(.sampled, ramp).value)
        #expect(abs(energy.joules - 50) < 1e-9 && abs(energy.watts - 5) < 1e-9)
        #expect(energy.samples == 101 && energy.changes == 100 && energy.domain == .board)
        #expect(abs(energy.resolutionFraction - 0.01) < 1e-12)
    }

    @Test func unevenSamplesWeighByTheirTime() throws {
        let uneven: [(Reading<EnergySample>, UInt64)] = [
            (.value(.watts(4)), 0), (.value(.watts(4)), second * 6), (.value(.watts(8)), second * 13 / 2),
            (.value(.watts(8)), second * 7), (.value(.watts(8)), second * 7),
        ]
        // The gap of 6 s is too long.
        #expect(energy(.sampled, uneven).availability.reason?.contains("silent for 6000 ms") == true)
        let even = (0...14).map { (Reading.value(EnergySample.watts($0 < 8 ? 4 : 8)), second * UInt64($0) / 2) }
        // 3.5 s at 4 W, half a second between, 3 s at 8 W.
        #expect(abs((energy(.sampled, even).value?.joules ?? 0) - (14 + 3 + 24)) < 1e-9)
    }

    @Test func countersMayWrapAgainAndAgain() throws {
        let range: UInt64 = 65_532_610_987
        var samples: [(Reading<EnergySample>, UInt64)] = []
        // 400 W for ten minutes, read every 30 s: 240 kJ, more than three times round.
        for step in 0...20 {
            samples.append((counter(UInt64(step) * 12_000_000_000 % range, range: range), UInt64(step) * 30 * second))
        }
        let energy = try #require(energy(.counter, samples).value)
        #expect(abs(energy.joules - 240_000) < 1)
    }

    @Test func windowsThatGiveNoEnergy() {
        #expect(energy(.counter, []).availability.reason?.contains("fewer than two") == true)
        #expect(energy(.counter, [(counter(5), 0)]).availability.status == .absent)
        let brief = energy(.counter, [(counter(5), 0), (counter(9), second * 5 - 1)])
        #expect(brief.availability.reason?.contains("shorter than 5") == true)
        #expect(energy(.counter, [(counter(5), 0), (counter(9), second * 5)]).value != nil)
        #expect(
            energy(.counter, [(counter(5), 0), (counter(5), second * 9)]).availability.reason?.contains("stood") == true
        )
        let back = energy(.counter, [(counter(9, range: nil), 0), (counter(5, range: nil), second * 9)])
        #expect(back.availability.reason?.contains("went back") == true)
        // 65 kJ in 140 s at 500 W: perhaps twice round.
        let long = energy(
            .counter,
            [(counter(5, range: 65_532_610_987), 0), (counter(9, range: 65_532_610_987), second * 140)]
        )
        #expect(long.value == nil)
        let absurd = energy(.counter, [(counter(5), 0), (counter(9_000_000_000_000), second * 9)])
        #expect(absurd.availability.reason?.contains("no box can have") == true)
        let swapped = energy(.counter, [(counter(5), 0), (.value(.watts(5)), second * 6)])
        #expect(swapped.value == nil)
    }

    @Test func aSampleThatFailsIsAGapAndAnOlderOneIsLeftOut() throws {
        var samples = (0...60).map { (Reading.value(EnergySample.watts(5)), UInt64($0) * 100_000_000) }
        samples[30].0 = .unavailable(.absent("gone for a moment"))
        samples.append((.value(.watts(5000)), 1))
        let energy = try #require(energy(.sampled, samples).value)
        #expect(abs(energy.joules - 30) < 1e-9 && energy.samples == 60)
    }

    @Test func aMeterSamplesInTheBackground() throws {
        let host = try FixtureHost(files: [
            ("/sys/class/hwmon/hwmon0/name", "power_meter\n"), ("/sys/class/hwmon/hwmon0/power1_average", "3000000\n"),
            ("/sys/class/hwmon/hwmon0/power1_average_interval", "20\n"),
        ])
        let found = try #require(EnergyInstrument.best(root: host.root).value)
        let meter = EnergyMeter(found, root: host.root, shortestWindowNanoseconds: 300_000_000)
        #expect(meter.samplingPeriodNanoseconds == 20_000_000)
        #expect(meter.stop().availability.reason?.contains("begun") == true)
        for _ in 0..<2 {
            meter.start()
            usleep(500_000)
            // A box so busy that the thread got no turn has its reason.
            switch meter.stop() {
            case .value(let energy):
                #expect(abs(energy.watts - 3) < 1e-6 && energy.samples > 4 && energy.changes == 0)
                #expect(energy.durationNanoseconds >= 500_000_000 && energy.instrument == "power_meter:1")
            case .unavailable(let why): #expect(why.reason?.contains("silent") == true)
            }
        }
        meter.start()
        host.remove("/sys/class/hwmon/hwmon0/power1_average")
        usleep(400_000)
        #expect(meter.stop().availability.reason?.contains("no data") == true)
    }

    @Test func theSamplerStopsAndEnds() throws {
        let calls = CallCount()
        do {
            let sampler = BackgroundSampler(periodNanoseconds: 1_000_000) { calls.add() }
            usleep(20_000)
            #expect(calls.value == 0)
            sampler.resume()
            for _ in 0..<1000 where calls.value < 3 { usleep(1000) }
            #expect(calls.value >= 3)
            sampler.pause()
            usleep(5000)
            let paused = calls.value
            usleep(20_000)
            #expect(calls.value <= paused + 1)
            sampler.resume()
        }
        let ended = calls.value
        usleep(20_000)
        #expect(calls.value == ended)
    }

    /// On a host that has an instrument.
    @Test func thisHost() {
        switch EnergyInstrument.best() {
        case .unavailable(let why): print("Energy: \(why.reason ?? "")")
        case .value(let instrument):
            let meter = EnergyMeter(instrument, root: .system, shortestWindowNanoseconds: 500_000_000)
            meter.start()
            usleep(600_000)
            if let energy = meter.stop().value { #expect(energy.watts > 0 && energy.watts < 5000) }
        }
    }
}
