public import CollectorStore
public import Hummingbird
import NIOCore

/// What is known of a request while it is answered.
public struct CollectorContext: RequestContext {
    /// Hummingbird's own part: logger and path parameters.
    public var coreContext: CoreRequestContextStorage
    /// Whom the bearer token belongs to; nil on public routes.
    public var grant: TokenGrant?
    /// The same for the log, which sees the context as it was before.
    let caller = RequestCaller()
    /// Who sent it; nil where that is no address.
    var client: ClientAddress?
    /// Largest body read, bytes.
    var bodyLimit = CollectorAPI.maximumBodyBytes

    /// Starts with nobody known.
    public init(source: Source) {
        coreContext = CoreRequestContextStorage(source: source)
        client = ClientAddress(source.channel.remoteAddress)
    }

    /// Largest body read.
    public var maxUploadSize: Int { bodyLimit }
}
