import CollectorStore
import Synchronization

/// Who a request turned out to be from, told by what finds out to what began before: contexts are handed on by value.
final class RequestCaller: Sendable {
    private let state = Mutex<TokenGrant?>(nil)

    /// What the bearer token grants; nil on public routes and before the token was looked at.
    var grant: TokenGrant? {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }
}
