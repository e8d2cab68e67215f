public import EdgeprofAPI

/// Takes the run that answers an order.
///
/// Whatever the model does ends in a run. Thrown errors mean that no run could be taken at all: `CancellationError` when the
/// task was cancelled, anything else when this box cannot measure now.
public typealias Measure = @Sendable (MeasurementOrder) async throws -> Run

/// One measurement, all questions settled.
public struct MeasurementOrder: Sendable, Hashable {
    /// The assignment it answers.
    public var assignment: Assignment
    /// How to measure.
    public var settings: MeasurementSettings
    /// The box, with its limits.
    public var host: HostFacts
    /// Where the assignment's file lies, verified; nil for a zoo model.
    public var modelPath: String?

    /// Settles what an assignment leaves open for a box and its limits.
    ///
    /// - Parameters:
    ///   - assignment: what the collector asks.
    ///   - host: the box as its limits leave it.
    public init(_ assignment: Assignment, on host: HostFacts) {
        self.assignment = assignment
        self.host = host
        settings = assignment.settings.resolved(usableCpus: max(1, host.usableCpus))
    }
}
