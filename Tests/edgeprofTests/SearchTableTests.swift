import EdgeprofAPI
import Measurement
import Testing

@testable import edgeprof

@Suite struct SearchTableTests {
    private func result(
        within: UInt64? = nil,
        cpus: Int = 4,
        _ trial: (ServingShape, Int) -> ServingSearch.Trial
    ) -> ServingResult {
        var search = ServingSearch(
            ServingShape.candidates(usableCPUs: cpus),
            seconds: 10,
            finalRuns: 3,
            withinNanoseconds: within
        )
        while let round = search.round {
            for (index, shape) in round.shapes.enumerated() { search.add(trial(shape, index), of: shape) }
            search.advance()
        }
        return search.result
    }

    private func trial(_ shape: ServingShape, _ index: Int) -> ServingSearch.Trial {
        ServingSearch.Trial(
            throughputPerSecond: 103 * (1 + 0.0001 * Double(index)) * Double(shape.instances)
                * (shape.threads == 1 ? 1 : 0.97 * Double(shape.threads)),
            p50Nanoseconds: 9_000_000,
            p99Nanoseconds: 10_200_000 / UInt64(shape.threads),
            peakRssBytes: 60 << 20
        )
    }

    @Test func theSentenceSaysWhatServesMost() {
        let words = SearchTable.conclusion(result(trial), withinMilliseconds: nil)
        #expect(words.hasPrefix("4 x 1 serves most: 412/s at p99 10.2 ms; "), "\(words)")
        #expect(words.contains("behind"))
        let bounded = SearchTable.conclusion(result(within: 3_000_000, trial), withinMilliseconds: 3)
        #expect(bounded.hasPrefix("1 x 4 serves most within 3.00 ms: "), "\(bounded)")
        #expect(bounded.hasSuffix("p99 2.55 ms."), "\(bounded)")
        let none = SearchTable.conclusion(result(within: 1, trial), withinMilliseconds: 1e-6)
        #expect(none.contains("1 x 4 comes nearest, with p99 2.55 ms"), "\(none)")
        let failed = result { _, _ in ServingSearch.Trial(throughputPerSecond: nil) }
        #expect(SearchTable.conclusion(failed, withinMilliseconds: nil) == "Nothing ran.")
    }

    @Test func tiesAreCalledTies() {
        let tied = result(cpus: 2) { shape, index in
            ServingSearch.Trial(
                throughputPerSecond: (shape.instances * shape.threads == 2 ? 100 : 50) * (1 + 0.01 * Double(index % 3)),
                p99Nanoseconds: UInt64(10_000_000 / shape.threads)
            )
        }
        let words = SearchTable.conclusion(tied, withinMilliseconds: nil)
        #expect(words.hasPrefix("1 x 2 serves most: ") && words.contains("Throughput does not tell it from 2 x 1"))
        #expect(SearchTable.table(tied).rows.map { $0.last } == ["chosen", "tie", ""])
    }

    @Test func theTableFitsEightyColumns() {
        let table = SearchTable.table(result(trial)).rendered(as: .table, width: 80)
        for line in table.split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
        #expect(!table.contains("…"))
    }
}

@Suite struct LatencyWordsTests {
    private func latency(_ change: (inout Run.Latency) -> Void = { _ in }) -> Run.Latency {
        var latency = Run.Latency(
            p50: 1_000_000,
            p90: 2_000_000,
            p99: 3_000_000,
            min: 900_000,
            max: 9_000_000,
            mean: 1.1e6,
            count: 700,
            histogram: []
        )
        latency.intervals = [.init(percentile: 99, lower: 2_500_000, upper: 3_500_000, inflation: 1.2)]
        latency.bounds = [
            .init(percentile: 90, upper: 2_200_000, over: 50), .init(percentile: 99.9, upper: 9_000_000, over: 0),
        ]
        latency.outliers = .init(count: 2, aboveNanoseconds: 5_000_000)
        change(&latency)
        return latency
    }

    @Test func inWords() {
        #expect(LatencyWords.certainty(latency()) == "2.50..3.50 ms (95 %)")
        #expect(LatencyWords.certainty(latency(), percentile: 99.9) == "at most 9.00 ms (99 %)")
        #expect(LatencyWords.bounded(latency()) == "p90, p99.9")
        #expect(LatencyWords.outliers(latency()) == "2 of 700 queries above 5.00 ms, kept")
        #expect(LatencyWords.dependence(latency()) == nil)
        let dependent = latency { $0.intervals = [.init(percentile: 99, lower: 1, upper: 2, inflation: 12)] }
        #expect(LatencyWords.dependence(dependent) == "queries hang together: 12.0 are worth one independent")
    }

    @Test func olderRunsSayNothingAndShortOnesSaySo() {
        let older = latency { ($0.intervals, $0.bounds, $0.outliers) = (nil, nil, nil) }
        #expect(LatencyWords.rows(older).isEmpty)
        let short = latency { ($0.intervals, $0.bounds) = ([], []) }
        #expect(LatencyWords.certainty(short) == "too few independent queries to say how sure")
        #expect(LatencyWords.bounded(short) == "no percentile")
    }
}
