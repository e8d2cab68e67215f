/// Why the agent cannot do what it was asked.
public struct AgentError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kinds of failure.
    public enum Code: String, Sendable, CaseIterable {
        /// An argument is malformed.
        case badArgument
        /// The state directory cannot be made, read or written.
        case state
        /// The agent is not enrolled.
        case notEnrolled
        /// The agent is enrolled already.
        case alreadyEnrolled
        /// Another agent runs on the state directory.
        case inUse
        /// The token file cannot be read or holds no token.
        case token
        /// The collector did not enrol the agent.
        case collector
        /// A single round of work was given up, or stopped, before all was done.
        case unfinished
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
}
