/// Why an .npy file could not be read or written.
public struct NumPyError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kind of failure.
    public enum Code: Hashable, Sendable {
        /// The operating system refused.
        case system
        /// Not an .npy file, damaged or cut short.
        case malformed
        /// Sound, but of a kind that is not read: pickled objects, structures, complex numbers, text.
        case unsupported
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
