/// Why a data set cannot be used.
public struct DatasetError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kind of failure.
    public enum Code: Hashable, Sendable {
        /// The operating system refused.
        case system
        /// A file is damaged or not of the kind expected.
        case malformed
        /// Parts do not fit each other or the network: shapes, counts, names, classes.
        case mismatch
    }

    /// The kind of failure.
    public var code: Code
    /// What is wrong, where, and how to mend it; one line.
    public var message: String

    /// Makes an error.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The message.
    public var description: String { message }
}
