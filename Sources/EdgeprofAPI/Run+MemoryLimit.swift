extension Run {
    /// Whether a run lived within a memory limit, and how well.
    public struct MemoryLimit: Codable, Sendable, Hashable {
        /// The limit.
        public var bytes: UInt64
        /// What enforced it.
        public var mechanism: Mechanism
        /// Why nothing better did, for an address-space limit.
        public var reason: String?
        /// What came of it; nil when the run ended for another reason.
        public var verdict: Verdict?
        /// The most that was charged at once, what other groups are charged for included; nil where nothing counts it.
        public var peakBytes: UInt64?
        /// Page faults in the window that waited for a device; nil for runs that did not end well.
        public var majorFaults: UInt64?
        /// Pages read back in the window.
        public var refaults: MeasuredValue?
        /// Pages taken away in the window.
        public var reclaimedPages: MeasuredValue?
        /// Pages looked at to be taken away in the window.
        public var scannedPages: MeasuredValue?
        /// The share of the window in which at least one thread waited for memory, 0...1.
        public var pressureShare: MeasuredValue?

        /// Makes a record.
        public init(
            bytes: UInt64,
            mechanism: Mechanism,
            reason: String? = nil,
            verdict: Verdict? = nil,
            peakBytes: UInt64? = nil,
            majorFaults: UInt64? = nil,
            refaults: MeasuredValue? = nil,
            reclaimedPages: MeasuredValue? = nil,
            scannedPages: MeasuredValue? = nil,
            pressureShare: MeasuredValue? = nil
        ) {
            self.bytes = bytes
            self.mechanism = mechanism
            self.reason = reason
            self.verdict = verdict
            self.peakBytes = peakBytes
            self.majorFaults = majorFaults
            self.refaults = refaults
            self.reclaimedPages = reclaimedPages
            self.scannedPages = scannedPages
            self.pressureShare = pressureShare
        }

        /// What enforces a limit.
        public enum Mechanism: String, Codable, Sendable, CaseIterable {
            /// A control group of the unified hierarchy.
            case cgroupV2 = "cgroup-v2"
            /// A control group of version 1's memory hierarchy.
            case cgroupV1 = "cgroup-v1"
            /// `RLIMIT_AS`: reserved memory counts too, and nothing is ever reclaimed.
            case addressSpace = "address-space"
        }

        /// What a limit did.
        public enum Verdict: String, Codable, Sendable, CaseIterable {
            /// It ran, and kept its pages.
            case fits
            /// It ran, and had to read pages back.
            case slowsDown = "slows-down"
            /// It did not run.
            case doesNotFit = "does-not-fit"
        }
    }
}
