import Synchronization

#if canImport(Glibc)
    import Glibc
#endif

/// Where threads wait for a condition: they look for a while, then sleep until whoever makes it true wakes them.
///
/// A sleeper counts itself, then looks once more; whoever makes the condition true does so, then looks for sleepers. All four
/// are sequentially consistent, so one of the two sees the other.
///
/// Unchecked: its state is atomic or guarded by the mutex.
final class Gate: @unchecked Sendable {
    private let sleepers: UnsafeMutablePointer<Atomic<Int>>
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>
    private let policy: SpinPolicy

    /// Looks between two that also ask whether spinning is still right.
    private static let spinsAtOnce = 64

    init(_ policy: SpinPolicy) {
        self.policy = policy
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
    }

    /// Wakes who sleeps; called after a condition became true by a sequentially consistent store.
    @inline(__always)
    func wake() {
        if sleepers.pointee.load(ordering: .sequentiallyConsistent) > 0 { wakeSleepers() }
    }

    private func wakeSleepers() {
        pthread_mutex_lock(mutex)
        pthread_cond_broadcast(condition)
        pthread_mutex_unlock(mutex)
    }

    /// Returns once `isOpen`, a sequentially consistent load, is true.
    @inline(__always)
    func wait(until isOpen: () -> Bool) {
        if isOpen() { return }
        var spun = 0
        while spun < policy.spins {
            for _ in 0..<Self.spinsAtOnce where isOpen() { return }
            spun &+= Self.spinsAtOnce
            // Whoever is waited for may need this very processor.
            if spun > SpinPolicy.shortSpins { sched_yield() }
        }
        pthread_mutex_lock(mutex)
        sleepers.pointee.add(1, ordering: .sequentiallyConsistent)
        while !isOpen() { pthread_cond_wait(condition, mutex) }
        sleepers.pointee.subtract(1, ordering: .sequentiallyConsistent)
        pthread_mutex_unlock(mutex)
    }
}
