extension PlanResult {
    /// How far each number may move before the answer changes.
    public struct Sensitivity: Codable, Sendable, Equatable {
        /// What flips the choice of the plan.
        public var choice: [Row]
        /// The leader of the ranking; nil when nothing is feasible.
        public var rankLeader: Choice.Alternative?
        /// What flips the leader of the ranking.
        public var leader: [Row]

        /// Puts both tables together.
        public init(choice: [Row], rankLeader: Choice.Alternative?, leader: [Row]) {
            self.choice = choice
            self.rankLeader = rankLeader
            self.leader = leader
        }

        /// One number of the inputs and the nearest flips on either side.
        public struct Row: Codable, Sendable, Equatable {
            /// The number: a deployment's key such as `slo.milliseconds`, `price.TIER`, `models.NAME.throughput`,
            /// `.latency` or `.accuracy`, or `tuning.FAMILY`.
            public var parameter: String
            /// The number as given, in the unit of its key, tuning in USD; nil where it is another on each tier.
            public var current: Double?
            /// Whether `low`, `high` multiply the number; else they are the number.
            public var isFactor: Bool
            /// Lowest point looked at.
            public var low: Double
            /// Highest point looked at.
            public var high: Double
            /// The nearest flip below; nil for none from `low` on.
            public var below: Flip?
            /// The nearest flip above; nil for none up to `high`.
            public var above: Flip?

            /// Describes one number.
            public init(
                parameter: String,
                current: Double?,
                isFactor: Bool,
                low: Double,
                high: Double,
                below: Flip?,
                above: Flip?
            ) {
                self.parameter = parameter
                self.current = current
                self.isFactor = isFactor
                self.low = low
                self.high = high
                self.below = below
                self.above = above
            }

            /// Encodes the row; what there is not is `null`.
            public func encode(to encoder: any Encoder) throws {
                var container = encoder.container(keyedBy: CodingKeys.self)
                try container.encode(parameter, forKey: .parameter)
                try container.encode(current.finite, forKey: .current)
                try container.encode(isFactor, forKey: .isFactor)
                try container.encode(low, forKey: .low)
                try container.encode(high, forKey: .high)
                try container.encode(below, forKey: .below)
                try container.encode(above, forKey: .above)
            }
        }

        /// A point where another choice takes over.
        public struct Flip: Codable, Sendable, Equatable {
            /// What the number is multiplied by there; nil where it is looked at itself.
            public var factor: Double?
            /// The number there; nil where it is another on each tier.
            public var value: Double?
            /// Who takes over; nil for buying nothing.
            public var takesOver: Choice.Alternative?

            /// Describes a flip.
            public init(factor: Double?, value: Double?, takesOver: Choice.Alternative?) {
                self.factor = factor
                self.value = value
                self.takesOver = takesOver
            }

            /// Encodes the flip; what there is not is `null`.
            public func encode(to encoder: any Encoder) throws {
                var container = encoder.container(keyedBy: CodingKeys.self)
                try container.encode(factor.finite, forKey: .factor)
                try container.encode(value.finite, forKey: .value)
                try container.encode(takesOver, forKey: .takesOver)
            }
        }
    }
}
