internal import Glibc

/// Takes what arrives on a pipe, up to a limit; what comes after is thrown away, so that the writer never blocks.
struct Drain {
    private let descriptor: Int32
    private let limit: Int
    private var isOpen = true
    /// What has arrived, at most the limit.
    private(set) var bytes: [UInt8] = []
    /// Whether more arrived.
    private(set) var overflowed = false

    init(_ descriptor: Int32, limit: Int) {
        self.descriptor = descriptor
        self.limit = limit
        let flags = fcntl(descriptor, F_GETFL, 0)
        _ = fcntl(descriptor, F_SETFL, flags | O_NONBLOCK)
    }

    /// Waits until one of two pipes has something, at most so long, and takes it.
    static func poll(_ first: inout Drain, _ second: inout Drain, milliseconds: Int32) {
        // A closed pipe is always ready: it takes a negative number, which poll passes over.
        var watched = [first, second].map {
            pollfd(fd: $0.isOpen ? $0.descriptor : -1, events: Int16(POLLIN), revents: 0)
        }
        // With both closed the child is about to end: look soon.
        let isEnding = !first.isOpen && !second.isOpen
        guard Glibc.poll(&watched, 2, isEnding ? min(milliseconds, 2) : milliseconds) > 0 else { return }
        if watched[0].revents != 0 { first.take(chunks: 16) }
        if watched[1].revents != 0 { second.take(chunks: 16) }
    }

    /// Takes what is left in the pipe without waiting for more.
    mutating func takeRest() {
        // Bounded: another holder of the pipe's other end may keep on writing. A pipe holds 64 KiB unless enlarged, to 1 MiB at most.
        take(chunks: 64)
    }

    private mutating func take(chunks: Int) {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        for _ in 0..<chunks where isOpen {
            let count = read(descriptor, &buffer, buffer.count)
            if count > 0 {
                let room = limit - bytes.count
                if count > room { overflowed = true }
                bytes += buffer.prefix(min(count, room))
            } else if count == 0 {
                isOpen = false
            } else if errno != EINTR {
                if errno != EAGAIN { isOpen = false }
                return
            }
        }
    }
}
