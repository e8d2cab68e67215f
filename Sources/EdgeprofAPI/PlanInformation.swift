extension PlanResult {
    /// What knowing more before buying would be worth.
    public struct ValueOfInformation: Codable, Sendable, Equatable {
        /// The choice that does best on average over the draws; nil for buying nothing.
        public var bestOnAverage: Choice.Alternative?
        /// Expected gain of the plan's objective from knowing everything the draws leave open, USD; nil with `reason`.
        public var perfectUsd: Double?
        /// Why there are no figures.
        public var reason: String?
        /// What could be learnt, the most valuable first.
        public var items: [Item]

        /// Puts figures together.
        public init(
            bestOnAverage: Choice.Alternative? = nil,
            perfectUsd: Double? = nil,
            reason: String? = nil,
            items: [Item] = []
        ) {
            self.bestOnAverage = bestOnAverage
            self.perfectUsd = perfectUsd
            self.reason = reason
            self.items = items
        }

        /// One thing that could be learnt.
        public struct Item: Codable, Sendable, Equatable {
            /// What is learnt.
            public enum Kind: String, Codable, Sendable {
                /// Throughput, latency and memory of a model on a tier, by measuring it on more of its hosts.
                case hosts
                /// A model's accuracy, by evaluating it on the user's own images.
                case accuracy
            }

            /// What is learnt.
            public var kind: Kind
            /// The model.
            public var model: String
            /// The tier; nil for an accuracy, which all tiers share.
            public var tier: String?
            /// Expected gain of the plan's objective from knowing it exactly, USD: no measurement of it is worth more.
            public var worthUsd: Double
            /// Share of draws in which knowing it changes what is bought.
            public var pChanges: Double

            /// Describes one thing to learn.
            public init(kind: Kind, model: String, tier: String?, worthUsd: Double, pChanges: Double) {
                self.kind = kind
                self.model = model
                self.tier = tier
                self.worthUsd = worthUsd
                self.pChanges = pChanges
            }
        }
    }

    /// What a model that was not chosen would have to gain to be chosen, each by itself.
    public struct Counterfactual: Codable, Sendable, Equatable {
        /// The model.
        public var model: String
        /// Its family; nil when unknown.
        public var family: String?
        /// One for each thing it could gain: accuracy, speed, memory, tuning.
        public var levers: [Lever]

        /// Describes a model.
        public init(model: String, family: String?, levers: [Lever]) {
            self.model = model
            self.family = family
            self.levers = levers
        }

        /// One thing a model could gain.
        public struct Lever: Codable, Sendable, Equatable {
            /// `accuracy`, `speed`, `memory` or `tuning`.
            public var lever: String
            /// What it is now: accuracy as a fraction, speed as 1, memory in MiB, tuning in USD; nil when unknown.
            public var current: Double?
            /// What it would have to be, in the same unit; nil when it cannot win by this alone.
            public var needed: Double?
            /// The tier on which it would then be bought.
            public var tier: String?
            /// The same in a sentence.
            public var message: String

            /// Describes a lever.
            public init(lever: String, current: Double?, needed: Double?, tier: String?, message: String) {
                self.lever = lever
                self.current = current
                self.needed = needed
                self.tier = tier
                self.message = message
            }

            /// Encodes the lever; what there is not is `null`.
            public func encode(to encoder: any Encoder) throws {
                var container = encoder.container(keyedBy: CodingKeys.self)
                try container.encode(lever, forKey: .lever)
                try container.encode(current.finite, forKey: .current)
                try container.encode(needed.finite, forKey: .needed)
                try container.encode(tier, forKey: .tier)
                try container.encode(message, forKey: .message)
            }
        }
    }
}
