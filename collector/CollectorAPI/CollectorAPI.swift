public import CollectorStore
public import EdgeprofAPI
public import Hummingbird
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
    let bell: JobBell

    /// Makes the interface.
    ///
    /// - Parameters:
    ///   - store: What it serves.
    ///   - packages: The agent's packages it hands out.
    ///   - publicURL: Where agents reach it, for the script that installs them; nil for what a request was sent to.
    ///   - tokenLifetimeSeconds: How long an agent's access token works.
    ///   - modelLimitBytes: Largest model's file it takes.
    ///   - clock: The time of day.
    public init(
        store: any Store,
        packages: AgentPackages = .none,
        publicURL: String? = nil,
        tokenLifetimeSeconds: Int = 3600,
        modelLimitBytes: UInt64 = 512 << 20,
        clock: @escaping @Sendable () -> Timestamp
    ) {
        self.store = store
        self.packages = packages
        self.publicURL = publicURL
        self.tokenLifetimeSeconds = tokenLifetimeSeconds
        self.modelLimitBytes = modelLimitBytes
        self.clock = clock
        // A call that is lost costs an agent the rest of its poll: not worth failing what caused it.
        bell = JobBell { agentIds in Task { try? await store.announceWake(of: agentIds) } }
    }

    /// Passes on what other collectors of the store announce.
    public var wakeRelay: WakeRelay { WakeRelay(store: store, bell: bell) }

    /// The responder to hand to an application.
    public func responder() -> RouterResponder<CollectorContext> {
        let ranking = RankingService(store: store)
        let endpoints =
            HealthController(store: store).endpoints
            + AgentController(store: store, clock: clock, bell: bell, tokenLifetimeSeconds: tokenLifetimeSeconds)
            .endpoints
            + AgentAccessController(store: store, clock: clock, bell: bell, tokenLifetimeSeconds: tokenLifetimeSeconds)
            .endpoints
            + RunController(store: store, clock: clock).endpoints
            + JobController(store: store, clock: clock, bell: bell).endpoints
            + TokenController(store: store, clock: clock).endpoints
            + ModelController(store: store, clock: clock).endpoints
            + ModelFileController(
                store: store,
                uploads: ModelUpload(store: store, clock: clock, limitBytes: modelLimitBytes)
            ).endpoints
            + TierController(store: store).endpoints
            + RankingController(ranking: ranking).endpoints
            + PackageController(packages: packages, publicURL: publicURL).endpoints
        // A HEAD for every GET, as RFC 9110 section 9.1 asks of general-purpose servers.
        let router = Router(context: CollectorContext.self, options: [.autoGenerateHeadEndpoints])
        router.add(middleware: RequestLogMiddleware())
        router.add(middleware: SecurityHeadersMiddleware())
        router.add(middleware: ProblemMiddleware(routes: RouteTable(endpoints)))
        let authentication = Authentication(store: store, clock: clock)
        for endpoint in endpoints {
            router.on(RouterPath(endpoint.path), method: endpoint.method) { request, context in
                let context = try await authentication.admit(request, context, to: endpoint.access)
                return try await endpoint.respond(request, context)
            }
        }
        return router.buildResponder()
    }
}
