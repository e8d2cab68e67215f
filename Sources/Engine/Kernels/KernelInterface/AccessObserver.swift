/// Told what the engine itself reads and writes between kernel calls.
///
/// Only a kernel set whose kernels record memory accesses has one; the closures are called on the thread that runs the step.
public struct AccessObserver: Sendable {
    /// A step begins; steps count from 0 in the order they run.
    public var begin: @Sendable (_ step: Int) -> Void
    /// Bytes are read or written, in ascending order.
    public var touch: @Sendable (_ start: UnsafeRawPointer, _ count: Int) -> Void

    /// Makes an observer.
    public init(
        begin: @escaping @Sendable (_ step: Int) -> Void,
        touch: @escaping @Sendable (_ start: UnsafeRawPointer, _ count: Int) -> Void
    ) {
        self.begin = begin
        self.touch = touch
    }
}
