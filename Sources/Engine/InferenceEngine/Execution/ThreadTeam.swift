import Synchronization

#if canImport(Glibc)
    import Glibc
#endif

/// Threads that run a program together with the caller, and wait in between.
final class ThreadTeam {
    /// What a worker needs; lives until every worker has left.
    ///
    /// Unchecked: immutable but for the atomic flag.
    private final class Shared: @unchecked Sendable {
        let program: Program
        let start: Gate
        /// The run under way, or the last; the first is 1.
        let run = Atomic<UInt32>(0)
        let isStopping = Atomic(false)

        init(program: Program, policy: SpinPolicy) {
            self.program = program
            start = Gate(policy)
        }

        /// Begins another run, or the end.
        func begin() -> UInt32 {
            let number = run.load(ordering: .relaxed) &+ 1
            run.store(number, ordering: .sequentiallyConsistent)
            start.wake()
            return number
        }
    }

    /// One worker's share, handed to its thread.
    private final class Worker {
        let shared: Shared
        let index: Int

        init(_ shared: Shared, index: Int) {
            self.shared = shared
            self.index = index
        }

        func loop() {
            var run: UInt32 = 0
            while true {
                shared.start.wait { shared.run.load(ordering: .sequentiallyConsistent) != run }
                run = shared.run.load(ordering: .acquiring)
                if shared.isStopping.load(ordering: .acquiring) { return }
                shared.program.run(run, thread: index)
            }
        }
    }

    /// Room for a kernel's scratch memory of 200 KiB and what calls it (docs/kernels.md); the system's own 8 MiB for each
    /// thread would not fit a limit on address space.
    private static let stackBytes = 1 << 20

    private let shared: Shared
    private var workers: [pthread_t] = []

    init(program: Program, policy: SpinPolicy) throws(InferenceError) {
        shared = Shared(program: program, policy: policy)
        for index in 1..<max(program.threads, 1) {
            let worker = Unmanaged.passRetained(Worker(shared, index: index))
            switch start(worker) {
            case .success(let thread): workers.append(thread)
            case .failure(let error):
                worker.release()
                stop()
                throw InferenceError(
                    .system,
                    "cannot start thread \(index + 1): \(String(cString: strerror(error.code)))"
                )
            }
        }
    }

    deinit { stop() }

    /// Runs the program once on all threads, the caller being one.
    func run() {
        guard !workers.isEmpty else {
            SpinPolicy.begin(threads: 1)
            shared.program.runAlone()
            SpinPolicy.end(threads: 1)
            return
        }
        SpinPolicy.begin(threads: workers.count + 1)
        shared.program.run(shared.begin(), thread: 0)
        SpinPolicy.end(threads: workers.count + 1)
    }

    /// Why a thread was not started.
    private struct StartError: Error { let code: Int32 }

    private func start(_ worker: Unmanaged<Worker>) -> Result<pthread_t, StartError> {
        var thread = pthread_t()
        // Memory, not a value: `pthread_attr_init` makes the value.
        let code = withUnsafeTemporaryAllocation(of: pthread_attr_t.self, capacity: 1) { memory -> Int32 in
            guard let attributes = memory.baseAddress else { return ENOMEM }
            pthread_attr_init(attributes)
            pthread_attr_setstacksize(attributes, Self.stackBytes)
            defer { pthread_attr_destroy(attributes) }
            return pthread_create(&thread, attributes, threadBody, worker.toOpaque())
        }
        return code == 0 ? .success(thread) : .failure(StartError(code: code))
    }

    private func stop() {
        guard !workers.isEmpty else { return }
        shared.isStopping.store(true, ordering: .releasing)
        _ = shared.begin()
        for worker in workers { pthread_join(worker, nil) }
        workers = []
    }

    private let threadBody: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { argument in
        if let argument { Unmanaged<Worker>.fromOpaque(argument).takeRetainedValue().loop() }
        return nil
    }
}
