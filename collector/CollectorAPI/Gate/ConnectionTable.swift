import Synchronization

/// Connections open now, in all and by address.
final class ConnectionTable: Sendable {
    private struct State {
        var total = 0
        var byAddress: [[UInt8]: Int] = [:]
    }

    private let limits: ServerLimits
    private let trustedProxies: [AddressRange]
    private let refusals: RefusalCounter
    private let state = Mutex(State())

    init(_ limits: ServerLimits, _ trustedProxies: [AddressRange], _ refusals: RefusalCounter) {
        self.limits = limits
        self.trustedProxies = trustedProxies
        self.refusals = refusals
    }

    /// Connections open now.
    var count: Int { state.withLock { $0.total } }

    /// Counts a new connection; false when there is no room for it, and then it is not counted.
    ///
    /// Trusted proxies, and loopback unless it is to be limited, count for the total only.
    func enter(_ address: ClientAddress?) -> Bool {
        let refusal: Refusal? = state.withLock { state in
            guard state.total < limits.connections else { return .connections }
            if let key = key(address) {
                guard state.byAddress[key, default: 0] < limits.connectionsPerAddress else {
                    return .connectionsPerAddress
                }
                state.byAddress[key, default: 0] += 1
            }
            state.total += 1
            return nil
        }
        if let refusal { refusals.count(refusal) }
        return refusal == nil
    }

    /// Forgets a connection that was counted.
    func leave(_ address: ClientAddress?) {
        state.withLock { state in
            state.total -= 1
            guard let key = key(address), let count = state.byAddress[key] else { return }
            state.byAddress[key] = count > 1 ? count - 1 : nil
        }
    }

    private func key(_ address: ClientAddress?) -> [UInt8]? {
        guard let address, limits.limitsLoopback || !address.isLoopback,
            !trustedProxies.contains(where: { $0.contains(address) })
        else { return nil }
        return address.limitKey
    }
}
