import CollectorStore
import EdgeprofAPI
import Foundation
import Hummingbird
import Synchronization

/// Runs as a file: `GET /v1/runs/export`.
///
/// Rows are read and sent some at a time, each in a transaction of its own: memory is bounded however many there are, and no
/// transaction stays open that would keep the store from tidying up. The order is that of the list, newest first, by a key that
/// never changes; so every run that was stored before the export began is in it exactly once, unless retention deletes it meanwhile,
/// and one that comes during it is in it once or not at all.
struct RunExportController: Sendable {
    /// How runs are written.
    enum Format: String, CaseIterable {
        /// RFC 4180, a line a run, without layers and histograms.
        case csv
        /// A JSON object a line, with everything a run says.
        case jsonl

        var contentType: String {
            switch self {
            case .csv: "text/csv; charset=utf-8; header=present"
            case .jsonl: "application/jsonl"
            }
        }
    }

    /// Exports at a time: each keeps a core busy.
    static let most = 4
    /// About how many bytes are read at a time.
    private static let pageBytes = 1 << 20
    /// Where the next part begins.
    static let nextCursor = "Edgeprof-Next-Cursor"

    let store: any Store
    private let running = RunningExports()

    init(store: any Store) { self.store = store }

    var endpoints: [Endpoint] { [Endpoint(.get, "/v1/runs/export", .readers, respond: export)] }

    @Sendable private func export(_ request: Request, _ context: CollectorContext) async throws -> Response {
        let query = try QueryParameters(request.uri, known: ["format"] + RunFilter.queryNames + ["limit", "cursor"])
        let filter = try query.runFilter()
        let cursor = try query.cursor(of: filter)
        guard let format = try query.choice("format", of: Format.self) else {
            throw HTTPProblem.malformed("query parameter format is missing; give csv or jsonl")
        }
        let limit = try query.integer("limit", in: 1...1_000_000_000)
        try await store.requireTier(of: filter)
        var headers: HTTPFields = [
            .contentType: format.contentType,
            .contentDisposition: "attachment; filename=\"runs.\(format.rawValue)\"",
        ]
        var end: RunCursor?
        if let limit {
            end = try await store.runPlace(matching: filter, after: cursor, skipping: limit)
            if let name = HTTPFields.Element.Name(Self.nextCursor), let text = end?.text(for: filter) {
                headers[name] = text
            }
        }
        guard request.method == .get else { return Response(status: .ok, headers: headers) }
        guard let place = running.enter() else {
            throw HTTPProblem(
                .serviceUnavailable,
                "\(Self.most) exports are under way already; try again",
                headers: [.retryAfter: "30"]
            )
        }
        return Response(
            status: .ok,
            headers: headers,
            body: ResponseBody { [store, end] writer in
                defer { withExtendedLifetime(place) {} }
                if format == .csv, cursor == nil { try await writer.write(ByteBuffer(string: RunCSV.header)) }
                var (cursor, size) = (cursor, 20)
                while true {
                    let page = try await store.collectedRuns(matching: filter, after: cursor, limit: size)
                    let runs = page.runs.filter { run in end.map { !run.comesAfter($0) } ?? true }
                    var bytes = Data()
                    for run in runs { bytes += try Self.line(run, format) }
                    if !bytes.isEmpty { try await writer.write(ByteBuffer(bytes: bytes)) }
                    guard let next = page.next, runs.count == page.runs.count, next != end else { break }
                    cursor = next
                    size = min(
                        200,
                        max(1, Self.pageBytes / max(1, bytes.count / max(1, runs.count)), size / 4),
                        size * 4
                    )
                }
                try await writer.finish(nil)
            }
        )
    }

    private static func line(_ run: CollectedRun, _ format: Format) throws -> Data {
        switch format {
        case .csv: Data(RunCSV.line(run).utf8)
        case .jsonl: try JSONOutput.encode(run) + [UInt8(ascii: "\n")]
        }
    }
}

extension CollectedRun {
    /// Whether it stands behind a place in the list.
    fileprivate func comesAfter(_ place: RunCursor) -> Bool {
        (run.startedAt, run.id) < (place.startedAt, place.id)
    }
}

/// How many exports are under way.
private final class RunningExports: Sendable {
    private let count = Atomic(0)

    /// A place among them, given back when nobody holds it any more; nil where there is none.
    func enter() -> Place? {
        guard count.wrappingAdd(1, ordering: .relaxed).newValue <= RunExportController.most else {
            leave()
            return nil
        }
        return Place(self)
    }

    private func leave() { count.wrappingSubtract(1, ordering: .relaxed) }

    final class Place: Sendable {
        private let exports: RunningExports

        fileprivate init(_ exports: RunningExports) { self.exports = exports }

        deinit { exports.leave() }
    }
}
