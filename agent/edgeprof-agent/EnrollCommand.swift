import AgentRuntime
import ArgumentParser
import EdgeprofAPI
import HTTPTransport
import HostInfo
import Measurement

/// `edgeprof-agent enroll`.
struct EnrollCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enroll",
        abstract: "Make this box an agent of a collector.",
        discussion: """
            The collector's administrator makes the token: 'edgeprof tokens create --role enrollment'. Put it into a \
            file that only you can read; it is not needed afterwards.

            With --cpus, --isa or --memory-limit the box stands in for a lesser one: its runs are taken under these \
            limits and marked.
            """
    )

    @Option(
        help: ArgumentHelp("The collector's address, for example https://collector.example:8640.", valueName: "url")
    )
    var collector: String

    @Option(help: ArgumentHelp("File that holds the enrolment token.", valueName: "file"))
    var tokenFile: String

    @OptionGroup var state: StateOptions

    @Option(help: "How the agent is called in lists. (default: the host's name)")
    var name: String?

    @Option(help: ArgumentHelp("A label for jobs and tiers to match; may be repeated.", valueName: "key=value"))
    var label: [String] = []

    @Option(help: ArgumentHelp("CPUs that models may use, for example 0 or 0-3.", valueName: "list"))
    var cpus: String?

    @Option(help: ArgumentHelp("Highest instruction set that models may use, for example avx2.", valueName: "name"))
    var isa: String?

    @Option(help: ArgumentHelp("Memory that a model may use, for example 512MiB.", valueName: "size"))
    var memoryLimit: String?

    @Option(
        help: ArgumentHelp(
            "Certificate authorities (PEM) to know the collector by, instead of the system's.",
            valueName: "file"
        )
    )
    var caFile: String?

    @Option(
        help: ArgumentHelp(
            "The collector's public key, sha256//BASE64 as in curl's --pinnedpubkey, to know it by.",
            valueName: "pin"
        )
    )
    var pin: String?

    @ArgumentParser.Flag(help: "Replace the agent that is enrolled in the state directory.")
    var force = false

    func run() async throws {
        let collector = try Arguments.collector(collector)
        let labels = try Arguments.labels(label)
        let limits = try Arguments.limits(cpus: cpus, isa: isa, memory: memoryLimit)
        let trust = try Arguments.trust(caFile: caFile, pin: pin, collector: collector)
        let tokenFile = try TokenFile(tokenFile)
        let host = HostFacts(.current(), limits: limits)
        let enrollment = Enrollment(
            directory: try StateDirectory(state.stateDir, create: true),
            collector: collector,
            token: tokenFile.token,
            name: name ?? host.hostname,
            labels: labels,
            host: host,
            trust: trust,
            replacesIdentity: force
        )
        let transport = HTTPTransport(userAgent: "edgeprof-agent/\(Edgeprof.version)", trust: trust ?? .system)
        let outcome = try await enrollment.run(transport: transport)
        let identity = outcome.identity
        if let warning = tokenFile.warning { EdgeprofAgent.complain("edgeprof-agent: warning: \(warning)") }
        print("enrolled '\(identity.name)' as agent \(identity.agentId) of \(identity.collector)")
        if outcome.status == .pending {
            print("it waits for an administrator to run 'edgeprof agents approve \(identity.agentId)'")
            print("its key, to be compared first: \(outcome.keyFingerprint)")
        }
    }
}
