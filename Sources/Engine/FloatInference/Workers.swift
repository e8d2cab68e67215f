import Glibc
import Synchronization

/// Runs numbered tasks on several threads, each with memory of its own.
///
/// Threads are started for one piece of work and end with it: at tens of microseconds each that is nothing beside a
/// layer, and an executor that waits for its next run keeps no thread.
struct Workers {
    /// One per thread.
    private let scratches: [Scratch]

    init(threads: Int) {
        scratches = (0..<max(threads, 1)).map { _ in Scratch() }
    }

    /// Runs tasks 0..<`count`; the caller is one of the threads.
    ///
    /// - Parameters:
    ///   - count: Number of tasks.
    ///   - isLarge: Whether the work is worth more than one thread.
    ///   - task: Given its number and the thread's memory.
    func run(_ count: Int, isLarge: Bool, _ task: @escaping @Sendable (Int, Scratch) -> Void) {
        let job = Job(count: count, task: task)
        var threads: [pthread_t] = []
        if isLarge, count > 1 {
            for scratch in scratches.dropFirst().prefix(count - 1) {
                let share = Unmanaged.passRetained(Share(job: job, scratch: scratch))
                var thread = pthread_t()
                guard pthread_create(&thread, nil, threadBody, share.toOpaque()) == 0 else {
                    // Fewer threads do the same work.
                    share.release()
                    break
                }
                threads.append(thread)
            }
        }
        job.run(scratches[0])
        for thread in threads { pthread_join(thread, nil) }
    }

    private final class Job: Sendable {
        private let next = Atomic(0)
        private let count: Int
        private let task: @Sendable (Int, Scratch) -> Void

        init(count: Int, task: @escaping @Sendable (Int, Scratch) -> Void) {
            self.count = count
            self.task = task
        }

        func run(_ scratch: Scratch) {
            while true {
                let (number, _) = next.add(1, ordering: .relaxed)
                guard number < count else { return }
                task(number, scratch)
            }
        }
    }

    private final class Share {
        let job: Job
        let scratch: Scratch

        init(job: Job, scratch: Scratch) {
            self.job = job
            self.scratch = scratch
        }
    }

    private let threadBody: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { argument in
        guard let argument else { return nil }
        let share = Unmanaged<Share>.fromOpaque(argument).takeRetainedValue()
        share.job.run(share.scratch)
        return nil
    }
}
