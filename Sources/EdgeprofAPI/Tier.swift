/// A kind of hardware with a price, memory, power and a rule that says which hosts belong to it.
///
/// Keys are written in snake case, the same in YAML files and over HTTP (docs/economics.md).
public struct Tier: Codable, Sendable, Equatable {
    /// The name by which measurements and results refer to the tier.
    public var id: String
    /// Price of one unit, USD.
    public var priceUsd: Double
    /// Cost of putting one unit in place, USD (0).
    public var installUsd: Double
    /// Memory of one unit, MiB.
    public var memoryMib: Double
    /// Memory the operating system and other services keep, MiB (0).
    public var osReserveMib: Double
    /// Power of an idle unit at the wall, W.
    public var idleWatts: Double
    /// Power of a busy unit at the wall, W.
    public var activeWatts: Double
    /// Yearly maintenance as a fraction of the price (0).
    public var maintenancePerYear: Double
    /// Most units a site can hold; none when unlimited.
    public var maxUnitsPerSite: Int?
    /// Years until a unit is bought anew; none means the deployment's horizon.
    public var lifetimeYears: Double?
    /// Wall energy per joule seen by a package-only instrument; none keeps such readings out of the money.
    public var packageToWall: Double?
    /// Wall energy per joule that goes into the board or module; none keeps such readings out of the money.
    public var boardToWall: Double?
    /// The day the price was looked up, ISO 8601; none when unknown.
    public var pricedOn: String?
    /// Data caches a core sees, by which nothing is ranked; none when unknown.
    public var caches: Caches?
    /// int8 operations a second of the whole unit at most, two a multiply-accumulate, in 10⁹; for predictions alone.
    public var peakGops: Double?
    /// Bytes a second from main memory at most, in 10⁹; for predictions alone.
    public var bandwidthGbps: Double?
    /// Which hosts belong to the tier; an empty rule matches none.
    public var match: Match

    /// Data caches a core sees, in KiB; none for a level that is not there or not known.
    public struct Caches: Codable, Sendable, Equatable {
        /// First level, data.
        public var l1dKib: Int?
        /// Second level, as much of it as one core can use.
        public var l2Kib: Int?
        /// Third level, as much of it as one core can use.
        public var l3Kib: Int?

        /// Creates caches from their sizes.
        public init(l1dKib: Int? = nil, l2Kib: Int? = nil, l3Kib: Int? = nil) {
            self.l1dKib = l1dKib
            self.l2Kib = l2Kib
            self.l3Kib = l3Kib
        }
    }

    /// The rule that says which hosts belong to a tier: every condition given must hold.
    public struct Match: Codable, Sendable, Equatable {
        /// Text the CPU's model name contains, letter case ignored.
        public var cpuModel: String?
        /// Lowest and highest memory of the host, MiB, both included.
        public var memoryMib: [Double]?
        /// Text the board's name contains, letter case ignored.
        public var board: String?
        /// Labels the agent carries, with exactly these values.
        public var label: [String: String]

        /// Creates a rule from its conditions.
        public init(
            cpuModel: String? = nil,
            memoryMib: [Double]? = nil,
            board: String? = nil,
            label: [String: String] = [:]
        ) {
            self.cpuModel = cpuModel
            self.memoryMib = memoryMib
            self.board = board
            self.label = label
        }

        /// Whether the rule has no condition, and so matches nothing.
        public var isEmpty: Bool { cpuModel == nil && memoryMib == nil && board == nil && label.isEmpty }
    }

    /// Creates a tier; what is left out has the default of the file format.
    public init(
        id: String,
        priceUsd: Double,
        memoryMib: Double,
        idleWatts: Double,
        activeWatts: Double,
        osReserveMib: Double = 0,
        installUsd: Double = 0,
        maintenancePerYear: Double = 0,
        maxUnitsPerSite: Int? = nil,
        lifetimeYears: Double? = nil,
        packageToWall: Double? = nil,
        boardToWall: Double? = nil,
        pricedOn: String? = nil,
        caches: Caches? = nil,
        peakGops: Double? = nil,
        bandwidthGbps: Double? = nil,
        match: Match = Match()
    ) {
        self.id = id
        self.priceUsd = priceUsd
        self.installUsd = installUsd
        self.memoryMib = memoryMib
        self.osReserveMib = osReserveMib
        self.idleWatts = idleWatts
        self.activeWatts = activeWatts
        self.maintenancePerYear = maintenancePerYear
        self.maxUnitsPerSite = maxUnitsPerSite
        self.lifetimeYears = lifetimeYears
        self.packageToWall = packageToWall
        self.boardToWall = boardToWall
        self.pricedOn = pricedOn
        self.caches = caches
        self.peakGops = peakGops
        self.bandwidthGbps = bandwidthGbps
        self.match = match
    }
}

/// A price list: the document of `tiers.yaml` and of `/v1/tiers`.
public struct TierList: Codable, Sendable, Equatable {
    /// Whether the prices are examples that nobody should buy on; rankings then say so in their first line.
    public var examplePrices: Bool
    /// The tiers.
    public var tiers: [Tier]

    /// Creates a price list.
    public init(tiers: [Tier], examplePrices: Bool = false) {
        self.tiers = tiers
        self.examplePrices = examplePrices
    }
}
