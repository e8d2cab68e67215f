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
        let isStopping = Atomic(false)

        init(program: Program, spins: Int) {
            self.program = program
            start = Gate(spins: spins)
        }
    }

    /// One worker's share, handed to its thread.
    private final class Worker {
        let shared: Shared
        let index: Int
        let seen: UInt

        init(_ shared: Shared, index: Int) {
            self.shared = shared
            self.index = index
            seen = shared.start.current
        }

        func loop() {
            var seen = seen
            while true {
                shared.start.wait(since: seen)
                seen = shared.start.current
                if shared.isStopping.load(ordering: .acquiring) { return }
                shared.program.run(UInt32(truncatingIfNeeded: seen), thread: index)
            }
        }
    }

    private let shared: Shared
    private var workers: [pthread_t] = []

    init(program: Program, spins: Int) throws(InferenceError) {
        shared = Shared(program: program, spins: spins)
        for index in 1..<max(program.threads, 1) {
            var thread = pthread_t()
            let worker = Unmanaged.passRetained(Worker(shared, index: index))
            let result = pthread_create(&thread, nil, threadBody, worker.toOpaque())
            guard result == 0 else {
                worker.release()
                stop()
                throw InferenceError(.system, "cannot start thread \(index + 1): \(String(cString: strerror(result)))")
            }
            workers.append(thread)
        }
    }

    deinit { stop() }

    /// Runs the program once on all threads, the caller being one.
    func run() {
        guard !workers.isEmpty else { return shared.program.runAlone() }
        // The gate's generations number the runs.
        let run = UInt32(truncatingIfNeeded: shared.start.current &+ 1)
        shared.program.begin(run: run)
        shared.start.open()
        shared.program.run(run, thread: 0)
    }

    private func stop() {
        guard !workers.isEmpty else { return }
        shared.isStopping.store(true, ordering: .releasing)
        shared.start.open()
        for worker in workers { pthread_join(worker, nil) }
        workers = []
    }

    private let threadBody: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { argument in
        if let argument { Unmanaged<Worker>.fromOpaque(argument).takeRetainedValue().loop() }
        return nil
    }
}
