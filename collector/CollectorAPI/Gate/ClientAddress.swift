import Glibc
import NIOCore

/// An IP address a request came from.
struct ClientAddress: Sendable, Hashable, CustomStringConvertible {
    /// 4 bytes of IPv4 or 16 of IPv6, in network order; IPv4 mapped into IPv6 is IPv4.
    let bytes: [UInt8]
    let description: String

    /// The address of a connection's other end; nil for what has none, such as a pipe.
    init?(_ address: SocketAddress?) {
        // Without the name of an interface, which a link-local address may carry.
        guard let text = address?.ipAddress?.split(separator: "%").first.map(String.init) else { return nil }
        var bytes = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, text, &bytes) == 1 {
            bytes.removeLast(12)
        } else if inet_pton(AF_INET6, text, &bytes) != 1 {
            return nil
        }
        if bytes.count == 16, bytes.starts(with: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]) {
            bytes.removeFirst(12)
            description = bytes.map(String.init).joined(separator: ".")
        } else {
            description = text
        }
        self.bytes = bytes
    }

    /// Reads an address as text, without a port.
    init?(_ text: some StringProtocol) {
        guard text.utf8.count <= 45 else { return nil }
        self.init(try? SocketAddress(ipAddress: String(text), port: 0))
    }

    /// Whether it is this machine's own: 127.0.0.0/8 or ::1.
    var isLoopback: Bool {
        bytes.count == 4 ? bytes[0] == 127 : bytes.dropLast().allSatisfy { $0 == 0 } && bytes.last == 1
    }

    /// What limits are counted by: one customer holds a whole /64 of IPv6.
    var limitKey: [UInt8] { bytes.count == 16 ? Array(bytes.prefix(8)) : bytes }
}

/// Addresses with a common prefix: `10.0.0.0/8`, or one alone.
public struct AddressRange: Sendable, Hashable {
    private let bytes: [UInt8]
    private let prefix: Int

    /// Reads an address, or one with a prefix length in bits; nil when it is neither.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let address = ClientAddress(first) else { return nil }
        bytes = address.bytes
        guard parts.count == 2 else {
            prefix = bytes.count * 8
            return
        }
        guard let bits = Int(parts[1]), (0...bytes.count * 8).contains(bits) else { return nil }
        prefix = bits
    }

    /// Whether an address is one of them.
    func contains(_ address: ClientAddress) -> Bool {
        guard address.bytes.count == bytes.count else { return false }
        return (0..<prefix).allSatisfy { bit in
            (address.bytes[bit / 8] ^ bytes[bit / 8]) & (0x80 >> UInt8(bit % 8)) == 0
        }
    }
}
