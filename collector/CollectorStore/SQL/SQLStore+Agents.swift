// Documented at `Store`.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

public import EdgeprofAPI
import Foundation

extension SQLStore {
    public func enroll(
        _ request: EnrollRequest,
        enrollmentTokenId: String,
        agentToken: NewToken,
        at now: Timestamp
    ) async throws -> EnrolledAgent? {
        guard let key = Data(base64Encoded: request.publicKey), key.count == 32 else {
            throw StoreError(.failed, "an agent's public key is 32 bytes as base64")
        }
        let (labels, host) = (try Self.encodeText(request.labels), try Self.encodeText(request.host))
        return try await write { transaction in
            // The condition and the count are one statement, so the last use cannot be had twice.
            let token = try transaction.row(
                """
                UPDATE token SET uses_left = uses_left - 1
                WHERE id = $1 AND role = 'enrollment' AND (expires_at IS NULL OR expires_at > $2)
                    AND (uses_left IS NULL OR uses_left > 0)
                RETURNING auto_accept
                """,
                [SQLValue(enrollmentTokenId), SQLValue(now)]
            )
            guard let isAccepted = try token?.flag("auto_accept") else { return nil }
            let agent = EnrolledAgent(id: UUIDv7.make(at: now), status: isAccepted ? .active : .pending)
            try transaction.execute(
                """
                INSERT INTO agent (id, name, labels, host, enrolled_at, last_seen_at, public_key, status)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
                """,
                [
                    SQLValue(agent.id), SQLValue(request.name), SQLValue(labels), SQLValue(host), SQLValue(now),
                    SQLValue(now), SQLValue(Array(key)), SQLValue(agent.status.rawValue),
                ]
            )
            if isAccepted { _ = try Self.insertToken(agentToken, agentId: agent.id, at: now, in: transaction) }
            return agent
        }
    }

    public func agents() async throws -> [AgentRecord] {
        try await read { transaction in
            try transaction.rows(Self.agentSelection + " ORDER BY name, id").map(Self.agentRecord)
        }
    }

    public func agent(id: String) async throws -> AgentRecord? {
        try await read { transaction in
            try transaction.row(Self.agentSelection + " WHERE id = $1", [SQLValue(id)]).map(Self.agentRecord)
        }
    }

    public func recordHeartbeat(_ heartbeat: Heartbeat, agentId: String, at now: Timestamp) async throws -> Bool {
        let (host, document) = (try Self.encodeText(heartbeat.host), try Self.encodeText(heartbeat))
        let offset = heartbeat.sentAt.map { $0.millisecondsSinceEpoch - now.millisecondsSinceEpoch }
        return try await write(.idempotent) { transaction in
            try transaction.execute(
                """
                UPDATE agent SET host = $1, heartbeat = $2, last_seen_at = $3, utc_offset_seconds = $4, clock_offset = $5
                WHERE id = $6
                """,
                [
                    SQLValue(host), SQLValue(document), SQLValue(now), SQLValue(heartbeat.utcOffsetSeconds),
                    SQLValue(offset), SQLValue(agentId),
                ]
            ) == 1
        }
    }

    public func recordContact(agentId: String, at now: Timestamp) async throws {
        try await write(.idempotent) { try Self.recordContact(agentId: agentId, at: now, in: $0) }
    }

    static func recordContact(agentId: String, at now: Timestamp, in transaction: any SQLTransaction) throws {
        try transaction.execute(
            "UPDATE agent SET last_seen_at = $1 WHERE id = $2",
            [SQLValue(now), SQLValue(agentId)]
        )
    }

    private static let agentSelection = """
        SELECT id, name, labels, host, enrolled_at, last_seen_at, heartbeat, public_key, status, clock_offset
        FROM agent
        """

    private static func agentRecord(_ row: SQLRow) throws -> AgentRecord {
        var record = AgentRecord(
            id: try row.text("id"),
            name: try row.text("name"),
            labels: try decode([String: String].self, from: row, "labels"),
            host: try decode(HostFacts.self, from: row, "host"),
            tiers: [],
            status: try agentStatus(row),
            keyFingerprint: try row.optionalBlob("public_key").map(fingerprint),
            enrolledAt: try row.timestamp("enrolled_at"),
            lastSeenAt: try row.optionalTimestamp("last_seen_at"),
            heartbeat: try decode(Heartbeat.self, fromOptional: row, "heartbeat")
        )
        record.clockOffsetSeconds = try row.optionalInteger("clock_offset").map { Double($0) / 1000 }
        return record
    }
}
