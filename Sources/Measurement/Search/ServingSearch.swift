internal import Statistics

/// The search for the instances x threads that serve most: which runs to take next, and what they say in the end.
///
/// Successive halving (K. Jamieson and A. Talwalkar, AISTATS 2016): all shapes in windows of a second, the better half in windows
/// twice as long, until three are left, which get the full length several times over. Within a round every shape is run
/// forwards and then backwards, so that what drifts meets all alike. A pure value: who takes the runs stays outside.
public struct ServingSearch: Sendable {
    /// Shapes that reach the last round.
    public static let finalists = 3
    /// Runs of each shape in the last round, at least: fewer say nothing of how processes differ.
    public static let leastFinalRuns = 3
    /// First window's length.
    public static let firstSeconds = 1.0
    /// Runs of each shape in the rounds before: once forwards, once backwards.
    static let earlyRuns = 2
    /// A short window's 99th percentile is uncertain: so far above the bound it does not cost a shape its place yet.
    static let earlyTolerance = 1.25

    /// What one run showed.
    public struct Trial: Sendable, Hashable {
        /// Queries a second; nil for a run that failed.
        public var throughputPerSecond: Double?
        /// Latency; 0 for a run that failed.
        public var p50Nanoseconds, p99Nanoseconds: UInt64
        /// Peak resident memory.
        public var peakRssBytes: UInt64
        /// Whether something spoiled it.
        public var isDisturbed: Bool

        /// Makes a trial.
        public init(
            throughputPerSecond: Double?,
            p50Nanoseconds: UInt64 = 0,
            p99Nanoseconds: UInt64 = 0,
            peakRssBytes: UInt64 = 0,
            isDisturbed: Bool = false
        ) {
            self.throughputPerSecond = throughputPerSecond
            self.p50Nanoseconds = p50Nanoseconds
            self.p99Nanoseconds = p99Nanoseconds
            self.peakRssBytes = peakRssBytes
            self.isDisturbed = isDisturbed
        }
    }

    /// Runs to take before anything is decided.
    public struct Round: Sendable, Hashable {
        /// In this order.
        public var shapes: [ServingShape]
        /// Length of each window.
        public var seconds: Double
        /// Whether it is the last.
        public var isFinal: Bool
    }

    /// The runs to take next; nil once the search is over.
    public private(set) var round: Round?

    let withinNanoseconds: UInt64?
    private let fullSeconds: Double
    private let finalRuns: Int
    private var number = 0
    private var remaining: [ServingShape]
    private var trials: [ServingShape: [Trial]] = [:]
    /// What became of shapes: their trials of the last round they were in, in the order they left, the finalists last.
    private(set) var concluded: [ServingCandidate] = []

    /// Begins a search.
    ///
    /// - Parameters:
    ///   - shapes: what is tried, each once; without any the search is over.
    ///   - seconds: the last round's windows.
    ///   - finalRuns: runs of each shape in the last round.
    ///   - withinNanoseconds: what the 99th percentile must not exceed; nil for any.
    public init(_ shapes: [ServingShape], seconds: Double, finalRuns: Int, withinNanoseconds: UInt64?) {
        remaining = shapes
        fullSeconds = seconds
        self.finalRuns = max(finalRuns, Self.leastFinalRuns)
        self.withinNanoseconds = withinNanoseconds
        round = nextRound()
    }

    /// Takes in one run of the present round.
    public mutating func add(_ trial: Trial, of shape: ServingShape) { trials[shape, default: []].append(trial) }

    /// Ends the present round: shapes leave, and the next round or the end comes.
    public mutating func advance() {
        guard let round else { return }
        let tolerance = round.isFinal ? 1 : Self.earlyTolerance
        let limit = withinNanoseconds.map { Double($0) * tolerance }
        let ranked = remaining.map {
            ServingCandidate($0, trials[$0] ?? [], seconds: round.seconds, isFinalist: round.isFinal)
        }.sorted { ServingCandidate.isBetter($0, $1, limit) }
        trials = [:]
        let kept = round.isFinal ? 0 : max(Self.finalists, (ranked.count + 1) / 2)
        // A shape that does not run here will not run longer.
        let staying = ranked.prefix(kept).filter { $0.throughputPerSecond != nil }
        concluded = ranked.filter { candidate in !staying.contains { $0.shape == candidate.shape } } + concluded
        remaining = staying.map(\.shape)
        number += 1
        self.round = round.isFinal ? nil : nextRound()
    }

    private func nextRound() -> Round? {
        guard !remaining.isEmpty else { return nil }
        let isFinal = remaining.count <= Self.finalists
        let seconds = isFinal ? fullSeconds : min(fullSeconds, Self.firstSeconds * Double(1 << min(number, 20)))
        let runs = isFinal ? finalRuns : Self.earlyRuns
        let order = (0..<runs).flatMap { $0.isMultiple(of: 2) ? remaining : remaining.reversed() }
        return Round(shapes: order, seconds: seconds, isFinal: isFinal)
    }
}
