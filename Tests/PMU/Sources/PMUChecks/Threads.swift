import CKnownLoop
import Glibc
import Synchronization

/// Runs the known loop on a thread of its own and waits for it.
func runThread(turns: UInt64) {
    let thread = HeldThread(turns: turns)
    thread.release()
    thread.join()
}

/// A thread that waits, sleeping, before it runs the known loop.
final class HeldThread {
    private final class Gate: Sendable {
        let isOpen = Atomic<Bool>(false)
        let turns: UInt64

        init(turns: UInt64) { self.turns = turns }
    }

    private let gate: Gate
    private var thread = pthread_t()

    init(turns: UInt64) {
        gate = Gate(turns: turns)
        let created = pthread_create(
            &thread,
            nil,
            { argument in
                guard let argument else { return nil }
                let gate = Unmanaged<Gate>.fromOpaque(argument).takeUnretainedValue()
                while !gate.isOpen.load(ordering: .acquiring) { usleep(1000) }
                edgeprof_known_loop(gate.turns)
                return nil
            },
            Unmanaged.passUnretained(gate).toOpaque()
        )
        precondition(created == 0, "no thread could be started")
    }

    func release() { gate.isOpen.store(true, ordering: .releasing) }

    func join() { pthread_join(thread, nil) }
}
