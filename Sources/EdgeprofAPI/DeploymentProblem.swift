/// One thing wrong with a file or request body of the economics part, with the key it is at.
public struct ConfigurationProblem: Sendable, Equatable, CustomStringConvertible {
    /// Where: the key path as the user wrote it, such as `tiers[2].match.memory_mib`; empty for the whole document.
    public var path: String
    /// What is wrong and how to mend it, in one line.
    public var message: String

    /// Creates a problem at a key path.
    public init(path: String, message: String) {
        self.path = path
        self.message = message
    }

    /// The problem as one line, `path: message`.
    public var description: String { path.isEmpty ? message : "\(path): \(message)" }
}

/// The problems that keep a deployment, a price list or a set of measurements from being used.
public struct ConfigurationError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Every problem found, in the order of the document.
    public var problems: [ConfigurationProblem]

    /// Creates an error from the problems found.
    public init(problems: [ConfigurationProblem]) { self.problems = problems }

    /// Turns a decoder's error into one readable line with the key path.
    public init(_ error: DecodingError) {
        let (context, message): (DecodingError.Context, String) =
            switch error {
            case .keyNotFound(let key, let context):
                (context, "the key `\(key.stringValue)` is missing")
            case .typeMismatch(let type, let context):
                (context, "is not \(Self.describe(type))")
            case .valueNotFound(let type, let context):
                (context, "is empty; it should be \(Self.describe(type))")
            case .dataCorrupted(let context):
                (context, context.debugDescription)
            @unknown default:
                (DecodingError.Context(codingPath: [], debugDescription: ""), "cannot be read")
            }
        problems = [ConfigurationProblem(path: Self.path(context.codingPath), message: message)]
    }

    /// The problems, one a line.
    public var description: String { problems.map(\.description).joined(separator: "\n") }

    /// A coding path in the notation of the messages: `tiers[2].price_usd`.
    static func path(_ keys: [any CodingKey]) -> String {
        var path = ""
        for key in keys {
            if let index = key.intValue {
                path += "[\(index)]"
            } else {
                path += path.isEmpty ? key.stringValue : ".\(key.stringValue)"
            }
        }
        return path
    }

    private static func describe(_ type: any Any.Type) -> String {
        if type == Int.self { return "a whole number" }
        if type == Double.self { return "a number" }
        if type == String.self { return "text" }
        if type == Bool.self { return "true or false" }
        // Decoders name containers in their own ways: JSON's by Swift's types, Yams by its nodes.
        let name = "\(type)"
        if name == "Scalar" { return "a single value" }
        if name == "Sequence" || name.hasPrefix("Array") { return "a list" }
        return "a mapping of keys"
    }
}

/// Any key at all: used to see keys a type does not know.
struct AnyCodingKey: CodingKey {
    var stringValue: String
    var intValue: Int?
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) {
        stringValue = "\(intValue)"
        self.intValue = intValue
    }
}

extension Decoder {
    /// Refuses keys that `Key` does not have: a misspelt key would otherwise silently mean its default.
    func refuseUnknownKeys<Key: CodingKey & CaseIterable>(_: Key.Type) throws {
        let known = Key.allCases.map(\.stringValue)
        for key in try container(keyedBy: AnyCodingKey.self).allKeys where !known.contains(key.stringValue) {
            throw DecodingError.dataCorrupted(
                DecodingError.Context(
                    codingPath: codingPath + [key],
                    debugDescription: "is not a known key; known here: \(known.joined(separator: ", "))"
                )
            )
        }
    }
}

/// Collects the problems of one document.
///
/// Paths are made only for what is wrong: a fleet's measurements have 100,000 numbers.
struct ProblemCollector {
    private(set) var problems: [ConfigurationProblem] = []

    mutating func add(_ path: String, _ message: String) {
        problems.append(ConfigurationProblem(path: path, message: message))
    }

    /// Requires a finite number within a closed range.
    mutating func require(
        _ value: Double,
        _ path: @autoclosure () -> String,
        in range: ClosedRange<Double>,
        _ hint: String = ""
    ) {
        guard !(value.isFinite && range.contains(value)) else { return }
        let note = hint.isEmpty ? "" : " (\(hint))"
        add(path(), "\(plain(value)) is outside \(plain(range.lowerBound)) to \(plain(range.upperBound))\(note)")
    }

    /// Requires a whole number within a closed range.
    mutating func require(_ value: Int, _ path: @autoclosure () -> String, in range: ClosedRange<Int>) {
        guard !range.contains(value) else { return }
        add(path(), "\(value) is outside \(range.lowerBound) to \(range.upperBound)")
    }

    /// A number without a needless `.0`.
    private func plain(_ value: Double) -> String {
        guard let whole = Int(exactly: value) else { return "\(value)" }
        return "\(whole)"
    }
}
