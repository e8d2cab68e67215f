public import EdgeprofAPI
public import HTTPTransport
internal import Spool

/// Becoming an agent.
public struct Enrollment: Sendable {
    /// Where the agent's identity is to be kept.
    public var directory: StateDirectory
    /// The collector's URL.
    public var collector: String
    /// The enrolment token.
    public var token: String
    /// How the agent is to be called.
    public var name: String
    /// Its labels.
    public var labels: [String: String]
    /// The box as its limits leave it; they are kept with the identity.
    public var host: HostFacts
    /// Whether an identity that is there is replaced.
    public var replacesIdentity: Bool

    /// Makes an enrolment; nothing is asked or written yet.
    public init(
        directory: StateDirectory,
        collector: String,
        token: String,
        name: String,
        labels: [String: String] = [:],
        host: HostFacts,
        replacesIdentity: Bool = false
    ) {
        self.directory = directory
        self.collector = collector
        self.token = token
        self.name = name
        self.labels = labels
        self.host = host
        self.replacesIdentity = replacesIdentity
    }

    /// Asks the collector and keeps the identity it gives.
    ///
    /// That the state directory can be written is made sure of first, so that no use of the token is wasted.
    ///
    /// - Parameter transport: carries the request.
    /// - Returns: the identity, durable.
    /// - Throws: `AgentError`; no identity was written then, and one that was there is untouched.
    public func run(transport: HTTPTransport) async throws(AgentError) -> AgentIdentity {
        // Keeps a running agent from working on under an identity that is not its own any more.
        let spool = try directory.openSpool(byteCap: .max)
        if directory.hasIdentity {
            guard replacesIdentity else {
                throw AgentError(
                    code: .alreadyEnrolled,
                    message: "'\(directory.path)' holds an enrolled agent already: run it, or use --force to replace it"
                )
            }
            // Runs are accepted from the agent that took them only.
            guard spool.pending(limit: 1).isEmpty else {
                throw AgentError(
                    code: .alreadyEnrolled,
                    message: "\(spool.statistics.records) runs of the enrolled agent are not handed over yet: let "
                        + "'edgeprof-agent run' finish first, or delete '\(directory.path)/spool' to give them up"
                )
            }
        }
        let request = EnrollRequest(name: name, labels: labels, host: host, version: Edgeprof.version)
        let identity: AgentIdentity
        do throws(CollectorError) {
            let token = token
            let client = try CollectorClient(baseURL: collector, transport: transport) { token }
            let response = try await client.enroll(request)
            identity = AgentIdentity(
                collector: client.baseURL,
                agentId: response.agentId,
                accessToken: response.accessToken,
                name: name,
                limits: host.limits
            )
        } catch {
            throw AgentError(code: .collector, message: error.message)
        }
        try directory.write(identity)
        return withExtendedLifetime(spool) { identity }
    }
}
