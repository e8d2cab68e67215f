public import EdgeprofAPI
import Glibc
import Statistics

/// The runs of one model on one host in one way, as a watch for changes needs them.
public struct RunSeries: Sendable, Equatable {
    /// Latest runs looked at.
    public static let window = RankCUSUM.longestSeries
    /// Fewest runs in which a change can be told from chance at `level`.
    public static let fewestRuns = 17
    /// Chance that a series without a change is found to have one, at one check.
    ///
    /// Checks overlap, one run being new in each: the mean number of checks between false alarms is above 1/level
    /// (docs/comparing.md).
    public static let level = 0.001
    /// Expected share of false findings among those of a fleet.
    public static let falseDiscoveryRate = 0.05
    /// Histograms keep three significant digits.
    private static let resolution = 1.0 / 1024

    /// One run.
    public struct Point: Sendable, Equatable {
        /// Its id, a UUIDv7, which tells when it was taken and what came first.
        public var runId: String
        /// Its median latency, above 0.
        public var medianMilliseconds: Double

        /// Makes a point.
        public init(runId: String, medianMilliseconds: Double) {
            self.runId = runId
            self.medianMilliseconds = medianMilliseconds
        }
    }

    /// The model's name.
    public var model: String
    /// The host's id and name.
    public var hostId, hostname: String
    /// How the model was run, in words.
    public var settings: String
    /// Runs in any order.
    public var points: [Point]

    /// Makes a series.
    public init(model: String, hostId: String, hostname: String, settings: String, points: [Point]) {
        self.model = model
        self.hostId = hostId
        self.hostname = hostname
        self.settings = settings
        self.points = points
    }

    /// The latest points in order of time, without those that have no logarithm.
    private var latest: [Point] {
        points.filter { $0.medianMilliseconds > 0 && $0.medianMilliseconds.isFinite }
            .sorted { $0.runId < $1.runId }.suffix(Self.window)
    }

    /// The change that stands out most; nil for too few runs.
    func change() -> FleetChanges.Change? {
        let points = latest
        let medians = points.map(\.medianMilliseconds)
        guard points.count >= Self.fewestRuns, let cusum = RankCUSUM(medians) else { return nil }
        let (before, after) = (Array(medians[..<cusum.firstAfter]), Array(medians[cusum.firstAfter...]))
        guard let first = ProcessInterval.typical(before), let second = ProcessInterval.typical(after),
            let last = Timestamp(ofUUIDv7: points[cusum.firstAfter - 1].runId),
            let next = Timestamp(ofUUIDv7: points[cusum.firstAfter].runId)
        else { return nil }
        let ratio = LogRatio([.init(base: before, other: after)], resolution: Self.resolution)
        return FleetChanges.Change(
            model: model,
            hostId: hostId,
            hostname: hostname,
            settings: settings,
            lastBefore: last,
            firstAfter: next,
            runsBefore: before.count,
            runsAfter: after.count,
            millisecondsBefore: first,
            millisecondsAfter: second,
            ratioInterval: ratio.map { [$0.interval.lowerBound, $0.interval.upperBound] },
            pValue: cusum.pValue,
            adjustedPValue: 1
        )
    }
}

extension FleetChanges {
    /// Looks for changes in every series of a fleet (docs/comparing.md, "Changes").
    ///
    /// - Parameter series: One a model, host and settings.
    public init(in series: [RunSeries]) {
        let found = series.compactMap { $0.change() }
        // What no single series would be believed is no finding of the fleet either; a p-value of 1 in its place stays valid.
        let pValues = found.map { $0.pValue <= RunSeries.level ? $0.pValue : 1 }
        var changes: [Change] = []
        for (change, adjusted) in zip(found, MultipleTests.benjaminiHochberg(pValues))
        where adjusted <= RunSeries.falseDiscoveryRate {
            var change = change
            change.adjustedPValue = adjusted
            changes.append(change)
        }
        changes.sort { ($0.pValue, $0.model, $0.hostId, $0.settings) < ($1.pValue, $1.model, $1.hostId, $1.settings) }
        self.init(
            changes: changes,
            checked: found.count,
            tooShort: series.count - found.count,
            window: RunSeries.window,
            falseDiscoveryRate: RunSeries.falseDiscoveryRate
        )
    }
}

extension Timestamp {
    /// The moment a UUIDv7 was made; nil for a text that is none.
    init?(ofUUIDv7 text: String) {
        guard UUIDv7.isValid(text) else { return nil }
        let digits = text.filter { $0 != "-" }.prefix(12)
        guard let milliseconds = Int64(digits, radix: 16) else { return nil }
        self.init(millisecondsSinceEpoch: milliseconds)
    }
}
