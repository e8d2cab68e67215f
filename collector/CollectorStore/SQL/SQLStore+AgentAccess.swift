// Documented at `Store`.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

import Crypto
public import EdgeprofAPI
import Foundation

extension SQLStore {
    public func agentKey(id: String) async throws -> AgentKey? {
        try await read { transaction in
            let sql = "SELECT public_key, status FROM agent WHERE id = $1"
            guard let row = try transaction.row(sql, [SQLValue(id)]), let key = try row.optionalBlob("public_key")
            else { return nil }
            return AgentKey(publicKey: key, status: try Self.agentStatus(row))
        }
    }

    public func challengeSecret() async throws -> [UInt8] {
        try await read { transaction in
            let row = try transaction.row("SELECT value FROM challenge_secret WHERE id = 1")
            guard let secret = try row?.blob("value"), secret.count == 32 else {
                throw StoreError(.corrupt, "the store's secret is missing; restore the store from a backup")
            }
            return secret
        }
    }

    public func issueAccessToken(
        _ token: NewToken,
        agentId: String,
        using challenge: UsedChallenge,
        at now: Timestamp
    ) async throws -> AccessTokenIssue {
        try await write { transaction in
            try transaction.execute("DELETE FROM used_challenge WHERE expires_at <= $1", [SQLValue(now)])
            try transaction.execute("DELETE FROM token WHERE role = 'agent' AND expires_at <= $1", [SQLValue(now)])
            // The primary key decides which of two requests with the same challenge was first.
            let isFirst = try transaction.execute(
                "INSERT INTO used_challenge (nonce, expires_at) VALUES ($1, $2) ON CONFLICT DO NOTHING",
                [SQLValue(challenge.nonce), SQLValue(challenge.expiresAt)]
            )
            guard isFirst == 1 else { return .challengeUsed }
            guard let status = try Self.agentStatus(of: agentId, in: transaction) else { return .unknownAgent }
            guard status == .active else { return .denied(status) }
            _ = try Self.insertToken(token, agentId: agentId, at: now, in: transaction)
            return .issued
        }
    }

    public func approveAgent(id: String) async throws -> AgentApproval {
        try await write { transaction in
            guard let status = try Self.agentStatus(of: id, in: transaction) else { return .unknownAgent }
            guard status != .revoked else { return .revoked }
            try transaction.execute("UPDATE agent SET status = 'active' WHERE id = $1", [SQLValue(id)])
            return .approved
        }
    }

    public func revokeAgent(id: String) async throws -> Bool {
        try await write { transaction in
            try transaction.execute("DELETE FROM token WHERE agent_id = $1", [SQLValue(id)])
            return try transaction.execute("UPDATE agent SET status = 'revoked' WHERE id = $1", [SQLValue(id)]) == 1
        }
    }

    public func replaceLabels(_ labels: [String: String], agentId: String) async throws -> Bool {
        let text = try Self.encodeText(labels)
        return try await write { transaction in
            let sql = "UPDATE agent SET labels = $1 WHERE id = $2"
            guard try transaction.execute(sql, [SQLValue(text), SQLValue(agentId)]) == 1 else { return false }
            // Tiers match labels.
            try Self.incrementDataVersion(in: transaction)
            return true
        }
    }

    static func agentStatus(_ row: SQLRow) throws -> AgentStatus {
        guard let status = AgentStatus(rawValue: try row.text("status")) else {
            throw StoreError(.corrupt, "a stored agent has an unknown status; restore the store from a backup")
        }
        return status
    }

    /// `SHA256:` and base64, as `ssh-keygen -l` shows keys; of the key's 32 bytes.
    static func fingerprint(_ publicKey: [UInt8]) -> String {
        "SHA256:" + Data(SHA256.hash(data: publicKey)).base64EncodedString().filter { $0 != "=" }
    }

    private static func agentStatus(of id: String, in transaction: any SQLTransaction) throws -> AgentStatus? {
        try transaction.row("SELECT status FROM agent WHERE id = $1", [SQLValue(id)]).map(agentStatus)
    }
}
