import EdgeprofAPI

/// A filter as SQL: an index to walk along, newest first, and conditions on what is met there.
///
/// Whatever the filter, one statement looks at `budget` entries at most; where that does not fill a page the page stays short
/// and its cursor says where to go on. So no filter, however rare its runs, makes a request wait for a scan of millions.
struct RunQuery {
    /// Index entries one page looks at, where conditions need nothing but the index.
    static let coveredBudget = 16_000
    /// The same where each needs its run's row.
    static let rowBudget = 1500

    /// The index to walk along.
    let index: String
    let budget: Int
    /// What is equal for all entries of interest: the index's leading columns.
    private var leading: [Condition] = []
    /// What is asked of each entry.
    private var residual: [Condition] = []
    /// Bounds of the start.
    private var bounds: [Condition] = []

    /// A condition with one `?` for each argument.
    struct Condition {
        var sql: String
        var arguments: [SQLValue] = []
    }

    /// What a filter names, in numbers.
    struct Scope {
        /// nil where any model will do.
        var models: [(number: Int64, name: String)]?
        /// nil where any host will do.
        var hosts: [(number: Int64, agentId: String?)]?
    }

    /// Makes a query; nil where no run can match.
    init?(_ filter: RunFilter, _ scope: Scope, _ dialect: SQLDialect) {
        if let models = scope.models, models.isEmpty { return nil }
        if let hosts = scope.hosts, hosts.isEmpty { return nil }
        let hostAgents = Set((scope.hosts ?? []).map(\.agentId))
        let agentId = filter.agentId ?? (hostAgents.count == 1 ? hostAgents.first ?? nil : nil)
        let modelNames = Set((scope.models ?? []).map(\.name))
        let model = filter.model ?? (modelNames.count == 1 ? modelNames.first : nil)

        if let jobId = filter.jobId {
            index = "run_job"
            leading = [Condition(sql: "job_id = ?", arguments: [SQLValue(jobId)])]
            if let agentId { residual.append(Condition(sql: "agent_id = ?", arguments: [SQLValue(agentId)])) }
        } else if let agentId {
            index = "run_agent"
            leading = [Condition(sql: "agent_id = ?", arguments: [SQLValue(agentId)])]
        } else if let model {
            index = "run_model"
            leading = [Condition(sql: "model = ?", arguments: [SQLValue(model)])]
        } else if filter.outcome ?? .ok != .ok {
            index = "run_failed"
            leading = [Condition(sql: "outcome <> 'ok'")]
        } else {
            index = "run_newest"
        }
        if let outcome = filter.outcome {
            residual.append(Condition(sql: "outcome = ?", arguments: [SQLValue(outcome.rawValue)]))
        }
        // The index of a model has its files of all contents.
        if let models = scope.models, index != "run_model" || filter.sha256 != nil {
            residual.append(Self.membership("model_number", models.map(\.number), dialect))
        }
        if let hosts = scope.hosts { residual.append(Self.membership("host_number", hosts.map(\.number), dialect)) }
        for (sql, moment) in [("received_at >= ?", filter.receivedFrom), ("received_at < ?", filter.receivedTo)] {
            if let moment { residual.append(Condition(sql: sql, arguments: [SQLValue(moment)])) }
        }
        if let seconds = filter.clockOffSeconds {
            residual.append(Condition(sql: "abs(clock_offset) >= ?", arguments: [SQLValue(Int64(seconds) * 1000)]))
        }
        let (all, none) = (RunFacets.bits(of: filter.flags), RunFacets.bits(of: filter.withoutFlags))
        if all != 0 {
            let bits = [SQLValue(all), SQLValue(all)]
            residual.append(Condition(sql: "flags & CAST(? AS BIGINT) = CAST(? AS BIGINT)", arguments: bits))
        }
        if none != 0 {
            residual.append(Condition(sql: "flags & CAST(? AS BIGINT) = 0", arguments: [SQLValue(none)]))
        }
        for (sql, moment) in [("started_at >= ?", filter.startedFrom), ("started_at < ?", filter.startedTo)] {
            if let moment { bounds.append(Condition(sql: sql, arguments: [SQLValue(moment)])) }
        }
        budget = index == "run_job" ? Self.rowBudget : Self.coveredBudget
    }

    /// One of many numbers, in one argument: a statement's text must not depend on how many.
    private static func membership(_ column: String, _ numbers: [Int64], _ dialect: SQLDialect) -> Condition {
        let list = SQLValue("[" + numbers.map(String.init).joined(separator: ",") + "]")
        let values =
            switch dialect {
            case .sqlite: "SELECT value FROM json_each(?)"
            case .postgresql: "SELECT CAST(value AS BIGINT) FROM json_array_elements_text(CAST(? AS JSON))"
            }
        return Condition(sql: "\(column) IN (\(values))", arguments: [list])
    }

    /// Selects `started_at, id` of up to `limit` runs after a cursor.
    func page(after cursor: RunCursor?, limit: Int, _ dialect: SQLDialect) -> (sql: String, arguments: [SQLValue]) {
        let columns =
            "started_at, id, received_at, host_number, model_number, outcome, flags, clock_offset"
            + (residual.contains { $0.sql.hasPrefix("agent_id") } ? ", agent_id" : "")
        guard !residual.isEmpty else { return walk("started_at, id", after: cursor, limit: limit, dialect) }
        let inner = walk(columns, after: cursor, limit: budget, dialect, isInner: true)
        let conditions = residual.map(\.sql).joined(separator: " AND ")
        // Not ordered again: both engines hand on the entries as they come, and stop when the page is full. Ordered, all would be
        // looked at for each page.
        let sql = "SELECT started_at, id FROM (\(inner.sql)) AS entry WHERE \(conditions) LIMIT ?"
        return Self.numbered(sql, inner.arguments + residual.flatMap(\.arguments) + [SQLValue(limit)])
    }

    /// Selects the last of the entries that a page looks at; none where there are not as many.
    func lastLookedAt(after cursor: RunCursor?, _ dialect: SQLDialect) -> (sql: String, arguments: [SQLValue])? {
        guard !residual.isEmpty else { return nil }
        let inner = walk("started_at, id", after: cursor, limit: 1, dialect, isInner: true)
        return Self.numbered(inner.sql + " OFFSET ?", inner.arguments + [SQLValue(budget - 1)])
    }

    private func walk(
        _ columns: String,
        after cursor: RunCursor?,
        limit: Int,
        _ dialect: SQLDialect,
        isInner: Bool = false
    ) -> (sql: String, arguments: [SQLValue]) {
        var conditions = leading + bounds
        if let cursor {
            conditions.append(
                Condition(
                    sql: "(started_at, id) < (?, ?)",
                    arguments: [SQLValue(cursor.startedAt), SQLValue(cursor.id)]
                )
            )
        }
        // SQLite has no figures of how often a value occurs unless it is told to gather them, and would guess.
        let hint = dialect == .sqlite ? " INDEXED BY \(index)" : ""
        let clause = conditions.isEmpty ? "" : " WHERE " + conditions.map(\.sql).joined(separator: " AND ")
        let sql = "SELECT \(columns) FROM run\(hint)\(clause) ORDER BY started_at DESC, id DESC LIMIT ?"
        let arguments = conditions.flatMap(\.arguments) + [SQLValue(limit)]
        return isInner ? (sql, arguments) : Self.numbered(sql, arguments)
    }

    /// Numbers the arguments as both engines want them.
    private static func numbered(_ sql: String, _ arguments: [SQLValue]) -> (sql: String, arguments: [SQLValue]) {
        var text = ""
        var number = 0
        for character in sql {
            if character == "?" {
                number += 1
                text += "$\(number)"
            } else {
                text.append(character)
            }
        }
        return (text, arguments)
    }
}
