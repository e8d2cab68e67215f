/// Tells when an instance's latency has become steady.
///
/// Queries are gathered into stretches of at least `stretchQueries` and `stretchNanoseconds`. Latency is steady once the
/// medians of three stretches in a row differ by no more than 2 %: caches are filled, pages touched, the clock has risen.
struct WarmUp {
    /// Queries in a stretch, at least.
    static let stretchQueries = 8
    /// Length of a stretch, at least.
    static let stretchNanoseconds: UInt64 = 25_000_000
    /// Queries of a stretch that enter its median, at most.
    private static let samples = 64
    /// Medians compared, and how close they must be.
    private static let compared = 3
    private static let tolerance = 0.02

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
        medians.append(Self.median(stretch))
        stretch.removeAll(keepingCapacity: true)
        elapsedInStretch = 0
        if medians.count > Self.compared { medians.removeFirst() }
        if let low = medians.min(), let high = medians.max(), medians.count == Self.compared,
            Double(high - low) <= Double(low) * Self.tolerance
        {
            isSettled = true
        }
    }

    /// The latest median latency; that of the unfinished stretch before there is a whole one, 0 before any query.
    var medianNanoseconds: UInt64 {
        medians.last ?? Self.median(stretch)
    }

    private static func median(_ values: [UInt64]) -> UInt64 {
        values.isEmpty ? 0 : values.sorted()[values.count / 2]
    }
}
