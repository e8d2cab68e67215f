public import EdgeprofAPI
internal import Foundation
public import Logging

/// Log lines as JSON objects, one a line: `time` (RFC 3339, UTC), `level`, `logger`, `message` and the values of the event.
///
/// Whatever a value holds, it stays within its string: control characters are escaped, so nobody can forge a line.
public struct JSONLogHandler: LogHandler {
    /// Values added to every line.
    public var metadata: Logger.Metadata = [:]
    /// The least level that is written.
    public var logLevel = Logger.Level.info

    private let label: String
    private let clock: @Sendable () -> Timestamp
    private let write: @Sendable ([UInt8]) -> Void

    /// A handler.
    ///
    /// - Parameters:
    ///   - label: who logs.
    ///   - clock: the time of day.
    ///   - write: takes whole lines, each with its line feed.
    public init(
        label: String,
        clock: @escaping @Sendable () -> Timestamp,
        write: @escaping @Sendable ([UInt8]) -> Void
    ) {
        self.label = label
        self.clock = clock
        self.write = write
    }

    /// Metadata of the handler itself.
    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes one line.
    public func log(event: LogEvent) {
        var line: [String: Value] = [:]
        for (key, value) in metadata.merging(event.metadata ?? [:], uniquingKeysWith: { $1 }) {
            // Hummingbird's name for it; everyone else's is one word.
            line[key == "hb.request.id" ? "requestId" : key] = Value(value)
        }
        // Of the same name as a value, these win: the line must stay readable.
        line["time"] = .text(clock().description)
        line["level"] = .text(event.level.rawValue)
        line["logger"] = .text(label)
        line["message"] = .text(event.message.description)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let text = try? encoder.encode(line) else { return }
        write(Array(text) + [UInt8(ascii: "\n")])
    }

    private enum Value: Encodable {
        case text(String)
        case integer(Int)
        case number(Double)
        case list([Value])
        case values([String: Value])

        init(_ value: Logger.MetadataValue) {
            switch value {
            case .string(let text): self = .text(text)
            case .stringConvertible(let value as Int): self = .integer(value)
            case .stringConvertible(let value as Double) where value.isFinite: self = .number(value)
            case .stringConvertible(let value): self = .text(value.description)
            case .array(let values): self = .list(values.map(Value.init))
            case .dictionary(let values): self = .values(values.mapValues(Value.init))
            }
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .text(let text): try container.encode(text)
            case .integer(let value): try container.encode(value)
            case .number(let value): try container.encode(value)
            case .list(let values): try container.encode(values)
            case .values(let values): try container.encode(values)
            }
        }
    }
}
