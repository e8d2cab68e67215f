/// Why a plan could not be made, read, written or run.
public struct InferenceError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kind of failure.
    public enum Code: Hashable, Sendable {
        /// The network cannot be run as it is.
        case invalidNetwork
        /// The plan file is damaged, cut short or not a plan file.
        case invalidPlan
        /// The plan needs an instruction set, kernel or size this build or machine does not have.
        case unsupported
        /// The operating system refused: a file, memory or a thread.
        case system
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
