import HostProbes
import Testing

@testable import MeasurementCore

@Suite struct SteadyTailTests {
    /// Feeds four looks a second; when it was steady first, in seconds.
    private func steady(
        seconds: Int,
        _ look: (_ second: Double) -> (FrequencyLook, latency: UInt64)
    ) -> (at: Double, tail: RecordedTail)? {
        var tail = SteadyTail()
        for index in 0...(4 * seconds) {
            let second = Double(index) / 4
            let (seen, latency) = look(second)
            tail.add(seen, latency: latency, at: 7 + UInt64(index) * 250_000_000)
            if let found = tail.steady { return (second, found) }
        }
        return nil
    }

    @Test func aSteadyBoxTakesHalfAMinute() throws {
        let found = try #require(steady(seconds: 60) { _ in (FrequencyLook(hertz: 2_000_000_000, celsius: 50), 1) })
        #expect(found.at == 30 && found.tail == .steady)
    }

    /// A heat sink that warms up with a time constant of 40 s from 40 to 80 degrees; the clock falls once it is above 75.
    @Test func heatAndClockAreWaitedFor() throws {
        let found = try #require(
            steady(seconds: 600) { second in
                // e^(-t/40) by squaring: no library is needed.
                var share = 1.0
                for _ in 0..<Int(second) { share *= 0.975_309_9 }
                let celsius = 80 - 40 * share
                return (FrequencyLook(hertz: celsius > 75 ? 1_500_000_000 : 2_400_000_000, celsius: celsius), 1)
            }
        )
        // 25 s (between the middles of six pieces) in which it still rises by one degree begin at t with 40 e^(-t/40) (1 - e^(-25/40)) = 1.
        #expect((130...165).contains(found.at), "\(found.at)")
    }

    @Test func oneMayShowWithoutTheOther() {
        #expect(steady(seconds: 60) { (FrequencyLook(hertz: 1_000_000_000 + Int64($0) * 500_000), 1) }?.tail == .steady)
        #expect(steady(seconds: 120) { (FrequencyLook(hertz: 1_000_000_000 + Int64($0) * 9_000_000), 1) } == nil)
        // Without a clock latency stands for it, even where heat shows.
        #expect(steady(seconds: 60) { _ in (FrequencyLook(celsius: 50), 1_000) }?.tail == .steady)
        #expect(steady(seconds: 60) { (FrequencyLook(celsius: 50), 1_000 + 10 * UInt64($0)) } == nil)
        #expect(steady(seconds: 60) { _ in (FrequencyLook(), 1_000) }?.tail == .steadyLatency)
        #expect(steady(seconds: 60) { (FrequencyLook(), 1_000 + 10 * UInt64($0)) } == nil)
        #expect(steady(seconds: 60) { _ in (FrequencyLook(), 0) } == nil)
    }

    @Test func trembleIsNoChange() {
        let found = steady(seconds: 60) { second in
            let odd = Int(second * 4) % 4 == 1
            return (FrequencyLook(hertz: odd ? 2_400_000_000 : 2_000_000_000, celsius: odd ? 53 : 50), 1)
        }
        #expect(found?.at == 30)
    }

    /// A sensor that falls silent for a whole piece was not seen to be steady.
    @Test func gapsAreNotSteady() throws {
        let found = try #require(
            steady(seconds: 90) { second in
                (FrequencyLook(hertz: (12..<20).contains(second) ? nil : 2_000_000_000, celsius: 50), 1)
            }
        )
        #expect(found.at > 45)
    }
}
