import CPQ
import Foundation
import Glibc
import Synchronization

/// A thread with a connection that does nothing but LISTEN.
enum PostgreSQLListener {
    private final class Flag: Sendable {
        let isSet = Atomic(false)
    }

    /// What other collectors announce, until the stream is let go; connects again for as long as that takes.
    static func wakes(at location: PostgreSQLLocation, ignoring origin: String) -> AsyncStream<AgentWake> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: AgentWake.self,
            bufferingPolicy: .bufferingNewest(10_000)
        )
        let isOver = Flag()
        continuation.onTermination = { _ in isOver.isSet.store(true, ordering: .relaxed) }
        Thread.detachNewThread {
            while !isOver.isSet.load(ordering: .relaxed) {
                if let connection = try? PostgreSQLConnection(to: location, statementTimeoutSeconds: 30),
                    (try? connection.command("LISTEN \(WakePayload.channel)")) != nil
                {
                    // Nothing was heard until now.
                    continuation.yield(.everyone)
                    while !isOver.isSet.load(ordering: .relaxed), hears(connection) {
                        while let payload = connection.nextNotification() {
                            if let wake = WakePayload.wake(payload, ignoring: origin) { continuation.yield(wake) }
                        }
                    }
                } else {
                    Thread.sleep(forTimeInterval: Double.random(in: 0.2...1))
                }
            }
            continuation.finish()
        }
        return stream
    }

    /// Waits a moment for input; false when the connection is gone.
    private static func hears(_ connection: PostgreSQLConnection) -> Bool {
        var descriptor = pollfd(fd: PQsocket(connection.handle), events: Int16(POLLIN), revents: 0)
        guard descriptor.fd >= 0 else { return false }
        poll(&descriptor, 1, 500)
        return PQconsumeInput(connection.handle) == 1
    }
}

extension PostgreSQLConnection {
    /// The payload of the next notification that has arrived.
    func nextNotification() -> String? {
        guard let notification = PQnotifies(handle) else { return nil }
        defer { PQfreemem(notification) }
        return notification.pointee.extra.map { String(cString: $0) } ?? ""
    }
}
