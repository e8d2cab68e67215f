/// Why an image could not be read.
public struct ImageError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kind of failure.
    public enum Code: Hashable, Sendable {
        /// The operating system refused.
        case system
        /// Damaged, cut short, or not an image.
        case malformed
        /// An image, but larger than what is read.
        case tooLarge
        /// An image of a kind that is not read.
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
