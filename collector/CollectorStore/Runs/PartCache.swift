import Synchronization

/// Parts that runs share, kept in memory; forgotten all at once when they become too many.
final class PartCache: Sendable {
    private static let mostBytes = 24 << 20

    private struct Content {
        var parts: [[UInt8]: [UInt8]] = [:]
        var bytes = 0
    }

    private let content = Mutex(Content())

    /// Those of the keys that are known.
    func parts(_ keys: some Sequence<[UInt8]>) -> [[UInt8]: [UInt8]] {
        content.withLock { content in
            var found: [[UInt8]: [UInt8]] = [:]
            for key in keys { found[key] = content.parts[key] }
            return found
        }
    }

    /// Those of the parts that are not known.
    func unknown(_ parts: [SharedPart]) -> [SharedPart] {
        content.withLock { content in parts.filter { content.parts[$0.key] == nil } }
    }

    /// Remembers parts that are stored for certain.
    func remember(_ parts: [[UInt8]: [UInt8]]) {
        content.withLock { content in
            for (key, bytes) in parts where content.parts[key] == nil {
                if content.bytes + bytes.count > Self.mostBytes { content = Content() }
                content.parts[key] = bytes
                content.bytes += bytes.count + 64
            }
        }
    }
}
