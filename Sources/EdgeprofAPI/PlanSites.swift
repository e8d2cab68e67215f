extension PlanningRequest {
    /// One site of a list: a row of the CSV of `plan --sites`.
    public struct Site: Codable, Sendable, Equatable {
        /// What the site is called.
        public var site: String
        /// Inferences a second while the site is busy.
        public var inferencesPerSecond: Double
        /// Share of the time it is busy; nil for the deployment's.
        public var duty: Double?
        /// Units that stand there already, by tier.
        public var owned: [String: Int]

        /// Describes a site.
        public init(site: String, inferencesPerSecond: Double, duty: Double? = nil, owned: [String: Int] = [:]) {
            self.site = site
            self.inferencesPerSecond = inferencesPerSecond
            self.duty = duty
            self.owned = owned
        }

        private enum CodingKeys: String, CodingKey, CaseIterable {
            case site
            case inferencesPerSecond = "inferences_per_second"
            case duty
            case owned
        }

        /// Decodes a site, refusing unknown keys.
        public init(from decoder: any Decoder) throws {
            try decoder.refuseUnknownKeys(CodingKeys.self)
            let container = try decoder.container(keyedBy: CodingKeys.self)
            self.init(
                site: try container.decode(String.self, forKey: .site),
                inferencesPerSecond: try container.decode(Double.self, forKey: .inferencesPerSecond),
                duty: try container.decodeIfPresent(Double.self, forKey: .duty),
                owned: try container.decodeIfPresent([String: Int].self, forKey: .owned) ?? [:]
            )
        }
    }
}

extension PlanResult {
    /// What to buy at every site and in all.
    public struct SitePlan: Codable, Sendable, Equatable {
        /// What each site buys, in the order of the list; alike sites of a deployment without a list share a row.
        public var sites: [Row]
        /// What is bought in all, by tier.
        public var purchases: [Purchase]
        /// Families whose tuning is paid, with its cost.
        public var tuning: [Tuning]
        /// Sites that are served.
        public var servedSites: Int
        /// Sites at which nothing is bought.
        public var unservedSites: Int
        /// Total cost of ownership, tuning included, USD.
        public var tcoUsd: Double
        /// Present value of the answers, USD; nil when no value is given.
        public var valueUsd: Double?
        /// Value less (1 + hurdle) times cost, USD; nil when no value is given.
        public var objectiveUsd: Double?
        /// No plan has a higher objective, USD; equal to it where the plan is proved best; nil when no value is given.
        public var objectiveBoundUsd: Double?
        /// Whether the plan is proved best, within rounding.
        public var isProvedBest: Bool
        /// Most the plan may cost in all, USD.
        public var budgetUsd: Double?

        /// Creates a plan in which nothing is bought.
        public init() {
            sites = []
            purchases = []
            tuning = []
            servedSites = 0
            unservedSites = 0
            tcoUsd = 0
            isProvedBest = true
        }

        /// What one site, or each of several alike, buys.
        public struct Row: Codable, Sendable, Equatable {
            /// The site; nil for those of a deployment without a list.
            public var site: String?
            /// How many sites the row stands for.
            public var count: Int
            /// Inferences a second while a site is busy.
            public var inferencesPerSecond: Double
            /// Share of the time it is busy.
            public var duty: Double
            /// The model; nil for nothing.
            public var model: String?
            /// The tier; nil for nothing.
            public var tier: String?
            /// The serving configuration.
            public var settings: TierMeasurement.Settings?
            /// Units in use at a site.
            public var units: Int
            /// Of these, units that stood there already.
            public var ownedUnits: Int
            /// Cost of a site without tuning and before anything is taken from stock, USD.
            public var tcoUsd: Double
            /// Value of a site's answers, USD; nil when no value is given.
            public var valueUsd: Double?
            /// Why nothing is bought.
            public var reason: String?

            /// Creates a row in which nothing is bought.
            public init(site: String?, count: Int, inferencesPerSecond: Double, duty: Double) {
                self.site = site
                self.count = count
                self.inferencesPerSecond = inferencesPerSecond
                self.duty = duty
                units = 0
                ownedUnits = 0
                tcoUsd = 0
            }
        }

        /// Units of one tier in all.
        public struct Purchase: Codable, Sendable, Equatable {
            /// The tier.
            public var tier: String
            /// Units bought now.
            public var boughtUnits: Int
            /// Units in use that stood at their sites already.
            public var ownedUnits: Int
            /// Units taken from stock.
            public var stockUnits: Int
            /// What the units bought now and the installation of those from stock cost, USD.
            public var nowUsd: Double

            /// Describes the units of a tier.
            public init(tier: String, boughtUnits: Int, ownedUnits: Int, stockUnits: Int, nowUsd: Double) {
                self.tier = tier
                self.boughtUnits = boughtUnits
                self.ownedUnits = ownedUnits
                self.stockUnits = stockUnits
                self.nowUsd = nowUsd
            }
        }

        /// Tuning of one family.
        public struct Tuning: Codable, Sendable, Equatable {
            /// The family.
            public var family: String
            /// Its cost, USD.
            public var usd: Double

            /// Describes the tuning of a family.
            public init(family: String, usd: Double) {
                self.family = family
                self.usd = usd
            }
        }
    }
}
