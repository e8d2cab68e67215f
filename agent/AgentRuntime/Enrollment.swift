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
    /// By what the collector is known over TLS; kept with the identity.
    public var trust: TLSTrust?
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
        trust: TLSTrust? = nil,
        replacesIdentity: Bool = false
    ) {
        self.directory = directory
        self.collector = collector
        self.token = token
        self.name = name
        self.labels = labels
        self.host = host
        self.trust = trust
        self.replacesIdentity = replacesIdentity
    }

    /// Asks the collector and keeps the identity it gives.
    ///
    /// That the state directory can be written is made sure of first, so that no use of the token is wasted.
    ///
    /// - Parameter transport: carries the request.
    /// - Returns: the identity, durable, whether the agent may work at once, and its key's fingerprint.
    /// - Throws: `AgentError`; no identity was written then, and one that was there is untouched.
    public func run(transport: HTTPTransport) async throws(AgentError) -> Outcome {
        // Keeps a running agent from working on under an identity that is not its own any more.
        let hasState = directory.hasIdentity || directory.hasSpool
        let spool = hasState ? try directory.openSpool(byteCap: .max) : nil
        if directory.hasIdentity {
            guard replacesIdentity else {
                throw AgentError(
                    code: .alreadyEnrolled,
                    message: "'\(directory.path)' holds an enrolled agent already: run it, or use --force to replace it"
                )
            }
            // Runs are accepted from the agent that took them only.
            if let spool, !spool.pending(limit: 1).isEmpty {
                throw AgentError(
                    code: .alreadyEnrolled,
                    message: "\(spool.statistics.records) runs of the enrolled agent are not handed over yet: let "
                        + "'edgeprof-agent run' finish first, or delete '\(directory.path)/spool' to give them up"
                )
            }
        }
        try directory.requireWritable()
        let keyPair = AgentKeyPair()
        let request = EnrollRequest(
            name: name,
            labels: labels,
            host: host,
            version: Edgeprof.version,
            publicKey: keyPair.publicKey
        )
        let identity: AgentIdentity
        let status: AgentStatus
        do throws(CollectorError) {
            let token = token
            let client = try CollectorClient(baseURL: collector, transport: transport) { token }
            let response = try await client.enroll(request)
            identity = AgentIdentity(
                collector: client.baseURL,
                agentId: response.agentId,
                privateKey: keyPair.privateKey,
                name: name,
                limits: host.limits,
                trust: trust
            )
            status = response.status
        } catch {
            throw AgentError(code: .collector, message: error.message)
        }
        try directory.write(identity)
        return withExtendedLifetime(spool) {
            Outcome(identity: identity, status: status, keyFingerprint: keyPair.fingerprint)
        }
    }

    /// What became of an enrolment.
    public struct Outcome: Sendable {
        /// Who the agent is.
        public var identity: AgentIdentity
        /// Whether it may work at once.
        public var status: AgentStatus
        /// What an administrator compares before approving the agent.
        public var keyFingerprint: String
    }
}
