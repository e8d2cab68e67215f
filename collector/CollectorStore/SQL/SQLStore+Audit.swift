// Documented at `Store`.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

public import EdgeprofAPI

extension SQLStore {
    public func beginAudit(_ entry: AuditEntry) async throws -> Int64 {
        try await write { transaction in
            let row = try transaction.row(
                """
                INSERT INTO audit (at, token_id, client, action, target, detail, status, request_id)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id
                """,
                [
                    SQLValue(entry.at), SQLValue(entry.tokenId), SQLValue(entry.client), SQLValue(entry.action),
                    SQLValue(entry.target), SQLValue(entry.detail), SQLValue(entry.status), SQLValue(entry.requestId),
                ]
            )
            guard let id = try row?.integer("id") else { throw SQLColumnError(column: "id") }
            try transaction.execute(
                "DELETE FROM audit WHERE id <= $1 OR at < $2",
                [
                    SQLValue(id - AuditRetention.entries),
                    SQLValue(entry.at.millisecondsSinceEpoch &- AuditRetention.milliseconds),
                ]
            )
            return id
        }
    }

    public func endAudit(id: Int64, target: String?, detail: String?, status: Int) async throws {
        _ = try await write { transaction in
            try transaction.execute(
                "UPDATE audit SET target = $1, detail = $2, status = $3 WHERE id = $4",
                [SQLValue(target), SQLValue(detail), SQLValue(status), SQLValue(id)]
            )
        }
    }

    public func audit(before id: Int64?, limit: Int) async throws -> [AuditEntry] {
        try await read { transaction in
            let sql = """
                SELECT id, at, token_id, client, action, target, detail, status, request_id FROM audit
                WHERE id < $1 ORDER BY id DESC LIMIT $2
                """
            return try transaction.rows(sql, [SQLValue(id ?? .max), SQLValue(limit)]).map { row in
                AuditEntry(
                    id: try row.integer("id"),
                    at: try row.timestamp("at"),
                    tokenId: try row.optionalText("token_id"),
                    client: try row.optionalText("client"),
                    action: try row.text("action"),
                    target: try row.optionalText("target"),
                    detail: try row.optionalText("detail"),
                    status: try row.optionalCount("status"),
                    requestId: try row.optionalText("request_id")
                )
            }
        }
    }
}
