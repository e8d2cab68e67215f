import EdgeprofAPI
import Foundation
import HTTPTransport

/// Where one side of a comparison comes from.
enum RunSource {
    /// A file that `edgeprof profile --format json` wrote.
    case file(String)
    /// Runs the collector holds.
    case collector(RunSelection)

    /// Reads an argument: a file where there is one of that name or it looks like one, else ids or conditions.
    static func parse(_ argument: String) throws -> RunSource {
        if FileManager.default.fileExists(atPath: argument) || argument.hasSuffix(".json") { return .file(argument) }
        do {
            return .collector(try RunSelection(argument))
        } catch {
            throw InputError(error.description)
        }
    }

    /// The runs.
    func runs() async throws -> [Run] {
        switch self {
        case .file(let path):
            let list = try InputFile.json(
                path: path,
                as: RunList.self,
                remedy: "give what `edgeprof profile --format json` prints"
            )
            guard !list.runs.isEmpty else { throw InputError("\(path): holds no runs") }
            return list.runs
        case .collector(let selection):
            return try await CollectorConnection.saved().runs(selection)
        }
    }
}

/// The routes about comparing.
extension CollectorClient {
    /// Sends `POST /v1/runs/compare`.
    func compare(_ request: RunComparisonRequest) async throws(CollectorError) -> RunComparison {
        try await fetch(.post, ["v1", "runs", "compare"], body: try Self.json(request))
    }

    /// Sends `GET /v1/changes`.
    func changes() async throws(CollectorError) -> FleetChanges { try await fetch(.get, ["v1", "changes"]) }

    /// The newest runs of a selection.
    func runs(_ selection: RunSelection) async throws -> [Run] {
        if let ids = selection.ids {
            var runs: [Run] = []
            for id in ids { runs.append(try await run(id)) }
            return runs.filter(selection.accepts)
        }
        let wanted = selection.latest ?? RunSelection.defaultLatest
        var found: [Run] = []
        var cursor: String?
        repeat {
            let page = try await runs(selection.filter, limit: 500, cursor: cursor)
            found += page.runs.filter(selection.accepts)
            cursor = page.nextCursor
        } while cursor != nil && found.count < wanted
        return Array(found.prefix(wanted))
    }
}
