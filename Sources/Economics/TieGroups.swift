import Statistics

extension Uncertainty {
    /// Groups of feasible choices that cannot be told apart from the group's leader, numbered from 1 in rank order.
    ///
    /// A choice ties with a leader when the central 95 % of their paired differences holds 0: at least 2.5 % of the
    /// draws on either side.
    ///
    /// - Parameter tails: The quantiles `tailProbabilities` of each choice's scores.
    /// - Returns: A number for each choice; nil for what is not feasible, does not compete or has no interval.
    func tieGroups(_ tails: [[Double]?]) -> [Int?] {
        var groups = [Int?](repeating: nil, count: evaluations.count)
        let open = evaluations.indices.filter {
            competes[$0] && evaluations[$0].isFeasible && draws.takesPart[$0] && hostCounts[$0] > 0
        }
        // P(x <= y) is at most P(x <= q) + P(y >= q) for any q: far apart pairs are settled without a look at the draws.
        var group = 0
        for (position, leader) in open.enumerated() where groups[leader] == nil {
            group += 1
            groups[leader] = group
            for other in open[(position + 1)...] where groups[other] == nil {
                if let first = tails[leader], let second = tails[other], first[0] > second[3] { continue }
                if ties(leader, other) { groups[other] = group }
            }
        }
        return groups
    }

    private func ties(_ first: Int, _ second: Int) -> Bool {
        let count = draws.draws
        return draws.scores.withUnsafeBufferPointer { scores in
            let one = scores[(first * count)..<(first * count + count)]
            let two = scores[(second * count)..<(second * count + count)]
            var below = 0
            var above = 0
            for draw in 0..<count {
                let (left, right) = (one[one.startIndex + draw], two[two.startIndex + draw])
                below += left <= right ? 1 : 0
                above += left >= right ? 1 : 0
            }
            return 40 * below >= count && 40 * above >= count
        }
    }
}
