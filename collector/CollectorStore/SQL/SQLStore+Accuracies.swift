// Documented at `Store`.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

public import EdgeprofAPI
import Foundation

extension SQLStore {
    public func replaceAccuracy(_ accuracy: ModelAccuracy, ofModel sha256: String, at now: Timestamp) async throws {
        let document = try Self.encodeText(accuracy)
        try await write { transaction in
            try transaction.execute(
                """
                INSERT INTO model_accuracy (sha256, precision, received_at, document) VALUES ($1, $2, $3, $4)
                ON CONFLICT (sha256, precision)
                    DO UPDATE SET received_at = excluded.received_at, document = excluded.document
                """,
                [
                    SQLValue(sha256), SQLValue(accuracy.precision.rawValue), SQLValue(now), SQLValue(document),
                ]
            )
            try Self.incrementDataVersion(in: transaction)
        }
    }

    public func accuracies(ofModel sha256: String) async throws -> [ModelAccuracy] {
        try await read { transaction in
            try transaction.rows(
                "SELECT document FROM model_accuracy WHERE sha256 = $1 ORDER BY precision = 'float'",
                [SQLValue(sha256)]
            )
            .map { try Self.decode(ModelAccuracy.self, from: $0, "document") }
        }
    }

    /// What rankings use: runs are of int8 networks.
    static func int8Accuracies(in transaction: any SQLTransaction) throws -> [String: ModelAccuracy] {
        var accuracies: [String: ModelAccuracy] = [:]
        for row in try transaction.rows("SELECT sha256, document FROM model_accuracy WHERE precision = 'int8'") {
            accuracies[try row.text("sha256")] = try decode(ModelAccuracy.self, from: row, "document")
        }
        return accuracies
    }
}
