internal import HostProbes

/// Tells when clock and heat have become steady, from looks a quarter of a second apart: what `--settle` waits for.
///
/// The last 30 s are six pieces of 5 s; steady is when the pieces' medians of the clock lie within 2 % and those of the hottest sensor
/// within 1 degree. Medians, for a turbo clock trembles and sensors count in whole degrees. Where no clock shows, latency stands for it.
package struct SteadyTail {
    /// The time between two looks.
    static let periodNanoseconds = FrequencyMeter.samplingPeriodNanoseconds
    /// Pieces compared, and how long one is: a heat sink of a small board answers within tens of seconds.
    static let pieces = 6
    static let pieceNanoseconds: UInt64 = 5_000_000_000
    /// How close the pieces must be.
    package static let clockTolerance = 0.02
    static let celsiusTolerance = 1.0

    /// One piece's medians; nil where a look showed nothing.
    private struct Piece {
        var hertz: Double?
        var celsius: Double?
        var latency: Double?
    }

    private var began: UInt64?
    private var looks: [(look: FrequencyLook, latency: UInt64)] = []
    private var finished: [Piece] = []

    /// Takes in one look.
    ///
    /// - Parameters:
    ///   - look: clock and heat.
    ///   - latency: the slowest instance's median latency of late, in nanoseconds.
    ///   - nanoseconds: when, on a monotonic clock.
    mutating func add(_ look: FrequencyLook, latency: UInt64, at nanoseconds: UInt64) {
        let began = began ?? nanoseconds
        self.began = began
        if nanoseconds >= began &+ Self.pieceNanoseconds {
            finished.append(piece())
            if finished.count > Self.pieces { finished.removeFirst() }
            looks.removeAll(keepingCapacity: true)
            self.began = nanoseconds
        }
        looks.append((look, latency))
    }

    /// What the last 30 s show; nil while they are not steady.
    var steady: RecordedTail? {
        guard finished.count == Self.pieces else { return nil }
        let (hertz, celsius) = (finished.compactMap(\.hertz), finished.compactMap(\.celsius))
        let hasClock = !hertz.isEmpty
        let speed = hasClock ? hertz : finished.compactMap(\.latency)
        // What came or went in between has not been seen to be steady.
        guard speed.count == Self.pieces, celsius.isEmpty || celsius.count == Self.pieces,
            let slowest = speed.min(), let fastest = speed.max(), slowest > 0,
            fastest - slowest <= Self.clockTolerance * slowest,
            (celsius.max() ?? 0) - (celsius.min() ?? 0) <= Self.celsiusTolerance
        else { return nil }
        return hasClock || !celsius.isEmpty ? .steady : .steadyLatency
    }

    private func piece() -> Piece {
        Piece(
            hertz: Self.median(looks.compactMap { $0.look.hertz.map { Double($0) } }),
            celsius: Self.median(looks.compactMap(\.look.celsius)),
            latency: Self.median(looks.map { Double($0.latency) })
        )
    }

    private static func median(_ values: [Double]) -> Double? {
        values.isEmpty ? nil : values.sorted()[values.count / 2]
    }
}
