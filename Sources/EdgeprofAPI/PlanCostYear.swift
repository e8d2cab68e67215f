extension PlanResult {
    /// What is paid and gained in one year of the horizon.
    ///
    /// Year 0 is the start: tuning and the first units. A unit whose life ends within a year is replaced in that year; energy,
    /// maintenance and the value of answers fall due at its end. Discounted costs add up to the total cost of ownership,
    /// discounted values to its value.
    public struct CostYear: Codable, Sendable, Equatable {
        /// The year, 0 for the start.
        public var year: Int
        /// Hardware bought, USD of that year.
        public var capexUsd: Double
        /// Electricity, USD of that year.
        public var energyUsd: Double
        /// Maintenance, USD of that year.
        public var maintenanceUsd: Double
        /// Tuning, USD.
        public var tuningUsd: Double
        /// Value of the answers, USD of that year; nil when no value is given.
        public var valueUsd: Double?
        /// All costs of the year, present value, USD.
        public var discountedCostUsd: Double
        /// The value, present value, USD; nil when no value is given.
        public var discountedValueUsd: Double?
        /// Value less cost from the start to the end of the year, present value, USD; nil when no value is given.
        public var cumulativeNetUsd: Double?

        /// Creates a year with nothing in it.
        public init(year: Int) {
            self.year = year
            capexUsd = 0
            energyUsd = 0
            maintenanceUsd = 0
            tuningUsd = 0
            discountedCostUsd = 0
        }
    }
}
