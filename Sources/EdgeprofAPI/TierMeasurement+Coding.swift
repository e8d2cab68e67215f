extension TierMeasurement {
    enum CodingKeys: String, CodingKey {
        case model
        case tier
        case family
        case source
        case throughputPerSecond
        case latencyMilliseconds
        case worstHostLatencyMilliseconds
        case peakRssMib
        case accuracy
        case settings
        case instances
        case serviceTimeCv2
        case energy
        case rooflineShare
        case basis
        case flags
        case hosts
    }

    /// Decodes a measurement, filling in defaults; keys it does not know are left to other readers.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let settings = try container.decodeIfPresent(Settings.self, forKey: .settings)
        self.init(
            model: try container.decode(String.self, forKey: .model),
            tier: try container.decode(String.self, forKey: .tier),
            family: try container.decodeIfPresent(String.self, forKey: .family),
            source: try container.decodeIfPresent(EdgeprofAPI.Run.ModelReference.Source.self, forKey: .source),
            throughputPerSecond: try container.decodeIfPresent(Double.self, forKey: .throughputPerSecond) ?? 0,
            latencyMilliseconds: try container.decodeIfPresent(Latency.self, forKey: .latencyMilliseconds),
            worstHostLatencyMilliseconds: try container.decodeIfPresent(
                Latency.self,
                forKey: .worstHostLatencyMilliseconds
            ),
            peakRssMib: try container.decodeIfPresent(Double.self, forKey: .peakRssMib),
            accuracy: try container.decodeIfPresent(Accuracy.self, forKey: .accuracy),
            settings: settings,
            instances: try container.decodeIfPresent(Int.self, forKey: .instances) ?? settings?.instances ?? 1,
            serviceTimeCv2: try container.decodeIfPresent(Double.self, forKey: .serviceTimeCv2) ?? 0,
            energy: try container.decodeIfPresent(Energy.self, forKey: .energy),
            rooflineShare: try container.decodeIfPresent(Double.self, forKey: .rooflineShare),
            basis: try container.decodeIfPresent(Basis.self, forKey: .basis) ?? .measured,
            flags: try container.decodeIfPresent([String].self, forKey: .flags) ?? [],
            hosts: try container.decodeIfPresent([Host].self, forKey: .hosts) ?? []
        )
    }
}
