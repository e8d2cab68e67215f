/// Tells when an instance's latency has become steady.
///
/// Queries are gathered into stretches of at least `stretchQueries` and `stretchNanoseconds`. Of the medians of the last eight
/// stretches, steady ones satisfy all of:
///
/// - no step: the older and the newer four have middles within 2 % of one another, and the latest two lie within the
///   others' range, widened by 2 %;
/// - no slope: the slope through them (the median of all pairs' slopes; P. K. Sen, JASA 63, 1968) comes to 0.5 % over all
///   eight at most, or they are in an order that chance brings about one time in ten (Mann and Kendall's test).
///
/// Then caches are filled, pages touched, the clock has risen. Three medians within 2 %, without a test for slope, would let
/// latency pass that falls by 0.9 % a stretch. Noise and periods do not hinder it, for they are steady too.
struct WarmUp {
    /// Queries in a stretch, at least.
    static let stretchQueries = 5
    /// Length of a stretch, at least.
    static let stretchNanoseconds: UInt64 = 25_000_000
    /// Stretches looked at.
    static let compared = 8
    /// Queries of a stretch that enter its median, at most.
    private static let samples = 64
    /// A step that does not matter, as a share.
    private static let step = 0.02
    /// What slope may come to over all stretches.
    private static let drift = 0.005
    /// Ordered pairs less reversed ones, of 28: as many or more come by chance in 1 of 10 orders.
    private static let leastOrdered = 14

    private var stretch: [UInt64] = []
    private var elapsedInStretch: UInt64 = 0
    private var medians: [UInt64] = []

    /// Whether latency became steady; stays true.
    private(set) var isSettled = false
    /// Queries seen.
    private(set) var queries: UInt64 = 0

    /// Takes in one query.
    mutating func add(_ nanoseconds: UInt64) {
        queries &+= 1
        if stretch.count < Self.samples { stretch.append(nanoseconds) }
        elapsedInStretch &+= nanoseconds
        guard stretch.count >= Self.stretchQueries, elapsedInStretch >= Self.stretchNanoseconds else { return }
        if medians.count == Self.compared { medians.removeFirst() }
        medians.append(Self.median(stretch))
        stretch.removeAll(keepingCapacity: true)
        elapsedInStretch = 0
        if !isSettled { isSettled = Self.isSteady(medians.map { Double($0) }) }
    }

    /// The latest median latency; that of the unfinished stretch before there is a whole one, 0 before any query.
    var medianNanoseconds: UInt64 {
        medians.last ?? Self.median(stretch)
    }

    /// Whether medians in the order of time neither step nor slope.
    static func isSteady(_ medians: [Double]) -> Bool {
        guard medians.count == compared else { return false }
        let level = middle(medians)
        let (older, newer) = (middle(Array(medians.prefix(compared / 2))), middle(Array(medians.suffix(compared / 2))))
        guard abs(newer - older) <= step * level else { return false }
        let (before, latest) = (medians.dropLast(2), medians.suffix(2))
        guard let low = before.min(), let high = before.max(),
            latest.allSatisfy({ low - step * level <= $0 && $0 <= high + step * level })
        else { return false }
        var slopes: [Double] = []
        var ordered = 0
        for (index, first) in medians.enumerated() {
            for (distance, second) in medians[(index + 1)...].enumerated() {
                slopes.append((second - first) / Double(distance + 1))
                ordered += second > first ? 1 : second < first ? -1 : 0
            }
        }
        return abs(middle(slopes)) * Double(compared - 1) <= drift * level || abs(ordered) < leastOrdered
    }

    private static func middle(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    }

    private static func median(_ values: [UInt64]) -> UInt64 {
        values.isEmpty ? 0 : values.sorted()[values.count / 2]
    }
}
