internal import EdgeprofAPI
internal import MeasurementCore

extension Run.Memory {
    init(_ memory: RecordedMemory) {
        self.init(
            peakRssBytes: memory.peakRssBytes,
            loadPeakRssBytes: memory.loadPeakRssBytes,
            peakWasReset: memory.peakWasReset,
            rssAnonBytes: memory.rssAnonBytes,
            anonymousBeforePlanBytes: MeasuredValue(memory.anonymousBeforePlanBytes),
            pssBytes: MeasuredValue(memory.pssBytes),
            planResidentBytes: MeasuredValue(memory.planResidentBytes),
            arenaBytes: memory.arenaBytes,
            weightBytes: memory.weightBytes,
            scratchBytes: memory.scratchBytes,
            loadFaults: PageFaults(memory.loadFaults),
            windowFaults: PageFaults(memory.windowFaults)
        )
    }
}

extension Run.Memory.PageFaults {
    fileprivate init(_ faults: RecordedFaults) {
        self.init(minor: faults.minor, major: faults.major)
    }
}
