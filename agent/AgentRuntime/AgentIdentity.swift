public import EdgeprofAPI
public import HTTPTransport

/// Who the agent is: the contents of `identity.json` in its state directory.
public struct AgentIdentity: Codable, Sendable, Hashable {
    /// Version of the file's form.
    public var version = AgentIdentity.currentVersion
    /// The collector's URL.
    public var collector: String
    /// The identifier the collector gave.
    public var agentId: String
    /// The agent's Ed25519 private key: 32 bytes as base64.
    public var privateKey: String
    /// The name it enrolled with.
    public var name: String
    /// The limits that make this box stand in for a lesser one; nil for the whole box.
    public var limits: HostLimits?
    /// By what the collector is known over TLS; nil for the system's certificate authorities.
    public var trust: TLSTrust?

    /// The version this program writes: 2, since agents have keys of their own.
    public static let currentVersion = 2

    /// Makes an identity.
    public init(
        collector: String,
        agentId: String,
        privateKey: String,
        name: String,
        limits: HostLimits? = nil,
        trust: TLSTrust? = nil
    ) {
        self.collector = collector
        self.agentId = agentId
        self.privateKey = privateKey
        self.name = name
        self.limits = limits
        self.trust = trust
    }
}

extension AgentIdentity: CustomStringConvertible, CustomReflectable {
    /// Name and id, without the secret.
    public var description: String { "\(name) (\(agentId))" }

    /// Hides the secret from `dump` and logs.
    public var customMirror: Mirror { Mirror(self, children: ["agentId": agentId, "name": name]) }
}
