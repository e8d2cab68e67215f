import Testing
import Uploader

@Suite struct BackoffTests {
    @Test func waitsAreWithinTheDoublingBoundAndFillIt() {
        var random = SplitMix64(state: 1)
        var longest: [Duration] = Array(repeating: .zero, count: 8)
        for _ in 0..<500 {
            var backoff = Backoff(base: .seconds(1), cap: .seconds(20))
            for index in longest.indices {
                let wait = backoff.fail(using: &random)
                #expect(wait >= .zero && wait <= min(.seconds(20), .seconds(1 << index)))
                longest[index] = max(longest[index], wait)
            }
        }
        for (index, wait) in longest.enumerated() { #expect(wait > min(.seconds(20), .seconds(1 << index)) * 0.95) }
    }

    @Test func resettingStartsAgain() {
        var random = SplitMix64(state: 2)
        var backoff = Backoff(base: .seconds(1), cap: .seconds(1000))
        for _ in 0..<10 { _ = backoff.fail(using: &random) }
        backoff.reset()
        #expect(backoff.fail(using: &random) <= .seconds(1))
    }

    @Test func neverEndsAndNeverOverflows() {
        var random = SplitMix64(state: 3)
        var backoff = Backoff()
        for _ in 0..<10_000 { #expect(backoff.fail(using: &random) <= .seconds(60)) }
    }

    @Test(arguments: [(nil, 0, 60), (0, 0, 60), (30, 30, 90), (100_000, 3600, 3660), (.max, 3600, 3660), (-5, 0, 60)])
    func whatTheServerAsksIsAFloorUpToItsCap(asked: Int?, least: Int, most: Int) {
        var random = SplitMix64(state: 4)
        var backoff = Backoff()
        for _ in 0..<200 {
            let wait = backoff.fail(serverWaitSeconds: asked, using: &random)
            #expect(wait >= .seconds(least) && wait <= .seconds(most))
        }
    }
}

/// A generator whose sequence a seed fixes (Steele, Lea, Flood: "Fast Splittable Pseudorandom Number Generators").
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = (state ^ state >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }
}
