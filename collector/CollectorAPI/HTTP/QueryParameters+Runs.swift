import CollectorStore
import EdgeprofAPI

/// What routes that list runs take.
extension QueryParameters {
    /// Which runs are asked for.
    ///
    /// - Throws: `HTTPProblem` 400 that names the parameter.
    func runFilter() throws -> RunFilter {
        if let sha256 = text("sha256"), !Run.ModelReference.isSHA256(sha256) {
            throw HTTPProblem.malformed("query parameter sha256 must be 64 lower-case hexadecimal digits")
        }
        return RunFilter(
            model: self["model"],
            sha256: text("sha256"),
            agentId: self["agent"],
            hostname: self["host"],
            tier: self["tier"],
            jobId: self["job"],
            outcome: try choice("outcome", of: Run.Outcome.self),
            startedFrom: try moment("startedFrom"),
            startedTo: try moment("startedTo"),
            receivedFrom: try moment("receivedFrom"),
            receivedTo: try moment("receivedTo"),
            clockOffSeconds: try integer("clockOff", in: 0...1_000_000_000),
            flags: try choices("flags", of: Flag.self),
            withoutFlags: try choices("withoutFlags", of: Flag.self)
        )
    }

    /// Where a list goes on.
    ///
    /// - Throws: `HTTPProblem` 400, also for a cursor of a list with other filters.
    func cursor(of filter: RunFilter) throws -> RunCursor? {
        guard let text = self["cursor"] else { return nil }
        do throws(RunCursorError) {
            return try RunCursor(text, for: filter)
        } catch {
            switch error {
            case .malformed:
                throw HTTPProblem.malformed("query parameter cursor must be the nextCursor of another page")
            case .newer:
                throw HTTPProblem.malformed("query parameter cursor was made by a newer collector; begin without one")
            case .otherFilter:
                throw HTTPProblem.malformed(
                    "query parameter cursor belongs to a list with other filters; give those, or begin without one"
                )
            }
        }
    }

    /// A moment; nil when it is absent.
    private func moment(_ name: String) throws -> Timestamp? {
        guard let text = text(name) else { return nil }
        guard let moment = Timestamp(text) else {
            throw HTTPProblem.malformed(
                "query parameter \(name) must be a time as in 2026-11-22T16:30:00Z (a + of a time zone is sent as %2B)"
            )
        }
        return moment
    }

    /// Some of a few words, separated by commas; empty when absent.
    private func choices<Value: RawRepresentable & CaseIterable>(
        _ name: String,
        of type: Value.Type
    ) throws -> [Value] where Value.RawValue == String {
        guard let text = text(name) else { return [] }
        return try text.split(separator: ",", omittingEmptySubsequences: false).map { word in
            guard let value = Value(rawValue: String(word)) else {
                let words = Value.allCases.map(\.rawValue).joined(separator: ", ")
                throw HTTPProblem.malformed("query parameter \(name) must be some of \(words), separated by commas")
            }
            return value
        }
    }
}
