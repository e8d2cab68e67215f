import Measurement
import Testing

@Suite struct ServingShapeTests {
    private func shapes(_ cpus: Int, instances: Int? = nil, threads: Int? = nil) -> [String] {
        ServingShape.candidates(usableCPUs: cpus, instances: instances, threads: threads).map {
            "\($0.instances)x\($0.threads)"
        }
    }

    @Test func allThatUseTheCPUs() {
        #expect(shapes(1) == ["1x1"])
        #expect(shapes(2) == ["2x1", "1x1", "1x2"])
        #expect(shapes(4) == ["4x1", "2x1", "1x1", "2x2", "1x2", "1x4"])
        #expect(shapes(6) == ["6x1", "3x1", "1x1", "3x2", "1x2", "2x3", "1x3", "1x4", "1x6"])
        for cpus in 1...130 {
            let all = ServingShape.candidates(usableCPUs: cpus)
            #expect(Set(all).count == all.count)
            #expect(all.allSatisfy { $0.instances >= 1 && $0.threads >= 1 && $0.instances * $0.threads <= cpus })
            #expect(all.contains(ServingShape(instances: cpus, threads: 1)))
            #expect(all.contains(ServingShape(instances: 1, threads: cpus)))
        }
    }

    @Test func whatIsGivenRestricts() {
        #expect(shapes(4, threads: 2) == ["2x2", "1x2"])
        #expect(shapes(4, threads: 3) == ["1x3"])
        #expect(shapes(4, instances: 2) == ["2x1", "2x2"])
        #expect(shapes(4, instances: 2, threads: 2) == ["2x2"])
        #expect(shapes(4, instances: 5).isEmpty)
        #expect(shapes(4, threads: 5).isEmpty)
        #expect(shapes(1, instances: 1, threads: 2).isEmpty)
        #expect(shapes(0) == ["1x1"])
        #expect(shapes(1 << 40, instances: 1, threads: 4096).isEmpty)
    }
}

@Suite struct ServingSearchTests {
    private typealias Trial = ServingSearch.Trial

    /// Runs a search against a box that is known.
    private func search(
        cpus: Int,
        within: UInt64? = nil,
        seconds: Double = 8,
        _ run: (ServingShape, ServingSearch.Round, _ index: Int) -> ServingSearch.Trial
    ) -> (result: ServingResult, rounds: [ServingSearch.Round]) {
        var search = ServingSearch(
            ServingShape.candidates(usableCPUs: cpus),
            seconds: seconds,
            finalRuns: 1,
            withinNanoseconds: within
        )
        var rounds: [ServingSearch.Round] = []
        while let round = search.round, rounds.count < 100 {
            rounds.append(round)
            for (index, shape) in round.shapes.enumerated() { search.add(run(shape, round, index), of: shape) }
            search.advance()
        }
        return (search.result, rounds)
    }

    /// Throughput that grows with CPUs, less so with threads; latency that falls with threads.
    private func box(_ shape: ServingShape, _ index: Int) -> Trial {
        let speed = 1 + 0.8 * Double(shape.threads - 1)
        // A little noise, the same at every place.
        let noise = 1 + 0.001 * Double(index % 3)
        return Trial(
            throughputPerSecond: 100 * speed * Double(shape.instances) * noise,
            p50Nanoseconds: UInt64(10e6 / speed),
            p99Nanoseconds: UInt64(11e6 / speed),
            peakRssBytes: UInt64(shape.instances) << 20
        )
    }

    @Test func theHighestThroughputIsFound() throws {
        let (result, rounds) = search(cpus: 16) { shape, _, index in box(shape, index) }
        #expect(result.chosen?.shape == ServingShape(instances: 16, threads: 1))
        #expect(result.ties.isEmpty)
        #expect(result.candidates.first == result.chosen)
        #expect(Set(result.candidates.map(\.shape)) == Set(ServingShape.candidates(usableCPUs: 16)))
        #expect(result.candidates.filter(\.isFinalist).count == 3)
        // Windows double from a second on, shapes halve, and the last round has the full length three times over.
        #expect(rounds.map(\.seconds) == [1, 2, 4, 8])
        #expect(rounds.map { Set($0.shapes).count } == [15, 8, 4, 3])
        #expect(rounds.last?.shapes.count == 9 && rounds.last?.isFinal == true)
        #expect(result.chosen?.runs == 3 && result.chosen?.seconds == 8)
    }

    @Test func everyRoundGoesForwardsAndBackwards() throws {
        let (_, rounds) = search(cpus: 4) { shape, _, index in box(shape, index) }
        let first = try #require(rounds.first?.shapes)
        #expect(Array(first.prefix(6)) == Array(first.suffix(6).reversed()))
    }

    @Test func linearDriftDoesNotDecide() {
        // A box that slows down by half from run to run within a round, and shapes that are equal but for one in a hundred.
        let (result, _) = search(cpus: 4) { shape, round, index in
            let drift = 1 - 0.5 * Double(index) / Double(round.shapes.count)
            let best = shape == ServingShape(instances: 1, threads: 4) ? 1.01 : 1
            return Trial(throughputPerSecond: 100 * best * drift, p99Nanoseconds: 5)
        }
        #expect(result.candidates.filter(\.isFinalist).contains { $0.shape == ServingShape(instances: 1, threads: 4) })
    }

    @Test func aBoundOnLatencyComesFirst() {
        let (result, _) = search(cpus: 4, within: 5_000_000) { shape, _, index in box(shape, index) }
        // 11 ms / (1 + 0.8 · 3) = 3.2 ms with four threads; with two it is 6.1 ms.
        #expect(result.chosen?.shape == ServingShape(instances: 1, threads: 4))
        #expect(result.ties.isEmpty)
        let none = search(cpus: 4, within: 1_000_000) { shape, _, index in box(shape, index) }.result
        #expect(none.chosen == nil && none.ties.isEmpty && none.candidates.count == 6)
        #expect(none.candidates.first?.shape == ServingShape(instances: 1, threads: 4))
    }

    @Test func tiesGoToTheLowerLatency() {
        let (result, _) = search(cpus: 2) { shape, _, index in
            let isWide = shape == ServingShape(instances: 1, threads: 2)
            let noise = [-0.01, 0.01, 0][index % 3]
            let rate = shape == ServingShape(instances: 1, threads: 1) ? 50 : isWide ? 99.8 : 100
            return Trial(
                throughputPerSecond: rate * (1 + noise * Double(shape.threads)),
                p99Nanoseconds: isWide ? 6 : 11
            )
        }
        #expect(result.chosen?.shape == ServingShape(instances: 1, threads: 2))
        #expect(result.ties.map(\.shape) == [ServingShape(instances: 2, threads: 1)])
    }

    @Test func disturbedRunsAreLeftOutWhereOthersAreLeft() {
        let (result, _) = search(cpus: 1) { _, _, index in
            Trial(throughputPerSecond: index == 0 ? 10 : 100, p99Nanoseconds: 1, isDisturbed: index == 0)
        }
        #expect(result.chosen?.throughputPerSecond == 100)
        #expect(result.chosen?.runs == 2 && result.chosen?.disturbed == 1)
        let all = search(cpus: 1) { _, _, _ in Trial(throughputPerSecond: 100, isDisturbed: true) }.result
        #expect(all.chosen?.runs == 3 && all.chosen?.disturbed == 0)
    }

    @Test func shapesThatFailAreNotRunAgain() {
        let (result, rounds) = search(cpus: 4) { shape, _, index in
            shape.instances > 1 ? Trial(throughputPerSecond: nil) : box(shape, index)
        }
        #expect(rounds.dropFirst().allSatisfy { $0.shapes.allSatisfy { $0.instances == 1 } })
        #expect(result.chosen?.shape == ServingShape(instances: 1, threads: 4))
        let none = search(cpus: 8) { _, _, _ in Trial(throughputPerSecond: nil) }
        #expect(none.result.chosen == nil && none.rounds.count == 1)
        #expect(none.result.candidates.count == ServingShape.candidates(usableCPUs: 8).count)
    }

    @Test func oneCPUHasNothingToChoose() {
        let (result, rounds) = search(cpus: 1) { shape, _, index in box(shape, index) }
        #expect(rounds.count == 1 && result.chosen?.shape == ServingShape(instances: 1, threads: 1))
        #expect(ServingSearch([], seconds: 1, finalRuns: 1, withinNanoseconds: nil).result.chosen == nil)
    }
}
