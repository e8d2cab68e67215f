extension Run {
    /// How near a run came to the most the box allows: docs/measurement.md, "Roofline".
    ///
    /// All figures are one instance's, on its own threads, while all instances are busy.
    public struct Roofline: Codable, Sendable, Hashable {
        /// Below this share the engine, not the model, sets the latency (`engine-limited`).
        public static let engineLimitedShare = 0.5
        /// Ceilings that a run surpasses by more than their own error were not this box's; such a share is not reported.
        public static let largestShare = 1.1
        /// Shares a run may carry and a ranking uses.
        public static let shares = 1e-6...largestShare

        /// Whether a share could be worked out.
        public var availability: Availability
        /// Why not.
        public var reason: String?
        /// Time the roofline allows over the median latency; 1 is the most.
        public var share: Double?
        /// Time the roofline allows a query: the sum over the plan's steps.
        public var allowedNanoseconds: Double?
        /// What sets the ceiling for most of the allowed time.
        public var boundBy: Bound?
        /// Multiply-accumulates a second, measured.
        public var peakMacsPerSecond: Double?
        /// Bytes read a second from each level, measured.
        public var bandwidths: [Bandwidth]?

        /// What sets a ceiling.
        public enum Bound: String, Codable, Sendable, CaseIterable {
            /// Multiplication.
            case compute
            /// The first-level cache.
            case l1
            /// The second-level cache.
            case l2
            /// The third-level cache.
            case l3
            /// Main memory.
            case memory
        }

        /// How fast a level of the memory hierarchy was read.
        public struct Bandwidth: Codable, Sendable, Hashable {
            /// `l1`, `l2`, `l3` or `memory`.
            public var level: Bound
            /// Bytes a second.
            public var bytesPerSecond: Double

            /// Makes a bandwidth.
            public init(level: Bound, bytesPerSecond: Double) {
                self.level = level
                self.bytesPerSecond = bytesPerSecond
            }
        }

        /// Makes a roofline of which nothing is known.
        public init(absent reason: String) {
            availability = .absent
            self.reason = reason
        }

        /// Makes a roofline.
        public init(
            share: Double,
            allowedNanoseconds: Double,
            boundBy: Bound,
            peakMacsPerSecond: Double,
            bandwidths: [Bandwidth]
        ) {
            availability = .ok
            self.share = share
            self.allowedNanoseconds = allowedNanoseconds
            self.boundBy = boundBy
            self.peakMacsPerSecond = peakMacsPerSecond
            self.bandwidths = bandwidths
        }

        /// Whether the engine is what limits the run; nil when no share is known.
        public var isEngineLimited: Bool? { share.map { $0 < Self.engineLimitedShare } }
    }
}
