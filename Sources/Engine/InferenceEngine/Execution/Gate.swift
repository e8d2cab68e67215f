import Synchronization

#if canImport(Glibc)
    import Glibc
#endif

/// Where threads wait for one another: they spin for a while, then sleep on a condition variable.
///
/// Unchecked: its state is atomic or guarded by the mutex.
final class Gate: @unchecked Sendable {
    private let generation: UnsafeMutablePointer<Atomic<UInt>>
    private let sleepers: UnsafeMutablePointer<Atomic<Int>>
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>
    /// Looks at the generation before going to sleep.
    private let spins: Int

    /// Looks before others are let onto the processor in between: some two microseconds.
    private static let quietSpins = 2_000

    init(spins: Int) {
        self.spins = spins
        generation = .allocate(capacity: 1)
        generation.initialize(to: Atomic(0))
        sleepers = .allocate(capacity: 1)
        sleepers.initialize(to: Atomic(0))
        mutex = .allocate(capacity: 1)
        mutex.initialize(to: pthread_mutex_t())
        condition = .allocate(capacity: 1)
        condition.initialize(to: pthread_cond_t())
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
        sleepers.deallocate()
        generation.deallocate()
    }

    /// What to hand to `wait(since:)`.
    var current: UInt { generation.pointee.load(ordering: .acquiring) }

    /// Lets everyone through who waits or will wait for a generation after the current one.
    func open() {
        generation.pointee.add(1, ordering: .sequentiallyConsistent)
        guard sleepers.pointee.load(ordering: .sequentiallyConsistent) > 0 else { return }
        pthread_mutex_lock(mutex)
        pthread_cond_broadcast(condition)
        pthread_mutex_unlock(mutex)
    }

    /// Returns once the gate has been opened since `seen` was read.
    func wait(since seen: UInt) {
        for spin in 0..<spins {
            if current != seen { return }
            // Whoever is waited for may need this very processor.
            if spin >= Self.quietSpins, spin % 64 == 0 { sched_yield() }
        }
        pthread_mutex_lock(mutex)
        sleepers.pointee.add(1, ordering: .sequentiallyConsistent)
        while generation.pointee.load(ordering: .sequentiallyConsistent) == seen {
            pthread_cond_wait(condition, mutex)
        }
        sleepers.pointee.subtract(1, ordering: .sequentiallyConsistent)
        pthread_mutex_unlock(mutex)
    }
}
