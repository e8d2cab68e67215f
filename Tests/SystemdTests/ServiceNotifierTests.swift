import Foundation
import Glibc
import Logging
import ServiceLifecycle
import Testing

@testable import Systemd

/// A service manager's end of the socket.
private final class Manager: Sendable {
    let descriptor: Int32
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "notify-\(UUID().uuidString.prefix(8))"
        descriptor = socket(AF_UNIX, Int32(bitPattern: SOCK_DGRAM.rawValue), 0)
        try #require(descriptor >= 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(bound == 0)
    }

    deinit {
        close(descriptor)
        unlink(path)
    }

    /// All that has arrived.
    func messages() -> [String] {
        var messages: [String] = []
        var buffer = [UInt8](repeating: 0, count: 2048)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            guard count > 0 else { return messages }
            messages.append(String(decoding: buffer.prefix(count), as: UTF8.self))
        }
    }
}

@Suite struct ServiceNotifierTests {
    private func notifier(
        _ socket: String?,
        microseconds: String? = nil,
        process: String? = nil
    ) -> ServiceNotifier? {
        ServiceNotifier(socket: socket, watchdogMicroseconds: microseconds, watchdogProcess: process, process: 7)
    }

    @Test func withoutAManagerThereIsNobodyToTell() {
        #expect(notifier(nil) == nil)
        #expect(notifier("") == nil)
        #expect(notifier("@") == nil)
        #expect(notifier("relative/path") == nil)
        #expect(notifier("/" + String(repeating: "x", count: 200)) == nil)
    }

    @Test(arguments: [
        ("30000000", nil, Duration.seconds(30)), ("30000000", "7", .seconds(30)), ("30000000", "8", nil),
        ("0", nil, nil),
        ("-5", nil, nil), ("9223372036854775807", nil, nil), ("soon", nil, nil), (nil, nil, nil),
    ])
    func watchdogIsOursOnlyWithASaneInterval(_ text: String?, _ process: String?, _ expected: Duration?) throws {
        #expect(try #require(notifier("/run/x", microseconds: text, process: process)).watchdogInterval == expected)
    }

    @Test func sendsWhatTheProtocolWants() throws {
        let manager = try Manager()
        let told = try #require(notifier(manager.path))
        told.ready(status: "works\nfor https://x")
        told.alive()
        told.stopping()
        #expect(manager.messages() == ["READY=1\nSTATUS=works for https://x\n", "WATCHDOG=1\n", "STOPPING=1\n"])
    }

    @Test func aManagerThatIsGoneDoesNotMatter() throws {
        try #require(notifier("/nonexistent/notify")).ready(status: "up")
    }

    @Test func theServiceTellsUpAliveAndEnd() async throws {
        let manager = try Manager()
        let told = try #require(notifier(manager.path, microseconds: "20000"))
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [NotifyService(told, status: "up")],
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            )
        )
        async let running: Void = group.run()
        var messages: [String] = []
        while !(messages.contains("WATCHDOG=1\n") && messages.contains("READY=1\nSTATUS=up\n")) {
            try await Task.sleep(for: .milliseconds(2))
            messages += manager.messages()
        }
        #expect(!messages.contains("STOPPING=1\n"))
        await group.triggerGracefulShutdown()
        try await running
        #expect((messages + manager.messages()).last == "STOPPING=1\n")
    }
}

@Suite struct ServiceLogHandlerTests {
    private func event(_ level: Logger.Level, _ message: Logger.Message, _ metadata: Logger.Metadata? = nil) -> LogEvent
    {
        LogEvent(level: level, message: message, metadata: metadata, source: "test", file: "f", function: "g", line: 1)
    }

    @Test func eachLineCarriesItsPriority() {
        #expect(ServiceLogHandler.journalLines(event(.error, "one\ntwo"), metadata: [:]) == "<3>one\n<3>two\n")
        #expect(
            ServiceLogHandler.journalLines(event(.info, "asked", ["b": "2"]), metadata: ["a": "1", "b": "0"])
                == "<6>asked a=1 b=2\n"
        )
    }

    @Test func onlyTheJournalsOwnStreamIsTheJournal() {
        #expect(!ServiceLogHandler.standardErrorIsJournal(nil))
        #expect(!ServiceLogHandler.standardErrorIsJournal("1:"))
        #expect(!ServiceLogHandler.standardErrorIsJournal("1:2"))
        var status = stat()
        fstat(STDERR_FILENO, &status)
        #expect(ServiceLogHandler.standardErrorIsJournal("\(status.st_dev):\(status.st_ino)"))
    }
}
