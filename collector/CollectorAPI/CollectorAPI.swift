public import CollectorStore
public import EdgeprofAPI
public import Hummingbird
public import HummingbirdCore
public import Logging

/// The collector's HTTP interface over a store.
///
/// All routes stand in one table made of the controllers' endpoints (docs/adding/endpoint.md).
public struct CollectorAPI: Sendable {
    /// Largest request body read, bytes.
    public static let maximumBodyBytes = 16 << 20

    private let store: any Store
    private let clock: @Sendable () -> Timestamp
    private let packages: AgentPackages
    private let publicURL: String?
    private let tokenLifetimeSeconds: Int
    private let modelLimitBytes: UInt64
    private let certificate: TLSCertificate?
    private let metricsOnLoopback: Bool
    let gate: Gate
    private let ranking: RankingService
    let metrics = CollectorMetrics()
    /// To be begun some seconds before the collector ends, where a proxy stands in front.
    public let drain = Drain()
    let bell: JobBell

    /// Makes the interface.
    ///
    /// - Parameters:
    ///   - store: What it serves.
    ///   - packages: The agent's packages it hands out.
    ///   - publicURL: Where agents reach it, for the script that installs them; nil for what a request was sent to.
    ///   - tokenLifetimeSeconds: How long an agent's access token works.
    ///   - modelLimitBytes: Largest model's file it takes.
    ///   - certificate: What connections are encrypted with; nil for none.
    ///   - limits: What is refused.
    ///   - trustedProxies: Proxies whose `X-Forwarded-For` tells the client.
    ///   - metricsOnLoopback: Whether clients on this machine may read `/metrics` without a token.
    ///   - clock: The time of day.
    public init(
        store: any Store,
        packages: AgentPackages = .none,
        publicURL: String? = nil,
        tokenLifetimeSeconds: Int = 3600,
        modelLimitBytes: UInt64 = 512 << 20,
        certificate: TLSCertificate? = nil,
        limits: ServerLimits = ServerLimits(),
        trustedProxies: [AddressRange] = [],
        metricsOnLoopback: Bool = false,
        clock: @escaping @Sendable () -> Timestamp
    ) {
        let counters = metrics
        self.store =
            (store as? SQLStore)?.observed { counters.countTransaction(isWrite: $0, seconds: $1) } ?? store
        self.metricsOnLoopback = metricsOnLoopback
        self.packages = packages
        self.publicURL = publicURL
        self.tokenLifetimeSeconds = tokenLifetimeSeconds
        self.modelLimitBytes = modelLimitBytes
        self.certificate = certificate
        gate = Gate(limits: limits, trustedProxies: trustedProxies)
        ranking = RankingService(store: self.store)
        self.clock = clock
        // A call that is lost costs an agent the rest of its poll: not worth failing what caused it.
        bell = JobBell { agentIds in Task { try? await store.announceWake(of: agentIds) } }
    }

    /// Passes on what other collectors of the store announce.
    public var wakeRelay: WakeRelay { WakeRelay(store: store, bell: bell) }

    /// Reads what summaries rest on before anyone asks; to be run beside the responder.
    public var summaryWarmUp: SummaryWarmUp { SummaryWarmUp(ranking: ranking) }

    /// What makes the rounds of schedules and heeds deadlines; to be run beside the responder.
    ///
    /// - Parameters:
    ///   - interval: between two looks at the clock.
    ///   - logger: told of rounds that are left out.
    /// - Returns: the service.
    public func jobTicker(every interval: Duration = .seconds(15), logger: Logger) -> JobTicker {
        JobTicker(store: store, bell: bell, clock: clock, interval: interval, logger: logger)
    }

    /// Everything it answers to.
    var endpoints: [Endpoint] {
        HealthController(store: store, drain: drain).endpoints
            + OpenAPIController().endpoints
            + AgentController(store: store, clock: clock, bell: bell, tokenLifetimeSeconds: tokenLifetimeSeconds)
            .endpoints
            + AgentAccessController(store: store, clock: clock, bell: bell, tokenLifetimeSeconds: tokenLifetimeSeconds)
            .endpoints
            + RunController(store: store, clock: clock).endpoints
            + RunExportController(store: store).endpoints
            + ComparisonController(store: store, ranking: ranking).endpoints
            + JobController(store: store, clock: clock, bell: bell).endpoints
            + TokenController(store: store, clock: clock).endpoints
            + ModelController(store: store, clock: clock).endpoints
            + ModelFileController(
                store: store,
                uploads: ModelUpload(store: store, clock: clock, limitBytes: modelLimitBytes)
            ).endpoints
            + AuditController(store: store).endpoints
            + MetricsController(store: store, gate: gate, metrics: metrics).endpoints
            + TierController(store: store).endpoints
            + RankingController(ranking: ranking).endpoints
            + PackageController(packages: packages, publicURL: publicURL, scheme: scheme).endpoints
    }

    /// The responder to hand to an application.
    public func responder() -> RouterResponder<CollectorContext> {
        let endpoints = endpoints
        // A HEAD for every GET, as RFC 9110 section 9.1 asks of general-purpose servers.
        let router = Router(context: CollectorContext.self, options: [.autoGenerateHeadEndpoints])
        router.add(middleware: RequestLogMiddleware())
        router.add(middleware: MetricsMiddleware(metrics: metrics))
        router.add(middleware: SecurityHeadersMiddleware())
        router.add(middleware: DrainMiddleware(drain: drain))
        router.add(middleware: ProblemMiddleware(routes: RouteTable(endpoints)))
        router.add(middleware: AdmissionMiddleware(gate: gate))
        let authentication = Authentication(store: store, clock: clock)
        let audit = AuditLog(store: store, clock: clock)
        for endpoint in endpoints {
            let isOpenHere = metricsOnLoopback && endpoint.path == "/metrics"
            router.on(RouterPath(endpoint.path), method: endpoint.method) { request, context in
                if isOpenHere, Self.isFromThisMachine(request, context) {
                    return try await endpoint.respond(request, context)
                }
                return try await gate.answer(request, context, of: endpoint, authentication, audit)
            }
        }
        return router.buildResponder()
    }

    /// The server to hand to an application: it counts, paces and, with a certificate, encrypts connections.
    public func server() -> HTTPServerBuilder {
        HTTPServerBuilder { [gate, certificate] responder in
            GatedChannel(responder, gate: gate, certificate: certificate)
        }
    }

    /// Whether a request was made here, and not passed on by a proxy that was.
    private static func isFromThisMachine(_ request: Request, _ context: CollectorContext) -> Bool {
        let isPassedOn = request.headers.contains {
            ["x-forwarded-for", "forwarded", "via"].contains($0.name.canonicalName)
        }
        return context.client?.isLoopback == true && !isPassedOn
    }

    private var scheme: String { certificate == nil ? "http" : "https" }
}
