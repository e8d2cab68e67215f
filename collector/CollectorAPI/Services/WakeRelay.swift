import CollectorStore
public import ServiceLifecycle

/// Rings this collector's bell when another one of the same store announces work.
public struct WakeRelay: Service {
    let store: any Store
    let bell: JobBell

    /// Runs until the collector shuts down.
    public func run() async throws {
        for await wake in store.wakes().cancelOnGracefulShutdown() {
            switch wake {
            case .agents(let ids): bell.ringHere(for: ids)
            case .everyone: bell.ringHere()
            }
        }
        // A store without other collectors has nothing to say, and a service that ends would end the others.
        try? await gracefulShutdown()
    }
}
