/// A call to agents that wait for work.
public enum AgentWake: Sendable, Hashable {
    /// These should look.
    case agents([String])
    /// Calls may have been missed: all should look.
    case everyone
}
