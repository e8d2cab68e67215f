public import HostInfo

/// What one counter gave for the measured windows of a session.
public struct CounterReading: Sendable, Hashable {
    /// The counter.
    public let counter: Counter
    /// `ok` exactly when there is a value.
    public let availability: Availability
    /// The count over the whole of the windows; nil, never zero, when it is not known.
    public let value: UInt64?
    /// The count over the time the counter was live, kept even where it is refused as a value.
    public let rawValue: UInt64?
    /// Whether `value` was scaled up from `rawValue` by the time the counter was live.
    public let isScaled: Bool
    /// The share of the windows the counter was live for, 0 to 1; nil if it could not be opened.
    public let liveFraction: Double?
    /// How long it was meant to count and how long it was live, over all threads; nil where nothing takes turns (the
    /// scheduler's accounting) or it could not be opened.
    public let times: Times?

    /// Times of a counter, nanoseconds.
    public struct Times: Sendable, Hashable {
        /// How long it was meant to count.
        public let enabledNanoseconds: UInt64
        /// How long it did, at most `enabledNanoseconds`.
        public let runningNanoseconds: UInt64
    }

    /// The counter's name in reports.
    public var name: String { counter.name }

    init(
        _ counter: Counter,
        value: UInt64,
        rawValue: UInt64,
        isScaled: Bool,
        liveFraction: Double,
        times: Times? = nil
    ) {
        self.counter = counter
        availability = .ok
        self.value = value
        self.rawValue = rawValue
        self.isScaled = isScaled
        self.liveFraction = liveFraction
        self.times = times
    }

    init(
        _ counter: Counter,
        unavailable: Availability,
        rawValue: UInt64? = nil,
        liveFraction: Double? = nil,
        times: Times? = nil
    ) {
        precondition(!unavailable.isOK, "a counter without a value has a reason")
        self.counter = counter
        availability = unavailable
        value = nil
        self.rawValue = rawValue
        isScaled = false
        self.liveFraction = liveFraction
        self.times = times
    }
}
