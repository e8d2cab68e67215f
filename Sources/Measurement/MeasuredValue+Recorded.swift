internal import EdgeprofAPI
internal import MeasurementCore

extension MeasuredValue {
    /// The same as the record has it.
    init(_ recorded: RecordedValue) {
        if recorded.availability == .ok {
            self.init(recorded.value)
        } else {
            self.init(unavailable: Availability(recorded.availability), reason: recorded.reason)
        }
    }
}
