internal import Glibc

/// An open descriptor that is written whole.
public struct RecordFile: Sendable {
    private let descriptor: Int32

    /// Wraps a descriptor, which stays open.
    public init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    /// Writes all bytes; whether it could.
    @discardableResult
    public func write(_ bytes: some Sequence<UInt8>) -> Bool {
        // A reader that is gone must not kill this process before it can exit with its own code.
        signal(SIGPIPE, SIG_IGN)
        var rest = Array(bytes)[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0 {
                if errno == EINTR { continue }
                return false
            }
            rest = rest.dropFirst(written)
        }
        return true
    }

    /// Writes a text; whether it could.
    @discardableResult
    public func write(_ text: String) -> Bool {
        write(text.utf8)
    }
}
