/// What went wrong with the store, and how to mend it.
public struct StoreError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure a caller treats differently.
    public enum Code: Sendable, Hashable {
        /// The data directory holds no store.
        case notInitialized
        /// The data directory holds a store already.
        case alreadyInitialized
        /// The data directory cannot be written.
        case unwritable
        /// Another process holds the store.
        case locked
        /// The store's file is damaged, or not a store.
        case corrupt
        /// A newer program made the store.
        case newerSchema
        /// The database server cannot be reached.
        case unavailable
        /// The disk is full.
        case full
        /// The system failed to read or write the disk.
        case disk
        /// Anything else; most likely a fault of this program.
        case failed
    }

    /// The kind of failure.
    public var code: Code
    /// One line for the user: what, where and how to mend it.
    public var message: String
    /// What the layer below said.
    public var cause: String?

    /// Makes an error.
    public init(_ code: Code, _ message: String, cause: String? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    /// The message and its cause in one line.
    public var description: String { cause.map { "\(message) (\($0))" } ?? message }
}
