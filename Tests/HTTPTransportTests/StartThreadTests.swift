import Dispatch
import Synchronization
import Testing

@testable import HTTPTransport

/// The thread that an exchange has to itself.
@Suite struct StartThreadTests {
    private final class Held: Sendable {}

    private final class Watch: Sendable {
        private struct State: Sendable {
            weak var held: Held?
        }

        private let state: Mutex<State>

        init(_ held: Held) { state = Mutex(State(held: held)) }

        var isHeld: Bool { state.withLock { $0.held != nil } }
    }

    @Test func letsGoOfTheWorkBeforeItTellsTheResult() async {
        let start = DispatchSemaphore(value: 0)
        let wasHeld = await withCheckedContinuation { (continuation: CheckedContinuation<Bool?, Never>) in
            let begin = {
                let held = Held()
                let watch = Watch(held)
                return startThread {
                    start.wait()
                    let isHeldByTheWork = withExtendedLifetime(held) { watch.isHeld }
                    return { continuation.resume(returning: isHeldByTheWork ? watch.isHeld : nil) }
                }
            }
            if !begin() { continuation.resume(returning: nil) }
            // Only the thread holds it now.
            start.signal()
        }
        #expect(wasHeld == false)
    }
}
