public import EdgeprofAPI

/// Who the agent is: the contents of `identity.json` in its state directory.
public struct AgentIdentity: Codable, Sendable, Hashable {
    /// Version of the file's form.
    public var version = 1
    /// The collector's URL.
    public var collector: String
    /// The identifier the collector gave.
    public var agentId: String
    /// The agent's own bearer token.
    public var accessToken: String
    /// The name it enrolled with.
    public var name: String
    /// The limits that make this box stand in for a lesser one; nil for the whole box.
    public var limits: HostLimits?

    /// Makes an identity.
    public init(collector: String, agentId: String, accessToken: String, name: String, limits: HostLimits? = nil) {
        self.collector = collector
        self.agentId = agentId
        self.accessToken = accessToken
        self.name = name
        self.limits = limits
    }
}
