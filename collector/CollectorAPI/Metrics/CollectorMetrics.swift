import EdgeprofAPI
import Synchronization

/// What the collector counts of itself.
final class CollectorMetrics: Sendable {
    /// A series of requests; every part comes from a list of this program's, so there is a bounded number of them.
    private struct RequestKey: Hashable {
        var route: String
        var method: String
        var status: Int
    }

    private struct State {
        var requests: [RequestKey: DurationHistogram] = [:]
        var runs: [RunResult.Status: Int] = [:]
        var reads = DurationHistogram()
        var writes = DurationHistogram()
    }

    /// That of the collector the current task works for.
    @TaskLocal static var current: CollectorMetrics?

    private let state = Mutex(State())

    /// Counts a request.
    ///
    /// - Parameters:
    ///   - route: The route's pattern; nil where none matched.
    ///   - method: The method; one that no route has is counted as `other`.
    ///   - status: The answer's.
    ///   - seconds: How long it took.
    func count(route: String?, method: String, status: Int, seconds: Double) {
        let known = ["GET", "HEAD", "POST", "PUT", "DELETE"]
        let key = RequestKey(
            route: route ?? "unmatched",
            method: known.contains(method) ? method : "other",
            status: status
        )
        state.withLock { $0.requests[key, default: DurationHistogram()].observe(seconds: seconds) }
    }

    /// Counts what became of uploaded runs.
    static func count(_ results: [RunResult]) {
        current?.state.withLock { state in
            for result in results { state.runs[result.status, default: 0] += 1 }
        }
    }

    /// Counts a transaction of the store.
    func countTransaction(isWrite: Bool, seconds: Double) {
        state.withLock { isWrite ? $0.writes.observe(seconds: seconds) : $0.reads.observe(seconds: seconds) }
    }

    /// Writes everything counted.
    func write(to text: inout MetricText) {
        let state = state.withLock { $0 }
        let name = "edgeprof_http_request_duration_seconds"
        text.family(name, .histogram, unit: "seconds", "Time from a request's header to its answer's.")
        let requests = state.requests.sorted {
            ($0.key.route, $0.key.method, $0.key.status) < ($1.key.route, $1.key.method, $1.key.status)
        }
        for (key, histogram) in requests {
            let labels = [("route", key.route), ("method", key.method), ("status", "\(key.status)")]
            text.histogram(name, labels, histogram)
        }
        text.family("edgeprof_runs_uploaded", .counter, "Runs that came in, by what became of them.")
        for status in [RunResult.Status.stored, .duplicate, .rejected] {
            let count = Double(state.runs[status, default: 0])
            text.sample("edgeprof_runs_uploaded_total", [("result", status.rawValue)], count)
        }
        let store = "edgeprof_store_transaction_duration_seconds"
        text.family(
            store,
            .histogram,
            unit: "seconds",
            "Time of the store's transactions, with the wait for their turn."
        )
        text.histogram(store, [("kind", "read")], state.reads)
        text.histogram(store, [("kind", "write")], state.writes)
    }
}
