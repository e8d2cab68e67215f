// Documented at `Store`.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

public import EdgeprofAPI
import Foundation
import GRDB

extension SQLiteStore {
    public func replaceAccuracy(_ accuracy: ModelAccuracy, ofModel sha256: String, at now: Timestamp) async throws {
        let document = try Self.encodeText(accuracy)
        try await write { database in
            try database.execute(
                sql: """
                    INSERT OR REPLACE INTO model_accuracy (sha256, precision, received_at, document)
                    VALUES (?, ?, ?, ?)
                    """,
                arguments: [sha256, accuracy.precision.rawValue, now.millisecondsSinceEpoch, document]
            )
            try Self.incrementDataVersion(in: database)
        }
    }

    public func accuracies(ofModel sha256: String) async throws -> [ModelAccuracy] {
        try await read { database in
            try Row.fetchAll(
                database,
                sql: "SELECT document FROM model_accuracy WHERE sha256 = ? ORDER BY precision = 'float'",
                arguments: [sha256]
            )
            .map { try Self.decode(ModelAccuracy.self, from: $0.decode(forColumn: "document")) }
        }
    }

    /// What rankings use: runs are of int8 networks.
    static func int8Accuracies(in database: Database) throws -> [String: ModelAccuracy] {
        var accuracies: [String: ModelAccuracy] = [:]
        let rows = try Row.fetchAll(
            database,
            sql: "SELECT sha256, document FROM model_accuracy WHERE precision = 'int8'"
        )
        for row in rows {
            let sha256 = try row.decode(String.self, forColumn: "sha256")
            accuracies[sha256] = try decode(ModelAccuracy.self, from: row.decode(forColumn: "document"))
        }
        return accuracies
    }
}
