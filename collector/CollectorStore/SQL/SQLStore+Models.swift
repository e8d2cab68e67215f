// Documented at `ModelStore`.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

public import EdgeprofAPI

extension SQLStore {
    /// Chunks deleted in one transaction, so that others get in between.
    private static let discardedAtOnce = 16
    private static let modelSelection = "SELECT sha256, name, bytes, pushed_at FROM stored_model"

    public func storedModels() async throws -> [StoredModel] {
        try await read { transaction in
            try transaction.rows(Self.modelSelection + " ORDER BY name, pushed_at DESC, sha256").map(Self.storedModel)
        }
    }

    public func storedModel(sha256: String) async throws -> StoredModel? {
        try await read { try Self.storedModel(sha256, in: $0) }
    }

    public func modelChunk(_ number: Int, ofModel sha256: String) async throws -> [UInt8]? {
        try await read { transaction in
            let sql = """
                SELECT model_chunk.bytes FROM stored_model
                JOIN model_chunk ON model_chunk.upload_id = stored_model.upload_id
                WHERE stored_model.sha256 = $1 AND model_chunk.number = $2
                """
            return try transaction.row(sql, [SQLValue(sha256), SQLValue(number)])?.blob("bytes")
        }
    }

    public func beginModelUpload(at now: Timestamp) async throws -> String {
        let id = UUIDv7.make(at: now)
        try await write { transaction in
            _ = try transaction.execute(
                "INSERT INTO model_upload (id, touched_at) VALUES ($1, $2)",
                [SQLValue(id), SQLValue(now)]
            )
        }
        return id
    }

    public func appendModelChunk(
        _ bytes: [UInt8],
        number: Int,
        to upload: String,
        at now: Timestamp
    ) async throws -> Bool {
        try await write { transaction in
            let touched = try transaction.execute(
                "UPDATE model_upload SET touched_at = $1 WHERE id = $2",
                [SQLValue(now), SQLValue(upload)]
            )
            guard touched == 1 else { return false }
            try transaction.execute(
                "INSERT INTO model_chunk (upload_id, number, bytes) VALUES ($1, $2, $3)",
                [SQLValue(upload), SQLValue(number), SQLValue(bytes)]
            )
            return true
        }
    }

    public func completeModelUpload(_ upload: String, as model: StoredModel) async throws -> ModelUploadEnd {
        try await write { transaction in
            let touched = try transaction.execute(
                "UPDATE model_upload SET touched_at = $1 WHERE id = $2",
                [SQLValue(model.pushedAt), SQLValue(upload)]
            )
            guard touched == 1 else { return .gone }
            // The primary key decides which of two uploads of the same content was first.
            let inserted = try transaction.execute(
                """
                INSERT INTO stored_model (sha256, name, bytes, pushed_at, upload_id) VALUES ($1, $2, $3, $4, $5)
                ON CONFLICT (sha256) DO NOTHING
                """,
                [
                    SQLValue(model.sha256), SQLValue(model.name), SQLValue(Int64(clamping: model.bytes)),
                    SQLValue(model.pushedAt), SQLValue(upload),
                ]
            )
            guard inserted == 1 else {
                guard let known = try Self.storedModel(model.sha256, in: transaction) else { return .gone }
                return .known(known)
            }
            try transaction.execute("DELETE FROM model_upload WHERE id = $1", [SQLValue(upload)])
            return .stored
        }
    }

    public func discardModelUpload(_ upload: String) async throws {
        var isLeft = true
        while isLeft {
            isLeft = try await write { transaction in
                let sql = "SELECT id FROM model_upload WHERE id = $1"
                guard try transaction.row(sql, [SQLValue(upload)]) != nil else { return false }
                let deleted = try transaction.execute(
                    """
                    DELETE FROM model_chunk WHERE upload_id = $1 AND number IN
                        (SELECT number FROM model_chunk WHERE upload_id = $1 ORDER BY number LIMIT $2)
                    """,
                    [SQLValue(upload), SQLValue(Self.discardedAtOnce)]
                )
                guard deleted == 0 else { return true }
                try transaction.execute("DELETE FROM model_upload WHERE id = $1", [SQLValue(upload)])
                return false
            }
        }
    }

    public func discardModelUploads(idleSince: Timestamp) async throws {
        let uploads = try await read { transaction in
            try transaction.rows("SELECT id FROM model_upload WHERE touched_at < $1", [SQLValue(idleSince)])
                .map { try $0.text("id") }
        }
        for upload in uploads { try await discardModelUpload(upload) }
    }

    private static func storedModel(_ sha256: String, in transaction: any SQLTransaction) throws -> StoredModel? {
        try transaction.row(modelSelection + " WHERE sha256 = $1", [SQLValue(sha256)]).map(storedModel)
    }

    private static func storedModel(_ row: SQLRow) throws -> StoredModel {
        let bytes = try row.integer("bytes")
        guard bytes > 0 else { throw SQLColumnError(column: "bytes") }
        return StoredModel(
            sha256: try row.text("sha256"),
            name: try row.text("name"),
            bytes: UInt64(bytes),
            pushedAt: try row.timestamp("pushed_at")
        )
    }
}
