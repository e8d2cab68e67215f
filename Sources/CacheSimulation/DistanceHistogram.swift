/// How often each reuse distance occurred.
public struct DistanceHistogram: Sendable, Hashable {
    /// Touches by distance.
    private var counts: [UInt64] = []
    /// Touches of lines that were never touched before.
    public private(set) var firstTouches: UInt64 = 0
    /// All touches.
    public private(set) var touches: UInt64 = 0

    /// Makes an empty histogram.
    public init() {}

    /// Counts a touch; nil is a line's first.
    public mutating func add(_ distance: Int?) {
        touches &+= 1
        guard let distance else {
            firstTouches &+= 1
            return
        }
        if distance >= counts.count {
            counts += repeatElement(0, count: max(distance + 1, 2 * counts.count) - counts.count)
        }
        counts[distance] &+= 1
    }

    /// Misses of a fully associative cache that replaces the least recently used line, first touches included.
    ///
    /// - Parameter lines: Lines the cache holds.
    /// - Returns: Touches at a distance of at least that many lines.
    public func misses(lines: Int) -> UInt64 {
        firstTouches + counts.dropFirst(max(lines, 0)).reduce(0, +)
    }
}
