// Documented at `Store`.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

public import EdgeprofAPI
import Foundation

extension SQLStore {
    public func createToken(_ token: NewToken, at now: Timestamp) async throws -> String {
        try await write { transaction in
            // What has expired is good for nothing, not even for a list.
            try transaction.execute("DELETE FROM token WHERE expires_at <= $1", [SQLValue(now)])
            return try Self.insertToken(token, at: now, in: transaction)
        }
    }

    public func grant(for hash: TokenHash, at now: Timestamp) async throws -> TokenGrant? {
        try await read { transaction in
            let row = try transaction.row(
                """
                SELECT id, role, agent_id FROM token
                WHERE hash = $1 AND (expires_at IS NULL OR expires_at > $2) AND (uses_left IS NULL OR uses_left > 0)
                """,
                [SQLValue(hash.bytes), SQLValue(now)]
            )
            return try row.map { row in
                TokenGrant(
                    tokenId: try row.text("id"),
                    role: try Self.role(row),
                    agentId: try row.optionalText("agent_id")
                )
            }
        }
    }

    public func tokens() async throws -> [TokenRecord] {
        try await read { transaction in
            let sql = """
                SELECT id, role, agent_id, created_at, expires_at, uses_left, auto_accept FROM token
                ORDER BY created_at DESC, id DESC
                """
            return try transaction.rows(sql).map { row in
                TokenRecord(
                    id: try row.text("id"),
                    role: try Self.role(row),
                    createdAt: try row.timestamp("created_at"),
                    expiresAt: try row.optionalTimestamp("expires_at"),
                    usesLeft: try row.optionalCount("uses_left"),
                    autoAccept: try Self.role(row) == .enrollment ? row.flag("auto_accept") : nil,
                    agentId: try row.optionalText("agent_id")
                )
            }
        }
    }

    public func deleteToken(id: String) async throws -> Bool {
        try await write { transaction in
            try transaction.execute("DELETE FROM token WHERE id = $1", [SQLValue(id)]) == 1
        }
    }

    static func insertToken(
        _ token: NewToken,
        agentId: String? = nil,
        at now: Timestamp,
        in transaction: any SQLTransaction
    ) throws -> String {
        let id = UUIDv7.make(at: now)
        try transaction.execute(
            """
            INSERT INTO token (id, hash, role, agent_id, created_at, expires_at, uses_left, auto_accept)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            """,
            [
                SQLValue(id), SQLValue(token.hash.bytes), SQLValue(token.role.rawValue), SQLValue(agentId),
                SQLValue(now), SQLValue(token.expiresAt), SQLValue(token.usesLeft), SQLValue(token.autoAccept),
            ]
        )
        return id
    }

    private static func role(_ row: SQLRow) throws -> TokenRole {
        guard let role = TokenRole(rawValue: try row.text("role")) else {
            throw StoreError(.corrupt, "a stored token has an unknown role; restore the store from a backup")
        }
        return role
    }
}
