internal import Glibc
public import Logging

/// Log lines on standard error: for people with time and level, for the journal with its own priority.
///
/// The journal keeps time itself, and takes a line's priority from `<N>` at its beginning (sd-daemon(3)); that standard error is the
/// journal it says by `JOURNAL_STREAM`, device and inode (systemd.exec(5)).
public struct ServiceLogHandler: LogHandler {
    /// Values added to every line.
    public var metadata: Logger.Metadata = [:]
    /// The least level that is written.
    public var logLevel = Logger.Level.info

    private var plain: StreamLogHandler
    private let isJournal: Bool

    /// A handler for standard error.
    public init(label: String) {
        self.init(
            label: label,
            isJournal: Self.standardErrorIsJournal(getenv("JOURNAL_STREAM").map { String(cString: $0) })
        )
    }

    init(label: String, isJournal: Bool) {
        plain = StreamLogHandler.standardError(label: label)
        self.isJournal = isJournal
    }

    /// Metadata of the handler itself.
    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set {
            metadata[key] = newValue
            plain[metadataKey: key] = newValue
        }
    }

    /// Writes one line.
    public func log(event: LogEvent) {
        guard isJournal else { return plain.log(event: event) }
        let bytes = Array(Self.journalLines(event, metadata: metadata).utf8)
        // Nobody is left to be told when this fails.
        _ = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }

    /// The event as the journal wants it: each line with its priority.
    static func journalLines(_ event: LogEvent, metadata: Logger.Metadata) -> String {
        let values = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
        let text = ([event.message.description] + values.map { "\($0.key)=\($0.value)" }).joined(separator: " ")
        return text.split(whereSeparator: \.isNewline).map { "<\(priority(event.level))>\($0)\n" }.joined()
    }

    /// syslog(3)'s numbers.
    private static func priority(_ level: Logger.Level) -> Int {
        switch level {
        case .trace, .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error: 3
        case .critical: 2
        }
    }

    static func standardErrorIsJournal(_ stream: String?) -> Bool {
        let numbers = (stream ?? "").split(separator: ":", omittingEmptySubsequences: false).map { UInt64($0) }
        guard numbers.count == 2, let device = numbers[0], let inode = numbers[1] else { return false }
        var status = stat()
        return fstat(STDERR_FILENO, &status) == 0 && UInt64(status.st_dev) == device && UInt64(status.st_ino) == inode
    }
}
