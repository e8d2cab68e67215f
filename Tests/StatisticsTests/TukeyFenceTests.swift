import Statistics
import Testing

@Suite struct TukeyFenceTests {
    @Test func byHand() throws {
        // Of 806 queries the 202nd took 3000 and the 605th 7000: the fence is at 7000 + 3 · 4000.
        let pairs: [[UInt64]] = (1...8).map { [$0 * 1000, 100] } + [[19_000, 1], [19_001, 2], [90_000, 3]]
        #expect(try TukeyFence.outliers(of: LatencyHistogram(pairs: pairs)) == .init(count: 5, nanoseconds: 19_000))
        #expect(TukeyFence.outliers(of: LatencyHistogram()) == nil)
    }

    @Test func quartilesInOneBucketAreNotToldApart() throws {
        let histogram = try LatencyHistogram(pairs: [[1_000_000, 97], [1_002_900, 2], [1_003_100, 1]])
        #expect(TukeyFence.outliers(of: histogram) == .init(count: 1, nanoseconds: 1_003_000))
    }

    @Test func latenciesOfAnySizeAreTaken() throws {
        let histogram = try LatencyHistogram(pairs: [[0, 1], [.max, 3]])
        #expect(TukeyFence.outliers(of: histogram) != nil)
        #expect(try TukeyFence.outliers(of: LatencyHistogram(pairs: [[0, 1]])) == .init(count: 0, nanoseconds: 0))
    }
}
