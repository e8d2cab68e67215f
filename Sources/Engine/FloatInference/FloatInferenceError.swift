/// Why a network could not be run in float.
public struct FloatInferenceError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kind of failure.
    public enum Code: Hashable, Sendable {
        /// The graph is not well formed.
        case invalidGraph
        /// Too few or too many inputs, or one with a wrong number of elements.
        case wrongInput
        /// The values do not fit in memory.
        case outOfMemory
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
