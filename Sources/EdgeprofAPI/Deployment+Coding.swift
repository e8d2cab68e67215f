extension Deployment {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case name
        case demand
        case slo
        case accuracyFloor = "accuracy_floor"
        case years
        case discount
        case usdPerKwh = "usd_per_kwh"
        case headroom
        case value
        case hurdle
        case tuning
        case appMemoryMib = "app_memory_mib"
        case backboneInfluence = "backbone_influence"
        case deadlineDays = "deadline_days"
        case publishedAccuracySd = "published_accuracy_sd"
        case packageToWall = "package_to_wall"
    }

    /// Decodes a deployment, filling in defaults and refusing unknown keys.
    public init(from decoder: any Decoder) throws {
        try decoder.refuseUnknownKeys(CodingKeys.self)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            name: try container.decodeIfPresent(String.self, forKey: .name) ?? "deployment",
            demand: try container.decode(Demand.self, forKey: .demand),
            slo: try container.decode(ServiceLevel.self, forKey: .slo),
            accuracyFloor: try container.decodeIfPresent(Double.self, forKey: .accuracyFloor) ?? 0,
            years: try container.decode(Int.self, forKey: .years),
            discount: try container.decodeIfPresent(Double.self, forKey: .discount) ?? 0,
            usdPerKwh: try container.decode(Double.self, forKey: .usdPerKwh),
            headroom: try container.decodeIfPresent(Double.self, forKey: .headroom) ?? 0.3,
            value: try container.decodeIfPresent(Value.self, forKey: .value),
            hurdle: try container.decodeIfPresent(Double.self, forKey: .hurdle) ?? 0,
            tuning: try Self.tuning(container),
            appMemoryMib: try container.decodeIfPresent(Double.self, forKey: .appMemoryMib) ?? 0,
            backboneInfluence: try container.decodeIfPresent(Double.self, forKey: .backboneInfluence) ?? 1,
            deadlineDays: try container.decodeIfPresent(Double.self, forKey: .deadlineDays),
            publishedAccuracySd: try container.decodeIfPresent(Double.self, forKey: .publishedAccuracySd) ?? 0.02,
            packageToWall: try container.decodeIfPresent(Double.self, forKey: .packageToWall)
        )
    }

    /// `tuning` is a mapping, or the word `none`, or left out.
    private static func tuning(_ container: KeyedDecodingContainer<CodingKeys>) throws -> Tuning? {
        guard container.contains(.tuning), try !container.decodeNil(forKey: .tuning) else { return nil }
        if let word = try? container.decode(String.self, forKey: .tuning) {
            guard word == "none" else {
                throw DecodingError.dataCorruptedError(
                    forKey: .tuning,
                    in: container,
                    debugDescription: "is `\(word)`; give a mapping or `none`"
                )
            }
            return nil
        }
        return try container.decode(Tuning.self, forKey: .tuning)
    }
}

extension Deployment.Demand {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case inferencesPerSecond = "inferences_per_second"
        case duty
        case sites
        case arrivals
    }

    /// Decodes a demand, filling in defaults and refusing unknown keys.
    public init(from decoder: any Decoder) throws {
        try decoder.refuseUnknownKeys(CodingKeys.self)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            inferencesPerSecond: try container.decode(Double.self, forKey: .inferencesPerSecond),
            duty: try container.decodeIfPresent(Double.self, forKey: .duty) ?? 1,
            sites: try container.decodeIfPresent(Int.self, forKey: .sites) ?? 1,
            arrivals: try container.decodeIfPresent(Deployment.Arrivals.self, forKey: .arrivals) ?? .poisson
        )
    }
}

extension Deployment.Arrivals {
    /// Decodes the word for an arrival process.
    public init(from decoder: any Decoder) throws {
        let word = try decoder.singleValueContainer().decode(String.self)
        guard let arrivals = Self(rawValue: word) else {
            throw DecodingError.dataCorrupted(
                DecodingError.Context(
                    codingPath: decoder.codingPath,
                    debugDescription: "is `\(word)`; use poisson or periodic"
                )
            )
        }
        self = arrivals
    }
}

extension Deployment.ServiceLevel {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case percentile
        case milliseconds
    }

    /// Decodes a service level, refusing unknown keys.
    public init(from decoder: any Decoder) throws {
        try decoder.refuseUnknownKeys(CodingKeys.self)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            percentile: try container.decode(Double.self, forKey: .percentile),
            milliseconds: try container.decode(Double.self, forKey: .milliseconds)
        )
    }
}

extension Deployment.Value {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case correctUsd = "correct_usd"
        case wrongUsd = "wrong_usd"
    }

    /// Decodes the worth of an answer, refusing unknown keys.
    public init(from decoder: any Decoder) throws {
        try decoder.refuseUnknownKeys(CodingKeys.self)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            correctUsd: try container.decode(Double.self, forKey: .correctUsd),
            wrongUsd: try container.decodeIfPresent(Double.self, forKey: .wrongUsd) ?? 0
        )
    }
}

extension Deployment.Tuning {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case valuesPerHyperparameter = "values_per_hyperparameter"
        case maxTrials = "max_trials"
        case gpuHours = "gpu_hours"
        case gpuUsdPerHour = "gpu_usd_per_hour"
        case engineerHours = "engineer_hours"
        case engineerUsdPerHour = "engineer_usd_per_hour"
        case parallelGpus = "parallel_gpus"
        case hyperparameters
    }

    /// Decodes a tuning plan, refusing unknown keys.
    public init(from decoder: any Decoder) throws {
        try decoder.refuseUnknownKeys(CodingKeys.self)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            valuesPerHyperparameter: try container.decode(Int.self, forKey: .valuesPerHyperparameter),
            maxTrials: try container.decode(Int.self, forKey: .maxTrials),
            gpuHours: try container.decode(Double.self, forKey: .gpuHours),
            gpuUsdPerHour: try container.decode(Double.self, forKey: .gpuUsdPerHour),
            engineerHours: try container.decode(Double.self, forKey: .engineerHours),
            engineerUsdPerHour: try container.decode(Double.self, forKey: .engineerUsdPerHour),
            parallelGpus: try container.decodeIfPresent(Double.self, forKey: .parallelGpus),
            hyperparameters: try container.decodeIfPresent([String: Int].self, forKey: .hyperparameters) ?? [:]
        )
    }
}
