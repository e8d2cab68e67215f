/// Counts one instance's queries by part of the window and, coarsely, by latency.
///
/// A histogram of the whole window cannot tell whether slow queries came scattered or in a row, and what may be concluded from
/// it depends on that (docs/measurement.md). The ladder is fine around the latency at the end of warm-up and ever coarser
/// away from it: 0.1, 0.2, 0.4 ... % of that to both sides.
struct StretchCounter {
    /// Parts of the window.
    static let stretches = 32
    /// Rungs end so many thousandths below and above the middle: 2^0 to 2^8 and to 2^15.
    private static let below = 9
    private static let above = 16
    /// Rungs of the ladder, the last without an upper end.
    static let rungs = below + 1 + above + 1

    /// Bytes it takes.
    static let bytes = (stretches * rungs) * 4 + rungs * 8

    private var counts = [UInt32](repeating: 0, count: stretches * rungs)
    private var ends = [UInt64](repeating: .max, count: rungs)
    private var start: UInt64 = 0
    private var length: UInt64 = 1

    /// Prepares for a window; allocates nothing.
    ///
    /// - Parameters:
    ///   - start: when the window opens.
    ///   - end: when it closes.
    ///   - middle: latency around which the ladder is fine, the same for all instances.
    mutating func begin(from start: UInt64, to end: UInt64, middle: UInt64) {
        self.start = start
        length = max(1, (end &- start) / UInt64(Self.stretches))
        let middle = min(max(middle, 1), LatencyRecorder.longestNanoseconds)
        for step in 0..<Self.below {
            ends[step] = middle - middle * (1 << UInt64(Self.below - 1 - step)) / 1000
        }
        ends[Self.below] = middle
        for step in 0..<Self.above { ends[Self.below + 1 + step] = middle + middle * (1 << UInt64(step)) / 1000 }
    }

    /// Counts one query that ended, or arrived, at a moment.
    @inline(__always)
    mutating func record(_ nanoseconds: UInt64, at moment: UInt64) {
        let stretch = Int(truncatingIfNeeded: min((moment &- start) / length, UInt64(Self.stretches - 1)))
        // From the middle: most queries end within a step or two.
        var rung = Self.below
        if nanoseconds > ends[rung] {
            repeat { rung &+= 1 } while rung < Self.rungs - 1 && nanoseconds > ends[rung]
        } else {
            while rung > 0, nanoseconds <= ends[rung - 1] { rung &-= 1 }
        }
        counts[stretch &* Self.rungs &+ rung] &+= 1
    }

    /// Adds another instance's queries in the same window.
    mutating func add(_ other: StretchCounter) {
        for index in counts.indices { counts[index] &+= other.counts[index] }
    }

    /// Counts by stretch, each by rung.
    func recorded() -> [[UInt32]] {
        stride(from: 0, to: counts.count, by: Self.rungs).map { Array(counts[$0..<($0 + Self.rungs)]) }
    }
}
