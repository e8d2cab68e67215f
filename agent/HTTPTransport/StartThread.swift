private import Glibc

/// Does work on a new thread, then what the work returns; false when there can be no thread.
///
/// The work is let go of in between. Whoever holds a transport last closes its connections: that must not be this thread
/// after it has told its result, when the process may be ending and OpenSSL with it.
func startThread(_ work: @escaping @Sendable () -> @Sendable () -> Void) -> Bool {
    final class Box {
        private var work: (@Sendable () -> @Sendable () -> Void)?

        init(_ work: @escaping @Sendable () -> @Sendable () -> Void) { self.work = work }

        func run() {
            let rest = work?()
            work = nil
            rest?()
        }
    }
    var attributes = pthread_attr_t()
    guard pthread_attr_init(&attributes) == 0 else { return false }
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    let box = Unmanaged.passRetained(Box(work))
    var thread = pthread_t()
    let result = pthread_create(
        &thread,
        &attributes,
        { context in
            if let context { Unmanaged<Box>.fromOpaque(context).takeRetainedValue().run() }
            return nil
        },
        box.toOpaque()
    )
    if result != 0 { box.release() }
    return result == 0
}
