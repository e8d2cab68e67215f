/// What a ranking was made for besides what is written down: changes asked for with `--what-if`, and what they did.
public struct Hypothesis: Codable, Sendable, Equatable {
    /// What was changed, in the order it was asked for.
    public var changes: [Change]
    /// What that does to the answer, in sentences; the first says that the answer is hypothetical and why.
    public var sentences: [String]
    /// The choice that leads without the changes; nil when none is feasible then.
    public var firstWithout: Choice.Alternative?
    /// The choices whose figures or place the changes move, in the order of the ranking.
    public var differences: [Difference]

    /// One changed figure.
    public struct Change: Codable, Sendable, Equatable {
        /// What was changed, such as `demand` or `price.large`.
        public var key: String
        /// What is written down; nil where nothing is.
        public var before: Double?
        /// What was put in its place; nil where it was taken away.
        public var after: Double?

        /// Describes a change.
        public init(key: String, before: Double?, after: Double?) {
            self.key = key
            self.before = before
            self.after = after
        }

        /// Encodes both figures, `null` where there is none.
        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(key, forKey: .key)
            try container.encode(before.finite, forKey: .before)
            try container.encode(after.finite, forKey: .after)
        }
    }

    /// How a choice stands with the changes and without.
    public struct Difference: Codable, Sendable, Equatable {
        /// The model's name.
        public var model: String
        /// The tier's id.
        public var tier: String
        /// Without the changes.
        public var without: Standing
        /// With the changes.
        public var with: Standing

        /// Describes a difference.
        public init(model: String, tier: String, without: Standing, with: Standing) {
            self.model = model
            self.tier = tier
            self.without = without
            self.with = with
        }
    }

    /// How a choice stands.
    public struct Standing: Codable, Sendable, Equatable {
        /// Its place among the feasible choices, from 1; nil when it is not feasible.
        public var place: Int?
        /// Names of the failed tests.
        public var failed: [String]
        /// Units a site needs.
        public var unitsPerSite: Int?
        /// Total cost of ownership, USD.
        public var tcoUsd: Double?
        /// Net value over cost.
        public var roi: Double?
        /// Value less cost, USD.
        public var netValueUsd: Double?
        /// Levelised cost of a million correct answers, USD.
        public var usdPerMillionCorrect: Double?

        /// How a choice stands at a place.
        public init(_ choice: Choice, place: Int?) {
            self.place = place
            failed = choice.failed
            unitsPerSite = choice.unitsPerSite
            tcoUsd = choice.tcoUsd
            roi = choice.roi
            netValueUsd = choice.netValueUsd
            usdPerMillionCorrect = choice.usdPerMillionCorrect
        }

        /// Encodes all names, `null` where nothing is known.
        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(place, forKey: .place)
            try container.encode(failed, forKey: .failed)
            try container.encode(unitsPerSite, forKey: .unitsPerSite)
            try container.encode(tcoUsd.finite, forKey: .tcoUsd)
            try container.encode(roi.finite, forKey: .roi)
            try container.encode(netValueUsd.finite, forKey: .netValueUsd)
            try container.encode(usdPerMillionCorrect.finite, forKey: .usdPerMillionCorrect)
        }
    }

    /// Describes what changes did.
    public init(
        changes: [Change],
        sentences: [String],
        firstWithout: Choice.Alternative?,
        differences: [Difference]
    ) {
        self.changes = changes
        self.sentences = sentences
        self.firstWithout = firstWithout
        self.differences = differences
    }
}
