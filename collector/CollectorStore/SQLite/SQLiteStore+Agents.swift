// Documented at `Store`.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

public import EdgeprofAPI
import Foundation
import GRDB

extension SQLiteStore {
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
        return try await write { database in
            // The condition and the count are one statement, so the last use cannot be had twice.
            try database.execute(
                sql: """
                    UPDATE token SET uses_left = uses_left - 1
                    WHERE id = ? AND role = 'enrollment' AND (expires_at IS NULL OR expires_at > ?)
                        AND (uses_left IS NULL OR uses_left > 0)
                    """,
                arguments: [enrollmentTokenId, now.millisecondsSinceEpoch]
            )
            guard database.changesCount == 1 else { return nil }
            let sql = "SELECT auto_accept FROM token WHERE id = ?"
            let isAccepted = try Bool.fetchOne(database, sql: sql, arguments: [enrollmentTokenId]) ?? false
            let agent = EnrolledAgent(id: UUIDv7.make(at: now), status: isAccepted ? .active : .pending)
            let moment = now.millisecondsSinceEpoch
            try database.execute(
                sql: """
                    INSERT INTO agent (id, name, labels, host, enrolled_at, last_seen_at, public_key, status)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [agent.id, request.name, labels, host, moment, moment, key, agent.status.rawValue]
            )
            if isAccepted { _ = try Self.insertToken(agentToken, agentId: agent.id, at: now, in: database) }
            return agent
        }
    }

    public func agents() async throws -> [AgentRecord] {
        try await read { database in
            try Row.fetchAll(database, sql: "SELECT * FROM agent ORDER BY name, id").map(Self.agentRecord)
        }
    }

    public func agent(id: String) async throws -> AgentRecord? {
        try await read { database in
            try Row.fetchOne(database, sql: "SELECT * FROM agent WHERE id = ?", arguments: [id]).map(Self.agentRecord)
        }
    }

    public func recordHeartbeat(_ heartbeat: Heartbeat, agentId: String, at now: Timestamp) async throws -> Bool {
        let (host, document) = (try Self.encodeText(heartbeat.host), try Self.encodeText(heartbeat))
        return try await write { database in
            try database.execute(
                sql: "UPDATE agent SET host = ?, heartbeat = ?, last_seen_at = ? WHERE id = ?",
                arguments: [host, document, now.millisecondsSinceEpoch, agentId]
            )
            return database.changesCount == 1
        }
    }

    public func recordContact(agentId: String, at now: Timestamp) async throws {
        try await write { try Self.recordContact(agentId: agentId, at: now, in: $0) }
    }

    static func recordContact(agentId: String, at now: Timestamp, in database: Database) throws {
        try database.execute(
            sql: "UPDATE agent SET last_seen_at = ? WHERE id = ?",
            arguments: [now.millisecondsSinceEpoch, agentId]
        )
    }

    private static func agentRecord(_ row: Row) throws -> AgentRecord {
        AgentRecord(
            id: try row.decode(forColumn: "id"),
            name: try row.decode(forColumn: "name"),
            labels: try decode([String: String].self, from: row.decode(forColumn: "labels")),
            host: try decode(HostFacts.self, from: row.decode(forColumn: "host")),
            tiers: [],
            status: try agentStatus(row),
            keyFingerprint: try row.decode(Data?.self, forColumn: "public_key").map(fingerprint),
            enrolledAt: Timestamp(column: try row.decode(forColumn: "enrolled_at")),
            lastSeenAt: try row.decode(Int64?.self, forColumn: "last_seen_at").map(Timestamp.init(column:)),
            heartbeat: try row.decode(Data?.self, forColumn: "heartbeat").map { try decode(Heartbeat.self, from: $0) }
        )
    }
}
