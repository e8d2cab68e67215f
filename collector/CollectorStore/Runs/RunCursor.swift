import Checksum
import Crypto
public import EdgeprofAPI
import Foundation

/// A place in the list of runs, which is ordered by start, then id, newest first.
///
/// It names the last run looked at, not a count, so that runs stored between two pages neither repeat nor hide others.
public struct RunCursor: Sendable, Hashable {
    /// Start of the last run looked at.
    public var startedAt: Timestamp
    /// Its id.
    public var id: String

    /// Makes a cursor after a run.
    public init(startedAt: Timestamp, id: String) {
        self.startedAt = startedAt
        self.id = id
    }
}

/// Why a text is no cursor for a list.
public enum RunCursorError: Error, Equatable {
    /// It is none at all, or damaged.
    case malformed
    /// It belongs to a list with other filters.
    case otherFilter
    /// A newer collector made it.
    case newer
}

/// Cursors as clients hand them back: base64url without padding of, in this order,
///
///     version   1 byte    1
///     filter    8 bytes   first of the SHA-256 of the filter's query
///     start     8 bytes   milliseconds since 1970, big-endian
///     id       16 bytes   the UUID
///     checksum  4 bytes   CRC-32C of all before, big-endian
extension RunCursor {
    private static let version: UInt8 = 1
    private static let byteCount = 1 + 8 + 8 + 16 + 4

    /// What clients hand back as `cursor`; nil where the run's id is no UUID, which no stored one's is.
    public func text(for filter: RunFilter) -> String? {
        guard let uuid = UUIDBytes(id) else { return nil }
        var bytes = [Self.version] + Self.digest(of: filter)
        bytes += Self.bigEndian(UInt64(bitPattern: startedAt.millisecondsSinceEpoch)) + uuid.bytes
        bytes += Self.bigEndian(UInt64(CRC32C.checksum(bytes))).suffix(4)
        return Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing(
            "=",
            with: ""
        )
    }

    /// Reads what `text(for:)` wrote.
    ///
    /// - Throws: `RunCursorError`, also where it was written for another filter.
    public init(_ text: String, for filter: RunFilter) throws(RunCursorError) {
        guard text.utf8.count <= 64,
            let data = Data(
                base64Encoded: text.replacing("-", with: "+").replacing("_", with: "/")
                    + String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
            )
        else { throw .malformed }
        let bytes = Array(data)
        guard bytes.count == Self.byteCount,
            Array(Self.bigEndian(UInt64(CRC32C.checksum(Array(bytes.dropLast(4))))).suffix(4)) == bytes.suffix(4)
        else { throw .malformed }
        guard bytes[0] == Self.version else { throw bytes[0] > Self.version ? .newer : .malformed }
        guard Array(bytes[1..<9]) == Self.digest(of: filter) else { throw .otherFilter }
        let milliseconds = Int64(bitPattern: bytes[9..<17].reduce(0) { $0 << 8 | UInt64($1) })
        startedAt = Timestamp(millisecondsSinceEpoch: milliseconds)
        id = UUIDBytes(bytes: Array(bytes[17..<33])).text
        // One text for each place: base64 leaves a bit or two open.
        guard startedAt.millisecondsSinceEpoch == milliseconds, self.text(for: filter) == text else { throw .malformed }
    }

    private static func digest(of filter: RunFilter) -> [UInt8] {
        var hash = SHA256()
        for (name, value) in filter.queryItems {
            guard let value else { continue }
            hash.update(data: Array("\(name)=\(value.utf8.count):\(value)\n".utf8))
        }
        return Array(hash.finalize().prefix(8))
    }

    private static func bigEndian(_ word: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * $0)) }
    }
}
