import CacheSimulation
import Testing

/// Distances by the definition: position in a list, the most recently used first.
private struct NaiveStack {
    private var lines: [UInt] = []

    mutating func touch(_ line: UInt) -> Int? {
        let distance = lines.firstIndex(of: line)
        if let distance { lines.remove(at: distance) }
        lines.insert(line, at: 0)
        return distance
    }
}

/// A seeded stream of numbers (Knuth's MMIX generator).
private struct Stream {
    var state: UInt64

    mutating func next(below bound: UInt64) -> UInt {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return UInt((state >> 33) % bound)
    }
}

private func distances(_ lines: [UInt]) -> [Int?] {
    var stack = LRUStack()
    return lines.map { stack.touch($0) }
}

@Suite struct LRUStackTests {
    @Test func countsOtherLinesSinceTheLastTouch() {
        #expect(distances([7, 7, 8, 7, 9, 8, 7]) == [nil, 0, nil, 1, nil, 2, 2])
    }

    @Test func aLoopHasItsLengthLessOneAsDistance() {
        let lines = (0..<3).flatMap { _ in (0..<100).map { UInt($0) } }
        #expect(distances(lines).dropFirst(100).allSatisfy { $0 == 99 })
    }

    @Test func thereAndBackHasEveryDistance() {
        let there = (0..<50).map { UInt($0) * 4096 }
        #expect(Array(distances(there + there.reversed()).dropFirst(50)) == Array(0..<50))
    }

    @Test(arguments: [(lines: UInt64(10), seed: UInt64(1)), (300, 2), (5000, 3)])
    func agreesWithANaiveStackOnRandomStreams(lines: UInt64, seed: UInt64) {
        print("seed: \(seed)")
        var random = Stream(state: seed)
        var stack = LRUStack()
        var naive = NaiveStack()
        // Long enough for times to be numbered anew; near lines are drawn more often than far ones.
        for _ in 0..<(lines > 1000 ? 90_000 : 200_000) {
            let line = random.next(below: random.next(below: 2) == 0 ? lines : lines / 10)
            let (distance, expected) = (stack.touch(line), naive.touch(line))
            guard distance == expected else {
                Issue.record("line \(line): \(String(describing: distance)), not \(String(describing: expected))")
                return
            }
        }
        #expect(stack.lineCount <= Int(lines))
    }

    @Test func memoryGrowsWithLinesAndDistancesStayRight() {
        var stack = LRUStack()
        let count: UInt = 300_000
        for line in 0..<count { #expect(stack.touch(line) == nil) }
        for line in 0..<count where stack.touch(line) != Int(count) - 1 {
            Issue.record("line \(line)")
            return
        }
        #expect(stack.lineCount == Int(count))
    }
}

@Suite struct DistanceHistogramTests {
    @Test func missesAreTouchesAtTheCapacityOrFarther() {
        var histogram = DistanceHistogram()
        for distance in [nil, nil, nil, 0, 1, 2, 2, 40] as [Int?] { histogram.add(distance) }
        #expect(histogram.touches == 8)
        #expect(histogram.firstTouches == 3)
        #expect([0, 1, 2, 3, 40, 41, 1000].map { histogram.misses(lines: $0) } == [8, 7, 6, 4, 4, 3, 3])
    }
}

@Suite struct SetAssociativeCacheTests {
    @Test func aSetReplacesItsLeastRecentlyUsedLine() {
        // Two sets of two: even lines share one, odd lines the other.
        var cache = SetAssociativeCache(lineCount: 4, ways: 2)
        let hits = [0, 2, 0, 4, 2, 1, 3, 1, 3].map { cache.touch($0) }
        #expect(hits == [false, false, true, false, false, false, false, true, true])
    }

    @Test func oneSetIsFullyAssociative() {
        var random = Stream(state: 5)
        var cache = SetAssociativeCache(lineCount: 64, ways: 64)
        var stack = LRUStack()
        for _ in 0..<50_000 {
            let line = random.next(below: 200)
            #expect(cache.touch(line) == ((stack.touch(line) ?? .max) < 64))
        }
    }
}
