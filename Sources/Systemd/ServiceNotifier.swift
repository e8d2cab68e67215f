internal import Glibc

/// Tells the service manager how a program fares: sd_notify(3)'s protocol, one datagram of `NAME=value` lines each.
///
/// Started by anything but systemd with `Type=notify` there is nobody to tell, and nothing is sent.
public struct ServiceNotifier: Sendable {
    /// How often the manager wants to hear that the program is alive; nil if it does not ask.
    public let watchdogInterval: Duration?

    private let address: [UInt8]

    /// Finds the manager this process was started by; nil when there is none.
    public init?() {
        func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
        self.init(
            socket: variable("NOTIFY_SOCKET"),
            watchdogMicroseconds: variable("WATCHDOG_USEC"),
            watchdogProcess: variable("WATCHDOG_PID"),
            process: getpid()
        )
    }

    /// Reads what the manager put into the environment.
    ///
    /// - Parameters:
    ///   - socket: `NOTIFY_SOCKET`, an absolute path, or `@` and an abstract name.
    ///   - watchdogMicroseconds: `WATCHDOG_USEC`.
    ///   - watchdogProcess: `WATCHDOG_PID`; the watchdog is another process's where it is not `process`.
    ///   - process: this process.
    init?(socket: String?, watchdogMicroseconds: String?, watchdogProcess: String?, process: Int32) {
        guard let socket, socket.hasPrefix("/") || socket.hasPrefix("@"), socket.utf8.count > 1 else { return nil }
        var address = Array(socket.utf8)
        guard address.count < MemoryLayout.size(ofValue: sockaddr_un().sun_path), !address.contains(0) else {
            return nil
        }
        if address[0] == UInt8(ascii: "@") { address[0] = 0 }
        self.address = address
        let isOurs = watchdogProcess.map { $0 == String(process) } ?? true
        // An hour at most: what is longer is no watchdog.
        let interval = watchdogMicroseconds.flatMap(Int64.init).flatMap { (1...3_600_000_000).contains($0) ? $0 : nil }
        watchdogInterval = isOurs ? interval.map { .microseconds($0) } : nil
    }

    /// The program is up and does its work.
    public func ready(status: String) { send("READY=1\nSTATUS=\(Self.line(status))\n") }

    /// The program ends in good order.
    public func stopping() { send("STOPPING=1\n") }

    /// The program is alive; to be said about twice in `watchdogInterval`.
    public func alive() { send("WATCHDOG=1\n") }

    /// What `systemctl status` shows.
    private static func line(_ text: String) -> String {
        String(decoding: text.utf8.map { $0 < 0x20 ? 0x20 : $0 }.prefix(512), as: UTF8.self)
    }

    private func send(_ message: String) {
        let descriptor = socket(AF_UNIX, Int32(bitPattern: SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var peer = sockaddr_un()
        peer.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &peer.sun_path) { $0.copyBytes(from: address) }
        let length = (MemoryLayout.offset(of: \sockaddr_un.sun_path) ?? 2) + address.count
        let bytes = Array(message.utf8)
        // A manager that does not listen any more is no reason to fail, nor to wait.
        _ = withUnsafePointer(to: &peer) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(
                    descriptor,
                    bytes,
                    bytes.count,
                    Int32(MSG_NOSIGNAL | MSG_DONTWAIT),
                    $0,
                    socklen_t(length)
                )
            }
        }
    }
}
