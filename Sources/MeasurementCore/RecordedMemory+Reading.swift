internal import HostInfo
internal import HostProbes
internal import InferenceEngine

extension RecordedMemory {
    /// Reads what is held after the window, while the instances still have it.
    ///
    /// - Parameter plan: whose mapping counts.
    /// - Throws: `failed` where the process cannot even see its own size.
    mutating func readAfterWindow(_ plan: Plan) throws(MeasurementFailure) {
        // The peak first: reading the rest takes memory too.
        let after = try ModelMeasurement.processMemory()
        peakRssBytes = UInt64(clamping: after.peakResidentBytes)
        // Kernels before 4.5 do not split the resident size; then all of it is the bound.
        rssAnonBytes = UInt64(clamping: after.anonymousBytes ?? after.residentBytes)
        pssBytes = RecordedValue(ProcessMemory.proportional().map { Double($0) })
        planResidentBytes = RecordedValue(
            MappingResidency.residentBytes(at: plan.weightsAddress).map { Double($0) }
        )
    }
}

extension ProcessMemory {
    /// The anonymous part.
    var anonymous: Reading<Double> {
        anonymousBytes.map { .value(Double($0)) } ?? .unavailable(.absent("kernels before 4.5 do not tell it apart"))
    }
}

extension RecordedFaults {
    /// Faults as a probe counts them.
    init(_ faults: PageFaults) {
        self.init(minor: faults.minor, major: faults.major)
    }
}

extension Reading {
    /// The same reading in another form.
    func map<Other>(_ transform: (Value) -> Other) -> Reading<Other> {
        flatMap { .value(transform($0)) }
    }
}
