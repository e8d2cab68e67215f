public import CollectorStore
public import Hummingbird

/// What is known of a request while it is answered.
public struct CollectorContext: RequestContext {
    /// Hummingbird's own part: logger and path parameters.
    public var coreContext: CoreRequestContextStorage
    /// Whom the bearer token belongs to; nil on public routes.
    public var grant: TokenGrant?

    /// Starts with nobody known.
    public init(source: Source) {
        coreContext = CoreRequestContextStorage(source: source)
    }

    /// Largest body read.
    public var maxUploadSize: Int { CollectorAPI.maximumBodyBytes }
}
