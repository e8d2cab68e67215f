/// The choices worth considering when every dollar has to earn its keep.
enum Frontier {
    /// Cost and value of one choice.
    struct Point: Equatable {
        var totalCost: Double
        var value: Double
    }

    /// The corners of the upper convex hull of cost and value from "none" (0, 0), cheapest first, without "none".
    ///
    /// No choice off the hull is best under any hurdle. Of equal points the first in the list is kept.
    ///
    /// - Returns: Indices into the list; empty where nothing returns more than it takes from nothing.
    static func hull(_ points: [Point]) -> [Int] {
        let order = points.indices.sorted {
            (points[$0].totalCost, -points[$0].value, $0) < (points[$1].totalCost, -points[$1].value, $1)
        }
        let none = Point(totalCost: 0, value: 0)
        var corners: [Int] = []
        func corner(_ back: Int) -> Point { corners.count >= back ? points[corners[corners.count - back]] : none }
        for index in order {
            let point = points[index]
            // Values rise along the hull: whoever returns no more than a cheaper choice is dominated.
            guard point.value > corner(1).value else { continue }
            while !corners.isEmpty, isBelow(corner(1), from: corner(2), to: point) { corners.removeLast() }
            corners.append(index)
        }
        return corners
    }

    /// Whether a corner lies on or below the line from its predecessor to its successor.
    private static func isBelow(_ middle: Point, from first: Point, to last: Point) -> Bool {
        (middle.value - first.value) * (last.totalCost - first.totalCost)
            <= (last.value - first.value) * (middle.totalCost - first.totalCost)
    }

    /// The return on what a choice costs beyond another; nil when it costs nothing more.
    static func incrementalRoi(_ point: Point, beyond previous: Point) -> Double? {
        let cost = point.totalCost - previous.totalCost
        return cost > 0 ? (point.value - previous.value - cost) / cost : nil
    }

    /// For each choice one that costs no more and returns no less, one of them strictly; nil where there is none.
    ///
    /// - Returns: Indices into the list; of several the one that returns most for its cost comes first.
    /// - Complexity: O(n log n).
    static func dominators(_ points: [Point]) -> [Int?] {
        let order = points.indices.sorted {
            (points[$0].totalCost, -points[$0].value, $0) < (points[$1].totalCost, -points[$1].value, $1)
        }
        var result = [Int?](repeating: nil, count: points.count)
        var best: Int?
        for index in order {
            if let best, points[best].value >= points[index].value, points[best] != points[index] {
                result[index] = best
            } else if let best, points[best] == points[index] {
                continue
            } else {
                best = index
            }
        }
        return result
    }
}
