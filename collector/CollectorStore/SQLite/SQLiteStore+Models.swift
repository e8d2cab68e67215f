// Documented at `ModelStore`.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

public import EdgeprofAPI
import Foundation
import GRDB

extension SQLiteStore {
    /// Chunks deleted in one transaction, so that others get in between.
    private static let discardedAtOnce = 16
    private static let selection = "SELECT sha256, name, bytes, pushed_at FROM stored_model"

    public func storedModels() async throws -> [StoredModel] {
        try await read { database in
            try Row.fetchAll(database, sql: Self.selection + " ORDER BY name, pushed_at DESC, sha256")
                .map(Self.storedModel)
        }
    }

    public func storedModel(sha256: String) async throws -> StoredModel? {
        try await read { try Self.storedModel(sha256, in: $0) }
    }

    public func modelChunk(_ number: Int, ofModel sha256: String) async throws -> [UInt8]? {
        try await read { database in
            let sql = """
                SELECT model_chunk.bytes FROM model_chunk JOIN stored_model USING (upload_id)
                WHERE sha256 = ? AND number = ?
                """
            return try Data.fetchOne(database, sql: sql, arguments: [sha256, number]).map { [UInt8]($0) }
        }
    }

    public func beginModelUpload(at now: Timestamp) async throws -> String {
        let id = UUIDv7.make(at: now)
        try await write { database in
            try database.execute(
                sql: "INSERT INTO model_upload (id, touched_at) VALUES (?, ?)",
                arguments: [id, now.millisecondsSinceEpoch]
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
        try await write { database in
            try database.execute(
                sql: "UPDATE model_upload SET touched_at = ? WHERE id = ?",
                arguments: [now.millisecondsSinceEpoch, upload]
            )
            guard database.changesCount == 1 else { return false }
            try database.execute(
                sql: "INSERT INTO model_chunk (upload_id, number, bytes) VALUES (?, ?, ?)",
                arguments: [upload, number, Data(bytes)]
            )
            return true
        }
    }

    public func completeModelUpload(_ upload: String, as model: StoredModel) async throws -> ModelUploadEnd {
        try await write { database in
            if let known = try Self.storedModel(model.sha256, in: database) { return .known(known) }
            try database.execute(sql: "DELETE FROM model_upload WHERE id = ?", arguments: [upload])
            guard database.changesCount == 1 else { return .gone }
            try database.execute(
                sql: """
                    INSERT INTO stored_model (sha256, name, bytes, pushed_at, upload_id) VALUES (?, ?, ?, ?, ?)
                    """,
                arguments: [
                    model.sha256, model.name, Int64(clamping: model.bytes), model.pushedAt.millisecondsSinceEpoch,
                    upload,
                ]
            )
            return .stored
        }
    }

    public func discardModelUpload(_ upload: String) async throws {
        var isLeft = true
        while isLeft {
            isLeft = try await write { database in
                let isOpen = try Row.fetchOne(
                    database,
                    sql: "SELECT 1 FROM model_upload WHERE id = ?",
                    arguments: [upload]
                )
                guard isOpen != nil else { return false }
                try database.execute(
                    sql: """
                        DELETE FROM model_chunk WHERE upload_id = ?1 AND number IN
                            (SELECT number FROM model_chunk WHERE upload_id = ?1 ORDER BY number LIMIT ?2)
                        """,
                    arguments: [upload, Self.discardedAtOnce]
                )
                guard database.changesCount == 0 else { return true }
                try database.execute(sql: "DELETE FROM model_upload WHERE id = ?", arguments: [upload])
                return false
            }
        }
    }

    public func discardModelUploads(idleSince: Timestamp) async throws {
        let uploads = try await read { database in
            try String.fetchAll(
                database,
                sql: "SELECT id FROM model_upload WHERE touched_at < ?",
                arguments: [idleSince.millisecondsSinceEpoch]
            )
        }
        for upload in uploads { try await discardModelUpload(upload) }
    }

    private static func storedModel(_ sha256: String, in database: Database) throws -> StoredModel? {
        try Row.fetchOne(database, sql: selection + " WHERE sha256 = ?", arguments: [sha256]).map(storedModel)
    }

    private static func storedModel(_ row: Row) throws -> StoredModel {
        StoredModel(
            sha256: try row.decode(forColumn: "sha256"),
            name: try row.decode(forColumn: "name"),
            bytes: UInt64(clamping: try row.decode(Int64.self, forColumn: "bytes")),
            pushedAt: Timestamp(column: try row.decode(forColumn: "pushed_at"))
        )
    }
}
