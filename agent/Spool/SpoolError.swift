internal import Glibc

/// Why the spool could not do what it was asked.
public struct SpoolError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kinds of failure.
    public enum Code: String, Sendable, CaseIterable {
        /// Another process has the spool open.
        case inUse
        /// The folder cannot be made or written to.
        case notWritable
        /// The file or the folder it would be in is not there.
        case notFound
        /// The disk or a quota is full.
        case noSpace
        /// The record is larger than the whole spool may be.
        case tooLarge
        /// A record with this id is there already.
        case duplicate
        /// The disk does not give back what was written.
        case damaged
        /// Anything else the system reports.
        case system
    }

    /// The kind of failure.
    public var code: Code
    /// One sentence: what, where, and how to mend it.
    public var message: String

    /// Makes an error.
    public init(code: Code, message: String) {
        self.code = code
        self.message = message
    }

    /// The message.
    public var description: String { message }

    /// Reads a failed system call's `errno`.
    init(_ number: Int32, doing what: String, _ path: String) {
        let code: Code =
            switch number {
            case ENOSPC, EDQUOT: .noSpace
            case ENOENT: .notFound
            case EACCES, EPERM, EROFS, ENOTDIR, EISDIR: .notWritable
            case EIO, EUCLEAN, EBADMSG: .damaged
            default: .system
            }
        self.init(code: code, message: "cannot \(what) '\(path)': \(String(cString: strerror(number)))")
    }
}
