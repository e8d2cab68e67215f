/// Lines a worker writes to standard error for the daemon's log, apart from why it failed.
struct WorkerNotes {
    /// What a note begins with.
    static let prefix = "note: "

    private var seen = 0

    /// Passes on the notes that are whole since it was last called.
    ///
    /// - Parameters:
    ///   - bytes: all of standard error so far.
    ///   - onNote: told each note.
    mutating func take(_ bytes: [UInt8], _ onNote: (String) -> Void) {
        guard bytes.count > seen, let end = bytes.lastIndex(of: UInt8(ascii: "\n")), end >= seen else { return }
        for line in bytes[seen...end].split(separator: UInt8(ascii: "\n")) {
            let line = String(decoding: line, as: UTF8.self)
            if line.hasPrefix(Self.prefix) { onNote(String(line.dropFirst(Self.prefix.count).prefix(200))) }
        }
        seen = end + 1
    }

    /// Standard error without notes.
    static func without(_ diagnostics: String) -> String {
        guard diagnostics.contains(prefix) else { return diagnostics }
        return diagnostics.split(separator: "\n").filter { !$0.hasPrefix(prefix) }.joined(separator: "\n")
    }
}
