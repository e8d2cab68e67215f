public import EdgeprofAPI
internal import MeasurementCore

extension Measurer {
    /// Takes one run on a thread of its own; see `measure`.
    ///
    /// Cancelling the task kills and reaps the measuring process.
    ///
    /// - Parameters:
    ///   - model: where it comes from.
    ///   - settings: how it is measured.
    ///   - layers: whether each step of the plan is timed as well.
    ///   - counters: whether events are counted.
    ///   - onProgress: called from the measuring thread at each change.
    /// - Returns: the run, whatever its outcome.
    /// - Throws: `MeasurementError`; `CancellationError` when the task was cancelled.
    public func run(
        model: ModelSource,
        settings: MeasurementSettings,
        layers: Bool = false,
        counters: Bool = true,
        onProgress: @escaping @Sendable (Progress) -> Void = { _ in }
    ) async throws -> Run {
        let cancellation = MeasurementCancellation()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Run, any Error>) in
                do throws(MeasurementFailure) {
                    // Not a task: it blocks for minutes, and the pool has no thread to spare for that.
                    try MeasurementThread(stackBytes: 8 << 20) {
                        do throws(MeasurementError) {
                            let run = try measure(
                                model: model,
                                settings: settings,
                                layers: layers,
                                counters: counters,
                                cancellation: cancellation,
                                onProgress: onProgress
                            )
                            continuation.resume(returning: run)
                        } catch {
                            continuation.resume(
                                throwing: error.code == .cancelled ? CancellationError() : error as any Error
                            )
                        }
                    }.detach()
                } catch {
                    continuation.resume(throwing: MeasurementError(.noHelper, error.reason))
                }
            }
        } onCancel: {
            cancellation.cancel()
        }
    }
}
