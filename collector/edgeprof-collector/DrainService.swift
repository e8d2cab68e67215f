import CollectorAPI
import Logging
import ServiceLifecycle
import UnixSignals

/// On a signal, lets proxies notice before the collector ends; its return ends the others.
struct DrainService: Service {
    let drain: Drain
    let seconds: Int
    let logger: Logger

    func run() async throws {
        for await _ in await UnixSignalsSequence(trapping: .sigterm, .sigint).cancelOnGracefulShutdown() {
            drain.begin()
            logger.notice("Told to end", metadata: ["seconds": "\(seconds)"])
            try? await Task.sleep(for: .seconds(seconds))
            return
        }
    }
}
