internal import Glibc

/// A POSIX thread with a small stack, so that many of them fit under an address-space limit.
package struct MeasurementThread {
    /// Kernels take up to 200 KiB of scratch memory on it (docs/kernels.md).
    package static let stackBytes = 1 << 20

    private let handle: pthread_t

    /// Starts `body` on a new thread.
    ///
    /// - Throws: `outOfMemory` when the system has no room for another thread.
    package init(
        stackBytes: Int = stackBytes,
        _ body: @escaping @Sendable () -> Void
    ) throws(MeasurementFailure) {
        let box = Unmanaged.passRetained(Box(body))
        var handle: pthread_t = 0
        // Memory, not a value: `pthread_attr_init` makes the value, and Swift's own initializer belongs to whichever module
        // includes the type first.
        let code = withUnsafeTemporaryAllocation(of: pthread_attr_t.self, capacity: 1) { memory -> Int32 in
            guard let attributes = memory.baseAddress else { return ENOMEM }
            pthread_attr_init(attributes)
            pthread_attr_setstacksize(attributes, stackBytes)
            defer { pthread_attr_destroy(attributes) }
            return pthread_create(
                &handle,
                attributes,
                { argument in
                    guard let argument else { return nil }
                    Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body()
                    return nil
                },
                box.toOpaque()
            )
        }
        guard code == 0 else {
            box.release()
            throw .outOfMemory("no room for another thread (\(String(cString: strerror(code))))")
        }
        self.handle = handle
    }

    /// Waits until the body has returned.
    package func join() {
        pthread_join(handle, nil)
    }

    /// Lets the thread clean up after itself; nobody will wait for it.
    package func detach() {
        pthread_detach(handle)
    }

    private final class Box: Sendable {
        let body: @Sendable () -> Void

        init(_ body: @escaping @Sendable () -> Void) {
            self.body = body
        }
    }
}
