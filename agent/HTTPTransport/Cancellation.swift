internal import Synchronization

/// A flag that ends a running request from any thread, at once.
public final class Cancellation: Sendable {
    private struct State {
        var isCancelled = false
        var wake: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    /// Makes a flag that is not set.
    public init() {}

    /// Whether the flag is set.
    public var isCancelled: Bool { state.withLock { $0.isCancelled } }

    /// Sets the flag for ever.
    public func cancel() {
        state.withLock {
            $0.isCancelled = true
            $0.wake?()
        }
    }

    /// Runs a transfer that `wake` can interrupt.
    ///
    /// `wake` is never called after this returns, so it may use what dies then.
    func whileWakeable<Result>(by wake: @escaping @Sendable () -> Void, _ body: () throws -> Result) rethrows -> Result
    {
        state.withLock { $0.wake = wake }
        defer { state.withLock { $0.wake = nil } }
        return try body()
    }
}
