// Documented at `Store`.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

import Crypto
public import EdgeprofAPI
import Foundation
import GRDB

extension SQLiteStore {
    public func agentKey(id: String) async throws -> AgentKey? {
        try await read { database in
            let sql = "SELECT public_key, status FROM agent WHERE id = ?"
            guard let row = try Row.fetchOne(database, sql: sql, arguments: [id]),
                let key = try row.decode(Data?.self, forColumn: "public_key")
            else { return nil }
            return AgentKey(publicKey: Array(key), status: try Self.agentStatus(row))
        }
    }

    public func challengeSecret() async throws -> [UInt8] {
        try await read { database in
            let row = try Row.fetchOne(database, sql: "SELECT value FROM challenge_secret WHERE id = 1")
            guard let secret = try row?.decode(Data.self, forColumn: "value"), secret.count == 32 else {
                throw StoreError(.corrupt, "the store's secret is missing; restore the store from a backup")
            }
            return Array(secret)
        }
    }

    public func issueAccessToken(
        _ token: NewToken,
        agentId: String,
        using challenge: UsedChallenge,
        at now: Timestamp
    ) async throws -> AccessTokenIssue {
        try await write { database in
            let moment = now.millisecondsSinceEpoch
            try database.execute(sql: "DELETE FROM used_challenge WHERE expires_at <= ?", arguments: [moment])
            try database.execute(
                sql: "DELETE FROM token WHERE role = 'agent' AND expires_at <= ?",
                arguments: [moment]
            )
            // The primary key decides which of two requests with the same challenge was first.
            try database.execute(
                sql: "INSERT OR IGNORE INTO used_challenge (nonce, expires_at) VALUES (?, ?)",
                arguments: [Data(challenge.nonce), challenge.expiresAt.millisecondsSinceEpoch]
            )
            guard database.changesCount == 1 else { return .challengeUsed }
            guard let status = try Self.agentStatus(of: agentId, in: database) else { return .unknownAgent }
            guard status == .active else { return .denied(status) }
            _ = try Self.insertToken(token, agentId: agentId, at: now, in: database)
            return .issued
        }
    }

    public func approveAgent(id: String) async throws -> AgentApproval {
        try await write { database in
            guard let status = try Self.agentStatus(of: id, in: database) else { return .unknownAgent }
            guard status != .revoked else { return .revoked }
            try database.execute(sql: "UPDATE agent SET status = 'active' WHERE id = ?", arguments: [id])
            return .approved
        }
    }

    public func revokeAgent(id: String) async throws -> Bool {
        try await write { database in
            try database.execute(sql: "DELETE FROM token WHERE agent_id = ?", arguments: [id])
            try database.execute(sql: "UPDATE agent SET status = 'revoked' WHERE id = ?", arguments: [id])
            return database.changesCount == 1
        }
    }

    public func replaceLabels(_ labels: [String: String], agentId: String) async throws -> Bool {
        let text = try Self.encodeText(labels)
        return try await write { database in
            try database.execute(sql: "UPDATE agent SET labels = ? WHERE id = ?", arguments: [text, agentId])
            guard database.changesCount == 1 else { return false }
            // Tiers match labels.
            try Self.incrementDataVersion(in: database)
            return true
        }
    }

    static func agentStatus(_ row: Row) throws -> AgentStatus {
        guard let status = AgentStatus(rawValue: try row.decode(forColumn: "status")) else {
            throw StoreError(.corrupt, "a stored agent has an unknown status; restore the store from a backup")
        }
        return status
    }

    /// `SHA256:` and base64, as `ssh-keygen -l` shows keys; of the key's 32 bytes.
    static func fingerprint(_ publicKey: Data) -> String {
        "SHA256:" + Data(SHA256.hash(data: publicKey)).base64EncodedString().filter { $0 != "=" }
    }

    private static func agentStatus(of id: String, in database: Database) throws -> AgentStatus? {
        try Row.fetchOne(database, sql: "SELECT status FROM agent WHERE id = ?", arguments: [id]).map(agentStatus)
    }
}
