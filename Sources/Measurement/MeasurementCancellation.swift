internal import Synchronization

/// Ends measurements from another thread: the child is killed and reaped, and the caller gets `MeasurementError.cancelled`.
public final class MeasurementCancellation: Sendable {
    private let flag = Atomic<Bool>(false)

    /// Makes a token that has not been used.
    public init() {}

    /// Ends the measurement this token was given to, at the latest a fifth of a second from now.
    ///
    /// Safe to call from any thread, and from a signal handler.
    public func cancel() {
        flag.store(true, ordering: .relaxed)
    }

    /// Whether `cancel` was called.
    public var isCancelled: Bool { flag.load(ordering: .relaxed) }
}
