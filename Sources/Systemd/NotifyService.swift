public import ServiceLifecycle

/// Tells the service manager that the program is up, alive while it is, and when it ends.
///
/// Its pings come from the same pool of threads that does the program's work: a pool that is stuck goes silent, and the manager
/// starts the program anew.
public struct NotifyService: Service {
    private let notifier: ServiceNotifier
    private let status: String
    private let isUp: @Sendable () async -> Void

    /// Prepares to tell; nothing is sent yet.
    ///
    /// - Parameters:
    ///   - notifier: the manager.
    ///   - status: what `systemctl status` is to show.
    ///   - isUp: returns when the program does its work, which is when it is said to.
    public init(_ notifier: ServiceNotifier, status: String, isUp: @escaping @Sendable () async -> Void = {}) {
        self.notifier = notifier
        self.status = status
        self.isUp = isUp
    }

    /// Tells, until the program is shut down.
    public func run() async {
        await cancelWhenGracefulShutdown {
            await isUp()
            if !Task.isCancelled { notifier.ready(status: status) }
            // Without a watchdog there is nothing to say, only the end to wait for.
            let pause = (notifier.watchdogInterval ?? .seconds(7200)) / 2
            while !Task.isCancelled {
                if notifier.watchdogInterval != nil { notifier.alive() }
                try? await Task.sleep(for: pause)
            }
        }
        notifier.stopping()
    }
}
