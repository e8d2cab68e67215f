import HTTPTransport
import Testing

@testable import AgentRuntime

@Suite struct HeartbeatRhythmTests {
    private struct Highest: RandomNumberGenerator {
        mutating func next() -> UInt64 { .max }
    }

    private let down = CollectorError(code: .unreachable(.connectionRefused), message: "down")

    @Test func heartbeatsThatFailComeMoreAndMoreSeldom() {
        var (rhythm, random) = (HeartbeatRhythm(interval: .seconds(30)), Highest())
        #expect(rhythm.wait(after: nil, using: &random) == .seconds(30))
        let waits = (0..<8).map { _ in rhythm.wait(after: down, using: &random) / .seconds(1) }
        #expect(zip(waits, waits.dropFirst()).allSatisfy { $0 <= $1 })
        #expect(abs(waits[0] - 60) < 1 && abs(waits[1] - 90) < 1 && abs(waits[7] - 300) < 1, "\(waits)")
        #expect(rhythm.wait(after: nil, using: &random) == .seconds(30))
        #expect(abs(rhythm.wait(after: down, using: &random) / .seconds(1) - 60) < 1)
    }

    @Test func aFleetDoesNotComeAsOne() {
        var random = SystemRandomNumberGenerator()
        let waits = (0..<50).map { _ in
            var rhythm = HeartbeatRhythm(interval: .seconds(30))
            return rhythm.wait(after: down, using: &random)
        }
        #expect(Set(waits).count > 40 && waits.allSatisfy { $0 >= .seconds(30) && $0 <= .seconds(60) })
    }

    @Test func whatTheCollectorAsksComesOnTop() {
        var (rhythm, random) = (HeartbeatRhythm(interval: .seconds(30)), SystemRandomNumberGenerator())
        let asked = CollectorError(code: .unavailable(503), message: "later", retryAfterSeconds: 600)
        #expect(rhythm.wait(after: asked, using: &random) >= .seconds(630))
    }
}
