extension Run {
    /// One counter over the timed queries.
    public struct Counter: Codable, Sendable, Hashable {
        /// For example `instructions`.
        public var name: String
        /// Whether it could be read.
        public var availability: Availability
        /// Why not, and how to mend it, when it could not.
        public var reason: String?
        /// Count over all timed queries, nil when unavailable.
        public var value: Double?
        /// The share of the window in which it counted, 0...1; below 1 the value is scaled.
        public var liveFraction: Double?
        /// What was counted, unscaled; kept even where it was too little to be scaled.
        public var rawValue: UInt64?
        /// How long it was meant to count, over all threads; nil where nothing takes turns, and in runs of older versions.
        public var enabledNanoseconds: UInt64?
        /// How long it did count, at most `enabledNanoseconds`.
        public var runningNanoseconds: UInt64?

        /// Makes a counter.
        public init(
            name: String,
            availability: Availability,
            reason: String? = nil,
            value: Double? = nil,
            liveFraction: Double? = nil,
            rawValue: UInt64? = nil,
            enabledNanoseconds: UInt64? = nil,
            runningNanoseconds: UInt64? = nil
        ) {
            self.name = name
            self.availability = availability
            self.reason = reason
            self.value = value
            self.liveFraction = liveFraction
            self.rawValue = rawValue
            self.enabledNanoseconds = enabledNanoseconds
            self.runningNanoseconds = runningNanoseconds
        }

        /// A counter that was live for less counted part of the time; the two readings around a window never meet exactly.
        public static let wholeLiveFraction = 0.999

        /// Whether its value is an estimate from the part of the time it was live for.
        public var isScaled: Bool { availability == .ok && (liveFraction ?? 1) < Self.wholeLiveFraction }
    }
}
