// Documented at `Store`.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

public import EdgeprofAPI
import Foundation
import GRDB

extension SQLiteStore {
    public func createToken(_ token: NewToken, at now: Timestamp) async throws -> String {
        try await write { try Self.insertToken(token, at: now, in: $0) }
    }

    public func grant(for hash: TokenHash, at now: Timestamp) async throws -> TokenGrant? {
        try await read { database in
            let row = try Row.fetchOne(
                database,
                sql: """
                    SELECT id, role, agent_id FROM token
                    WHERE hash = ? AND (expires_at IS NULL OR expires_at > ?) AND (uses_left IS NULL OR uses_left > 0)
                    """,
                arguments: [Data(hash.bytes), now.millisecondsSinceEpoch]
            )
            return try row.map { row in
                TokenGrant(
                    tokenId: try row.decode(forColumn: "id"),
                    role: try Self.role(row),
                    agentId: try row.decode(forColumn: "agent_id")
                )
            }
        }
    }

    public func tokens() async throws -> [TokenRecord] {
        try await read { database in
            let sql = """
                SELECT id, role, agent_id, created_at, expires_at, uses_left, auto_accept FROM token
                ORDER BY created_at DESC, id DESC
                """
            return try Row.fetchAll(database, sql: sql).map { row in
                TokenRecord(
                    id: try row.decode(forColumn: "id"),
                    role: try Self.role(row),
                    createdAt: Timestamp(column: try row.decode(forColumn: "created_at")),
                    expiresAt: try row.decode(Int64?.self, forColumn: "expires_at").map(Timestamp.init(column:)),
                    usesLeft: try row.decode(forColumn: "uses_left"),
                    autoAccept: try Self.role(row) == .enrollment ? row.decode(forColumn: "auto_accept") : nil,
                    agentId: try row.decode(forColumn: "agent_id")
                )
            }
        }
    }

    public func deleteToken(id: String) async throws -> Bool {
        try await write { database in
            try database.execute(sql: "DELETE FROM token WHERE id = ?", arguments: [id])
            return database.changesCount == 1
        }
    }

    static func insertToken(
        _ token: NewToken,
        agentId: String? = nil,
        at now: Timestamp,
        in database: Database
    ) throws -> String {
        let id = UUIDv7.make(at: now)
        try database.execute(
            sql: """
                INSERT INTO token (id, hash, role, agent_id, created_at, expires_at, uses_left, auto_accept)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                id, Data(token.hash.bytes), token.role.rawValue, agentId, now.millisecondsSinceEpoch,
                token.expiresAt?.millisecondsSinceEpoch, token.usesLeft, token.autoAccept,
            ]
        )
        return id
    }

    private static func role(_ row: Row) throws -> TokenRole {
        guard let role = TokenRole(rawValue: try row.decode(forColumn: "role")) else {
            throw StoreError(.corrupt, "a stored token has an unknown role; restore the store from a backup")
        }
        return role
    }
}
