extension Run {
    /// Memory of the process that ran the model, bytes.
    ///
    /// What is optional is missing in runs of versions that did not read it.
    public struct Memory: Codable, Sendable, Hashable {
        /// VmHWM after the timed queries.
        public var peakRssBytes: UInt64
        /// VmHWM when loading had finished.
        public var loadPeakRssBytes: UInt64
        /// Whether the kernel let the peak be reset in between; if not, the first is no lower than the second.
        public var peakWasReset: Bool?
        /// RssAnon after the timed queries.
        public var rssAnonBytes: UInt64
        /// RssAnon before the plan was mapped.
        public var anonymousBeforePlanBytes: MeasuredValue?
        /// Pss after the timed queries.
        public var pssBytes: MeasuredValue?
        /// Resident part of the mapped plan, which holds the weights, after the timed queries.
        public var planResidentBytes: MeasuredValue?
        /// Planned activation memory of one instance.
        public var arenaBytes: UInt64
        /// Packed weights, shared by all instances.
        public var weightBytes: UInt64
        /// Working memory beside the arena, of one instance.
        public var scratchBytes: UInt64?
        /// Page faults while loading.
        public var loadFaults: PageFaults?
        /// Page faults around the timed queries.
        public var windowFaults: PageFaults?

        /// Makes a memory record.
        public init(
            peakRssBytes: UInt64,
            loadPeakRssBytes: UInt64,
            peakWasReset: Bool? = nil,
            rssAnonBytes: UInt64,
            anonymousBeforePlanBytes: MeasuredValue? = nil,
            pssBytes: MeasuredValue? = nil,
            planResidentBytes: MeasuredValue? = nil,
            arenaBytes: UInt64,
            weightBytes: UInt64,
            scratchBytes: UInt64? = nil,
            loadFaults: PageFaults? = nil,
            windowFaults: PageFaults? = nil
        ) {
            self.peakRssBytes = peakRssBytes
            self.loadPeakRssBytes = loadPeakRssBytes
            self.peakWasReset = peakWasReset
            self.rssAnonBytes = rssAnonBytes
            self.anonymousBeforePlanBytes = anonymousBeforePlanBytes
            self.pssBytes = pssBytes
            self.planResidentBytes = planResidentBytes
            self.arenaBytes = arenaBytes
            self.weightBytes = weightBytes
            self.scratchBytes = scratchBytes
            self.loadFaults = loadFaults
            self.windowFaults = windowFaults
        }

        /// Page faults of the process.
        public struct PageFaults: Codable, Sendable, Hashable {
            /// Served without a device.
            public var minor: UInt64
            /// That waited for a device.
            public var major: UInt64

            /// Makes a count.
            public init(minor: UInt64, major: UInt64) {
                (self.minor, self.major) = (minor, major)
            }
        }

        /// What the plan says so many instances take: arena and working memory each, the packed weights once.
        public func plannedBytes(instances: Int) -> Double {
            let instance = Double(arenaBytes) + Double(scratchBytes ?? 0)
            return Double(instances) * instance + Double(weightBytes)
        }

        /// What they took: the growth of anonymous memory, and the resident part of the mapped plan; nil where not known.
        public var modelBytes: Double? {
            guard let before = anonymousBeforePlanBytes?.value, let plan = planResidentBytes?.value else { return nil }
            return Double(rssAnonBytes) - before + plan
        }
    }
}
