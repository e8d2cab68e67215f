extension Run {
    /// Clock and heat over the timed queries, of the CPUs the process could run on; sensors are the whole box's.
    public struct Heat: Codable, Sendable, Hashable {
        /// Whether the processor was slowed for heat or want of power.
        public var throttling: Throttling
        /// The lowest of four looks a second at the fastest CPU, in hertz.
        public var lowestHertz: MeasuredValue
        /// The mean of the looks.
        public var meanHertz: MeasuredValue
        /// The highest of the looks.
        public var highestHertz: MeasuredValue
        /// The mean in the first third of the timed queries.
        public var firstThirdHertz: MeasuredValue
        /// The mean in their last third.
        public var lastThirdHertz: MeasuredValue
        /// The hottest sensor before the timed queries, in degrees Celsius.
        public var hottestBeforeCelsius: MeasuredValue
        /// The hottest at any look.
        public var hottestCelsius: MeasuredValue
        /// The hottest after.
        public var hottestAfterCelsius: MeasuredValue
        /// The share of looks in which cooling slowed the processor, 0...1.
        public var slowedFraction: MeasuredValue
        /// CPUs whose policy allows less than the processor can do, before or after.
        public var cappedCpus: MeasuredValue
        /// CPUs whose policy allows less after than before.
        public var loweredCpus: MeasuredValue
        /// What chose the frequencies, before or after; empty where the host does not say.
        public var governors: [String]
        /// The longest time between two looks, in nanoseconds: long when process or box stood still.
        public var longestGapNanoseconds: MeasuredValue

        /// Makes a record of what was seen.
        public init(
            throttling: Throttling,
            lowestHertz: MeasuredValue,
            meanHertz: MeasuredValue,
            highestHertz: MeasuredValue,
            firstThirdHertz: MeasuredValue,
            lastThirdHertz: MeasuredValue,
            hottestBeforeCelsius: MeasuredValue,
            hottestCelsius: MeasuredValue,
            hottestAfterCelsius: MeasuredValue,
            slowedFraction: MeasuredValue,
            cappedCpus: MeasuredValue,
            loweredCpus: MeasuredValue,
            governors: [String],
            longestGapNanoseconds: MeasuredValue
        ) {
            self.throttling = throttling
            self.lowestHertz = lowestHertz
            self.meanHertz = meanHertz
            self.highestHertz = highestHertz
            self.firstThirdHertz = firstThirdHertz
            self.lastThirdHertz = lastThirdHertz
            self.hottestBeforeCelsius = hottestBeforeCelsius
            self.hottestCelsius = hottestCelsius
            self.hottestAfterCelsius = hottestAfterCelsius
            self.slowedFraction = slowedFraction
            self.cappedCpus = cappedCpus
            self.loweredCpus = loweredCpus
            self.governors = governors
            self.longestGapNanoseconds = longestGapNanoseconds
        }

        /// Whether the processor was slowed, and why.
        public struct Throttling: Codable, Sendable, Hashable {
            /// Whether that could be told.
            public var availability: Availability
            /// Why not, when it could not.
            public var reason: String?
            /// What slowed the processor, for example `CPU 3 throttled`; empty when nothing did.
            public var causes: [String]

            /// Makes an answer.
            public init(availability: Availability, reason: String? = nil, causes: [String] = []) {
                self.availability = availability
                self.reason = reason
                self.causes = causes
            }
        }
    }
}
