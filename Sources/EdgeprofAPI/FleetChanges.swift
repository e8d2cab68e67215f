/// What changed in a fleet: the answer of `summary --changes` and of `GET /v1/changes`.
public struct FleetChanges: Codable, Sendable, Equatable {
    /// Changes, the least likely to be chance first.
    public var changes: [Change]
    /// Series that were looked at: one a model, host and settings.
    public var checked: Int
    /// Series with too few runs for a change to be told from chance.
    public var tooShort: Int
    /// Runs of a series that are looked at, at most: the latest.
    public var window: Int
    /// The expected share of false findings among the changes, at most.
    public var falseDiscoveryRate: Double

    /// Makes a list of changes.
    public init(changes: [Change], checked: Int, tooShort: Int, window: Int, falseDiscoveryRate: Double) {
        self.changes = changes
        self.checked = checked
        self.tooShort = tooShort
        self.window = window
        self.falseDiscoveryRate = falseDiscoveryRate
    }

    /// A change of the median latency of a model on a host.
    public struct Change: Codable, Sendable, Equatable {
        /// The model's name.
        public var model: String
        /// The host: its agent's id, or its name where it has none.
        public var hostId: String
        /// The host's name.
        public var hostname: String
        /// How the model was run, in words.
        public var settings: String
        /// When the last run before the change was taken, by its id.
        public var lastBefore: Timestamp
        /// When the first run after it was.
        public var firstAfter: Timestamp
        /// Runs looked at before and after.
        public var runsBefore, runsAfter: Int
        /// Median latency before and after, ms: the geometric mean over runs.
        public var millisecondsBefore, millisecondsAfter: Double
        /// After over before; nil where either side has a single run.
        public var ratioInterval: [Double]?
        /// The chance of such a series where nothing changed.
        public var pValue: Double
        /// The same, allowing for every series that was looked at (Benjamini-Hochberg).
        public var adjustedPValue: Double

        /// After over before.
        public var ratio: Double { millisecondsAfter / millisecondsBefore }

        /// Makes a change.
        public init(
            model: String,
            hostId: String,
            hostname: String,
            settings: String,
            lastBefore: Timestamp,
            firstAfter: Timestamp,
            runsBefore: Int,
            runsAfter: Int,
            millisecondsBefore: Double,
            millisecondsAfter: Double,
            ratioInterval: [Double]?,
            pValue: Double,
            adjustedPValue: Double
        ) {
            self.model = model
            self.hostId = hostId
            self.hostname = hostname
            self.settings = settings
            self.lastBefore = lastBefore
            self.firstAfter = firstAfter
            self.runsBefore = runsBefore
            self.runsAfter = runsAfter
            self.millisecondsBefore = millisecondsBefore
            self.millisecondsAfter = millisecondsAfter
            self.ratioInterval = ratioInterval
            self.pValue = pValue
            self.adjustedPValue = adjustedPValue
        }
    }
}
