import Foundation
import Synchronization

/// A bounded number of threads, each with a connection of its own, that carry work out in the order it comes.
///
/// Threads, because libpq's calls block and would starve Swift's tasks of theirs.
final class PostgreSQLPool: Sendable {
    private let core: Core

    init(location: PostgreSQLLocation, size: Int) {
        core = Core(location: location, size: size)
    }

    deinit { core.close() }

    /// Does work on some thread of the pool.
    ///
    /// - Throws: What the work throws; `CancellationError` when the task was cancelled before it began.
    func perform<Value: Sendable>(
        _ work: @escaping @Sendable (PostgreSQLWorker) throws -> Value
    ) async throws -> Value {
        let isCancelled = CancellationFlag()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                core.submit { worker in
                    guard let worker else {
                        continuation.resume(
                            throwing: StoreError(.unavailable, "the store is closed, or too much waits for it")
                        )
                        return
                    }
                    guard !isCancelled.value.load(ordering: .relaxed) else {
                        continuation.resume(throwing: CancellationError())
                        return
                    }
                    continuation.resume(with: Result { try work(worker) })
                }
            }
        } onCancel: {
            isCancelled.value.store(true, ordering: .relaxed)
        }
    }

    /// Ends all connections, after the work that has been taken on.
    func close() {
        core.close()
        core.threads.wait()
    }

    private final class CancellationFlag: Sendable {
        let value = Atomic(false)
    }

    /// What the threads share; they outlive the pool by the work under way.
    private final class Core: Sendable {
        typealias Job = @Sendable (PostgreSQLWorker?) -> Void

        /// More work than this is turned away.
        static let longestQueue = 10_000

        private struct State {
            var jobs: [Job] = []
            var threadCount = 0
            var idleCount = 0
            var isClosed = false
        }

        let location: PostgreSQLLocation
        let size: Int
        let threads = DispatchGroup()
        private let state = Mutex(State())
        private let wake = DispatchSemaphore(value: 0)
        private let outage = PostgreSQLOutage()

        init(location: PostgreSQLLocation, size: Int) {
            self.location = location
            self.size = size
        }

        func submit(_ job: @escaping Job) {
            let (isClosed, needsThread) = state.withLock { state in
                guard !state.isClosed, state.jobs.count < Self.longestQueue else { return (true, false) }
                state.jobs.append(job)
                guard state.jobs.count > state.idleCount, state.threadCount < size else { return (false, false) }
                state.threadCount += 1
                return (false, true)
            }
            if isClosed { return job(nil) }
            if needsThread {
                threads.enter()
                Thread.detachNewThread { self.run() }
            }
            wake.signal()
        }

        func close() {
            let count = state.withLock { state in
                state.isClosed = true
                return state.threadCount
            }
            for _ in 0..<count { wake.signal() }
        }

        private func run() {
            work()
            threads.leave()
        }

        /// Its connection is closed on return: once nobody waits any more, the process may end and OpenSSL with it.
        private func work() {
            let worker = PostgreSQLWorker(location: location, outage: outage)
            while let job = next() { job(worker) }
        }

        /// Waits for work; nil when there will be none.
        private func next() -> Job? {
            while true {
                state.withLock { $0.idleCount += 1 }
                wake.wait()
                let (job, isClosed) = state.withLock { state in
                    state.idleCount -= 1
                    return (state.jobs.isEmpty ? nil : state.jobs.removeFirst(), state.isClosed)
                }
                if let job { return job }
                if isClosed { return nil }
            }
        }
    }
}

/// A thread's connection, made when first needed and again after it broke.
final class PostgreSQLWorker {
    /// What it shares with the others of its pool.
    let outage: PostgreSQLOutage
    private let location: PostgreSQLLocation
    private var open: PostgreSQLConnection?

    init(location: PostgreSQLLocation, outage: PostgreSQLOutage) {
        self.location = location
        self.outage = outage
    }

    func connection() throws -> PostgreSQLConnection {
        if let open, open.isIdle { return open }
        open = nil
        if let error = outage.knownFailure() { throw error }
        do {
            let connection = try PostgreSQLConnection(
                to: location,
                statementTimeoutSeconds: PostgreSQLEngine.statementTimeoutSeconds
            )
            open = connection
            return connection
        } catch let error as PostgreSQLError where error.isUnreachable {
            outage.note(error)
            throw error
        }
    }

    /// Lets a connection go that cannot be trusted any more.
    func disconnect() { open = nil }
}
