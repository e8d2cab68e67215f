extension TierMeasurement {
    /// A serving configuration: instances x threads each, and how the network was run.
    ///
    /// In JSON an object, or text where only a name is known.
    public struct Settings: Codable, Sendable, Equatable, Hashable, CustomStringConvertible {
        /// Threads of each instance.
        public var threads: Int?
        /// Instances that serve side by side.
        public var instances: Int?
        /// The instruction set of the kernels.
        public var isa: String?
        /// The engine's plan, `naive` or `fused`.
        public var plan: String?
        /// A name for settings not described by the other fields.
        public var label: String?

        /// Creates a serving configuration.
        public init(
            threads: Int? = nil,
            instances: Int? = nil,
            isa: String? = nil,
            plan: String? = nil,
            label: String? = nil
        ) {
            self.threads = threads
            self.instances = instances
            self.isa = isa
            self.plan = plan
            self.label = label
        }

        /// The settings in words, such as `2 instances x 1 thread, avx512vnni, fused`.
        public var description: String {
            var parts: [String] = []
            if let label { parts.append(label) }
            let serving = [
                instances.map { $0 == 1 ? "1 instance" : "\($0) instances" },
                threads.map { $0 == 1 ? "1 thread" : "\($0) threads" },
            ].compactMap(\.self)
            if !serving.isEmpty { parts.append(serving.joined(separator: " x ")) }
            if let isa { parts.append(isa) }
            if let plan { parts.append(plan) }
            return parts.joined(separator: ", ")
        }

        enum CodingKeys: String, CodingKey {
            case threads
            case instances
            case isa
            case plan
            case label
        }

        /// Decodes settings from an object or a name.
        public init(from decoder: any Decoder) throws {
            if let label = try? decoder.singleValueContainer().decode(String.self) {
                self.init(label: label)
                return
            }
            let container = try decoder.container(keyedBy: CodingKeys.self)
            self.init(
                threads: try container.decodeIfPresent(Int.self, forKey: .threads),
                instances: try container.decodeIfPresent(Int.self, forKey: .instances),
                isa: try container.decodeIfPresent(String.self, forKey: .isa),
                plan: try container.decodeIfPresent(String.self, forKey: .plan),
                label: try container.decodeIfPresent(String.self, forKey: .label)
            )
        }

        /// Encodes settings as an object, or as text when there is a name only.
        public func encode(to encoder: any Encoder) throws {
            if let label, threads == nil, instances == nil, isa == nil, plan == nil {
                var container = encoder.singleValueContainer()
                try container.encode(label)
                return
            }
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encodeIfPresent(threads, forKey: .threads)
            try container.encodeIfPresent(instances, forKey: .instances)
            try container.encodeIfPresent(isa, forKey: .isa)
            try container.encodeIfPresent(plan, forKey: .plan)
            try container.encodeIfPresent(label, forKey: .label)
        }
    }
}
