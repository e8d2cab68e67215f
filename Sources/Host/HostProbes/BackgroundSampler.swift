internal import Glibc
internal import Synchronization

/// A thread that does something again and again while it is wanted, asleep in between.
///
/// The thread is there from the beginning: counters opened later do not count it.
final class BackgroundSampler: Sendable {
    private enum Mode {
        case paused
        case running
        case ended
    }

    private final class Shared: Sendable {
        let mode = Mutex(Mode.paused)
        let periodMilliseconds: Int32
        let wakeUp: Int32
        let body: @Sendable () -> Void

        init(periodMilliseconds: Int32, wakeUp: Int32, body: @escaping @Sendable () -> Void) {
            self.periodMilliseconds = periodMilliseconds
            self.wakeUp = wakeUp
            self.body = body
        }

        func run() {
            while true {
                let mode = mode.withLock { $0 }
                if mode == .ended { return }
                var wait = pollfd(fd: wakeUp, events: Int16(POLLIN), revents: 0)
                let answer = poll(&wait, 1, mode == .running ? periodMilliseconds : -1)
                if answer > 0 {
                    // Whoever wrote also set the mode. An end of file is the owner's end.
                    var byte: UInt8 = 0
                    if read(wakeUp, &byte, 1) == 0 { return }
                } else if answer == 0 {
                    body()
                } else if errno != EINTR {
                    return
                }
            }
        }
    }

    private let shared: Shared
    private let writeEnd: Int32
    private let readEnd: Int32
    private let thread: pthread_t?

    /// Starts the thread, paused.
    ///
    /// - Parameters:
    ///   - periodNanoseconds: the time between two calls, at least 1 ms.
    ///   - body: what to do. It must end soon: the sampler's owner waits for it.
    init(periodNanoseconds: UInt64, body: @escaping @Sendable () -> Void) {
        var ends: [Int32] = [-1, -1]
        let kind = Int32(bitPattern: SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        let piped = socketpair(AF_UNIX, kind, 0, &ends) == 0
        readEnd = ends[0]
        writeEnd = ends[1]
        let milliseconds = Int32(clamping: max(1, periodNanoseconds / 1_000_000))
        shared = Shared(periodMilliseconds: milliseconds, wakeUp: readEnd, body: body)
        var thread = pthread_t()
        let argument = Unmanaged.passRetained(shared)
        let created =
            piped
            && Self.start(
                &thread,
                argument.toOpaque(),
                { argument in
                    guard let argument else { return nil }
                    // Signals are for the program's other threads.
                    var all = sigset_t()
                    sigfillset(&all)
                    pthread_sigmask(SIG_BLOCK, &all, nil)
                    Unmanaged<Shared>.fromOpaque(argument).takeRetainedValue().run()
                    return nil
                }
            ) == 0
        if !created { argument.release() }
        // Without a thread nothing is sampled, which the result then shows as a gap.
        self.thread = created ? thread : nil
    }

    /// `pthread_create` with a small stack: the thread reads short files, and may have to fit under an address-space limit.
    private static func start(
        _ thread: inout pthread_t,
        _ argument: UnsafeMutableRawPointer,
        _ body: @escaping @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer?
    ) -> Int32 {
        withUnsafeTemporaryAllocation(of: pthread_attr_t.self, capacity: 1) { memory -> Int32 in
            guard let attributes = memory.baseAddress else { return ENOMEM }
            pthread_attr_init(attributes)
            defer { pthread_attr_destroy(attributes) }
            pthread_attr_setstacksize(attributes, stackBytes)
            return pthread_create(&thread, attributes, body, argument)
        }
    }

    private static let stackBytes = 512 << 10

    /// Whether there is a thread that calls.
    var isAlive: Bool { thread != nil }

    deinit {
        change(to: .ended)
        if let thread { pthread_join(thread, nil) }
        if writeEnd >= 0 { close(writeEnd) }
        if readEnd >= 0 { close(readEnd) }
    }

    /// Begins calling, one period from now.
    func resume() { change(to: .running) }

    /// Stops calling; a call under way may still end.
    func pause() { change(to: .paused) }

    private func change(to mode: Mode) {
        shared.mode.withLock { $0 = mode }
        var byte: UInt8 = 0
        // Without a thread nobody reads: the socket would fill, and the write wait for ever.
        if thread != nil { _ = write(writeEnd, &byte, 1) }
    }
}
