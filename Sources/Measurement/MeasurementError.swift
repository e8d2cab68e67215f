/// Why no run could be taken at all, as opposed to a run that ended badly (`Run.Outcome`).
public struct MeasurementError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kind of trouble.
    public enum Code: String, Sendable {
        /// `edgeprof-measure` is not where it should be, or cannot be started.
        case noHelper
        /// The folder for packed plans cannot be written.
        case noCache
        /// The host-wide lock cannot be had.
        case noLock
        /// The process that takes the run says that this box cannot measure now.
        case cannotMeasure
        /// The caller cancelled.
        case cancelled
    }

    /// The kind of trouble.
    public var code: Code
    /// What happened and how to mend it, in one line.
    public var description: String

    init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }

    static let cancelled = MeasurementError(.cancelled, "the measurement was cancelled")
}
