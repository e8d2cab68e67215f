extension Tier {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case id
        case priceUsd = "price_usd"
        case installUsd = "install_usd"
        case memoryMib = "memory_mib"
        case osReserveMib = "os_reserve_mib"
        case idleWatts = "idle_watts"
        case activeWatts = "active_watts"
        case maintenancePerYear = "maintenance_per_year"
        case maxUnitsPerSite = "max_units_per_site"
        case lifetimeYears = "lifetime_years"
        case packageToWall = "package_to_wall"
        case boardToWall = "board_to_wall"
        case pricedOn = "priced_on"
        case caches
        case peakGops = "peak_gops"
        case bandwidthGbps = "bandwidth_gbps"
        case match
    }

    /// Decodes a tier, filling in defaults and refusing unknown keys.
    public init(from decoder: any Decoder) throws {
        try decoder.refuseUnknownKeys(CodingKeys.self)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            id: try container.decode(String.self, forKey: .id),
            priceUsd: try container.decode(Double.self, forKey: .priceUsd),
            memoryMib: try container.decode(Double.self, forKey: .memoryMib),
            idleWatts: try container.decode(Double.self, forKey: .idleWatts),
            activeWatts: try container.decode(Double.self, forKey: .activeWatts),
            osReserveMib: try container.decodeIfPresent(Double.self, forKey: .osReserveMib) ?? 0,
            installUsd: try container.decodeIfPresent(Double.self, forKey: .installUsd) ?? 0,
            maintenancePerYear: try container.decodeIfPresent(Double.self, forKey: .maintenancePerYear) ?? 0,
            maxUnitsPerSite: try container.decodeIfPresent(Int.self, forKey: .maxUnitsPerSite),
            lifetimeYears: try container.decodeIfPresent(Double.self, forKey: .lifetimeYears),
            packageToWall: try container.decodeIfPresent(Double.self, forKey: .packageToWall),
            boardToWall: try container.decodeIfPresent(Double.self, forKey: .boardToWall),
            pricedOn: try container.decodeIfPresent(String.self, forKey: .pricedOn),
            caches: try container.decodeIfPresent(Caches.self, forKey: .caches),
            peakGops: try container.decodeIfPresent(Double.self, forKey: .peakGops),
            bandwidthGbps: try container.decodeIfPresent(Double.self, forKey: .bandwidthGbps),
            match: try container.decodeIfPresent(Match.self, forKey: .match) ?? Match()
        )
    }
}

extension Tier.Caches {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case l1dKib = "l1d_kib"
        case l2Kib = "l2_kib"
        case l3Kib = "l3_kib"
    }

    /// Decodes cache sizes, refusing unknown keys.
    public init(from decoder: any Decoder) throws {
        try decoder.refuseUnknownKeys(CodingKeys.self)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            l1dKib: try container.decodeIfPresent(Int.self, forKey: .l1dKib),
            l2Kib: try container.decodeIfPresent(Int.self, forKey: .l2Kib),
            l3Kib: try container.decodeIfPresent(Int.self, forKey: .l3Kib)
        )
    }
}

extension Tier.Match {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case cpuModel = "cpu_model"
        case memoryMib = "memory_mib"
        case board
        case label
    }

    /// Decodes a rule, refusing unknown keys.
    public init(from decoder: any Decoder) throws {
        try decoder.refuseUnknownKeys(CodingKeys.self)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            cpuModel: try container.decodeIfPresent(String.self, forKey: .cpuModel),
            memoryMib: try container.decodeIfPresent([Double].self, forKey: .memoryMib),
            board: try container.decodeIfPresent(String.self, forKey: .board),
            label: try container.decodeIfPresent([String: String].self, forKey: .label) ?? [:]
        )
    }
}

extension TierList {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case examplePrices = "example_prices"
        case tiers
    }

    /// Decodes a price list, refusing unknown keys.
    public init(from decoder: any Decoder) throws {
        try decoder.refuseUnknownKeys(CodingKeys.self)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            tiers: try container.decode([Tier].self, forKey: .tiers),
            examplePrices: try container.decodeIfPresent(Bool.self, forKey: .examplePrices) ?? false
        )
    }
}
