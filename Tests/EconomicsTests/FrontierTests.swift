import Statistics
import Testing

@testable import Economics

@Suite struct FrontierTests {
    @Test func theFirstStepNeedNotPay() {
        let points = [(10.0, 100.0), (20, 130), (22, 230)].map { Frontier.Point(totalCost: $0.0, value: $0.1) }
        #expect(Frontier.hull(points) == [2])
        let objectives = points.map {
            Objective.plan(hurdle: 5).score(value: $0.value, totalCost: $0.totalCost, correctMillions: 0)
        }
        #expect(objectives == [40, 10, 98])
    }

    @Test func whoIsBestUnderSomeHurdleIsOnTheHull() {
        var random = RandomSource(seed: 4)
        for _ in 0..<300 {
            let points = (0..<12).map { _ in
                Frontier.Point(totalCost: 1 + 50 * random.uniform(), value: 300 * random.uniform() - 60)
            }
            // A corner is a point that no line between two others (or from "none") reaches: O(n³), by definition.
            let all = points + [Frontier.Point(totalCost: 0, value: 0)]
            let expected = points.indices.filter { index in
                let point = points[index]
                let beaten = all.contains { $0 != point && $0.totalCost <= point.totalCost && $0.value >= point.value }
                let covered = all.contains { left in
                    all.contains { right in
                        guard left.totalCost < point.totalCost, right.totalCost > point.totalCost else { return false }
                        let share = (point.totalCost - left.totalCost) / (right.totalCost - left.totalCost)
                        return left.value + share * (right.value - left.value) >= point.value
                    }
                }
                return !beaten && !covered
            }
            #expect(Set(Frontier.hull(points)) == Set(expected))
            let costs = Frontier.hull(points).map { points[$0].totalCost }
            #expect(costs == costs.sorted())
        }
    }

    @Test func dominatorsMatchTheDefinition() {
        var random = RandomSource(seed: 6)
        for _ in 0..<300 {
            let points = (0..<10).map { _ in
                Frontier.Point(totalCost: (6 * random.uniform()).rounded(), value: (6 * random.uniform()).rounded())
            }
            let dominators = Frontier.dominators(points)
            for (index, point) in points.enumerated() {
                let exists = points.contains {
                    $0.totalCost <= point.totalCost && $0.value >= point.value && $0 != point
                }
                #expect((dominators[index] != nil) == exists)
                guard let dominator = dominators[index] else { continue }
                #expect(points[dominator].totalCost <= point.totalCost && points[dominator].value >= point.value)
                #expect(points[dominator] != point)
            }
        }
    }

    @Test func losersLeaveTheFrontierEmpty() {
        #expect(Frontier.hull([]) == [])
        #expect(Frontier.hull([.init(totalCost: 5, value: 0), .init(totalCost: 7, value: -3)]) == [])
    }

    @Test func whatCostsNothingComesFirst() {
        let points = [(0.0, 10.0), (0, 20), (5, 30)].map { Frontier.Point(totalCost: $0.0, value: $0.1) }
        #expect(Frontier.hull(points) == [1, 2])
        #expect(Frontier.incrementalRoi(points[1], beyond: .init(totalCost: 0, value: 0)) == nil)
        #expect(Frontier.incrementalRoi(points[2], beyond: points[1]) == 1)
    }

    @Test func equalPointsAppearOnce() {
        let points = [Frontier.Point](repeating: .init(totalCost: 4, value: 9), count: 3)
        #expect(Frontier.hull(points) == [0])
        #expect(Frontier.dominators(points) == [nil, nil, nil])
    }
}
