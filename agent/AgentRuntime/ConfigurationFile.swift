internal import Spool

/// What an administrator writes into `agent.conf`: `key = value` lines, `#` to the end of a line a comment.
public struct ConfigurationFile: Sendable, Hashable {
    /// The file packages install.
    public static let standardPath = "/etc/edgeprof/agent.conf"
    private static let limit = 64 << 10

    /// Keys a file may have.
    public enum Key: String, Sendable, CaseIterable {
        /// Disk space for unsent runs.
        case spoolLimit = "spool-limit"
        /// Disk space for fetched models.
        case modelCacheLimit = "model-cache-limit"
        /// Seconds, a random part of which passes before the agent talks.
        case startupJitter = "startup-jitter"
        /// Memory for building and packing a model.
        case workerMemoryLimit = "worker-memory-limit"
        /// The least level that is logged.
        case logLevel = "log-level"
    }

    /// Values by key.
    public private(set) var values: [Key: String] = [:]

    /// A file that says nothing.
    public init() {}

    /// Reads a file.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - isOptional: whether a file that is not there says nothing rather than being an error.
    /// - Throws: `AgentError` when it cannot be read, or that names the line that is wrong.
    public init(path: String, isOptional: Bool) throws(AgentError) {
        let bytes: [UInt8]
        do throws(SpoolError) {
            bytes = try DurableFile.read(path, limit: Self.limit)
        } catch {
            guard error.code == .notFound, isOptional else {
                throw AgentError(code: .badArgument, message: error.message)
            }
            self.init()
            return
        }
        try self.init(text: String(decoding: bytes, as: UTF8.self), path: path)
    }

    /// Reads a file's text.
    init(text: String, path: String) throws(AgentError) {
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let content = Self.trimmed(line.prefix { $0 != "#" })
            guard !content.isEmpty else { continue }
            func wrong(_ what: String) -> AgentError {
                AgentError(code: .badArgument, message: "\(path), line \(index + 1): \(what)")
            }
            guard let equals = content.firstIndex(of: "=") else { throw wrong("'\(content)' is not key = value") }
            let name = Self.trimmed(content[..<equals])
            let value = Self.trimmed(content[content.index(after: equals)...])
            guard let key = Key(rawValue: String(name)) else {
                let known = Key.allCases.map(\.rawValue).joined(separator: ", ")
                throw wrong("there is no key '\(name)', only \(known)")
            }
            guard !value.isEmpty else { throw wrong("\(key.rawValue) has no value") }
            guard values.updateValue(String(value), forKey: key) == nil else {
                throw wrong("\(key.rawValue) is given twice")
            }
        }
    }

    private static func trimmed(_ text: Substring) -> Substring {
        let left = text.drop(while: \.isWhitespace)
        return left.prefix(left.count - left.reversed().prefix(while: \.isWhitespace).count)
    }
}
