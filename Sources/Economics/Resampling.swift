import Statistics

/// How often each host of a tier is met in each draw: as many hosts as there are, drawn with replacement.
struct Resampling {
    let hosts: Int
    let draws: Int
    /// A row a host, a column a draw: loops along a row are vectorized, and a fleet's ranking meets 20 million hosts.
    private let times: [Int32]

    /// Draws from the tier's stream.
    init(hosts: Int, draws: Int, random: inout RandomSource) {
        var times = [Int32](repeating: 0, count: hosts * draws)
        times.withUnsafeMutableBufferPointer { times in
            for draw in 0..<draws {
                for _ in 0..<hosts {
                    times[min(hosts - 1, Int(random.uniform() * Double(hosts))) * draws + draw] += 1
                }
            }
        }
        (self.hosts, self.draws, self.times) = (hosts, draws, times)
    }

    /// The sum over the hosts met, in every draw.
    func sums(of values: [Double]) -> [Double] {
        var list = [Double](repeating: 0, count: draws)
        var sums = list.mutableSpan
        for (host, value) in values.prefix(hosts).enumerated() {
            let met = times.span.extracting(host * draws..<(host + 1) * draws)
            for draw in 0..<draws { sums[unchecked: draw] += Double(met[unchecked: draw]) * value }
        }
        return list
    }

    /// The host of a rank, in every draw: the first in an order at which more than `rank` hosts have been met.
    ///
    /// - Parameters:
    ///   - rank: 0 to one less than the number of hosts.
    ///   - order: Every host once.
    /// - Returns: Places in the order.
    func places(ofRank rank: Int, in order: [Int]) -> [Int32] {
        var places = [Int32](repeating: -1, count: draws)
        var counts = [Int32](repeating: 0, count: draws)
        var place = places.mutableSpan
        var passed = counts.mutableSpan
        let rank = Int32(clamping: rank)
        for host in order {
            let met = times.span.extracting(host * draws..<(host + 1) * draws)
            for draw in 0..<draws {
                let before = passed[unchecked: draw]
                place[unchecked: draw] &+= before <= rank ? 1 : 0
                passed[unchecked: draw] = before &+ met[unchecked: draw]
            }
        }
        return places
    }
}
