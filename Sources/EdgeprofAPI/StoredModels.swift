/// An ONNX file the collector keeps for its agents.
public struct StoredModel: Codable, Sendable, Hashable {
    /// SHA-256 of the file, 64 lower-case hexadecimal digits: what it is asked for by.
    public var sha256: String
    /// What runs of it are called; several files may have the same name.
    public var name: String
    /// Bytes of the file.
    public var bytes: UInt64
    /// When it was complete, by the collector's clock.
    public var pushedAt: Timestamp

    /// Bytes a name may have.
    public static let nameBytes = 1...200

    /// Makes a record.
    public init(sha256: String, name: String, bytes: UInt64, pushedAt: Timestamp) {
        self.sha256 = sha256
        self.name = name
        self.bytes = bytes
        self.pushedAt = pushedAt
    }

    /// What is wrong with a name, one line a problem; empty when it can be used.
    ///
    /// - Parameter name: What a file is to be called.
    /// - Returns: Why not, without quoting the name.
    public static func problems(ofName name: String) -> [String] {
        var problems: [String] = []
        if !nameBytes.contains(name.utf8.count) {
            problems.append("must have \(nameBytes.lowerBound) to \(nameBytes.upperBound) bytes")
        }
        if !name.unicodeScalars.allSatisfy({ $0.value >= 0x20 && !(0x7f...0x9f).contains($0.value) }) {
            problems.append("must not hold control characters")
        }
        // A job could not tell such a name from the file itself.
        if Run.ModelReference.isSHA256(name) { problems.append("must not be a SHA-256 itself") }
        return problems
    }
}

/// `GET /v1/models`.
public struct ModelList: Codable, Sendable, Hashable {
    /// By name, then newest first.
    public var models: [StoredModel]

    /// Makes a list.
    public init(models: [StoredModel]) {
        self.models = models
    }
}
