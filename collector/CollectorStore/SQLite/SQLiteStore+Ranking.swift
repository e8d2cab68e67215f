// Documented at `Store`.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

public import EdgeprofAPI
import Foundation
import GRDB

extension SQLiteStore: Store {
    public func checkReadiness() async throws { _ = try await dataVersion() }

    public func tiers() async throws -> TierList {
        try await read { try Self.tiers(in: $0) }
    }

    public func replaceTiers(_ tiers: TierList) async throws {
        let document = try Self.encodeText(tiers)
        try await write { database in
            try database.execute(
                sql: "INSERT OR REPLACE INTO tier_list (id, document) VALUES (1, ?)",
                arguments: [document]
            )
            try Self.incrementDataVersion(in: database)
        }
    }

    public func dataVersion() async throws -> Int64 {
        try await read { try Self.dataVersion(in: $0) }
    }

    public func rankingInputs() async throws -> RankingInputs {
        try await read { database in
            let runs = try Data.fetchCursor(
                database,
                sql: "SELECT document FROM run WHERE outcome = 'ok' ORDER BY started_at, id"
            )
            .map { try Self.decode(Run.self, from: $0) }
            var labels: [String: [String: String]] = [:]
            for row in try Row.fetchAll(database, sql: "SELECT id, labels FROM agent") {
                let id = try row.decode(String.self, forColumn: "id")
                labels[id] = try Self.decode([String: String].self, from: row.decode(forColumn: "labels"))
            }
            return RankingInputs(
                version: try Self.dataVersion(in: database),
                runs: try Array(runs),
                tiers: try Self.tiers(in: database),
                labels: labels,
                accuracies: try Self.int8Accuracies(in: database)
            )
        }
    }

    static func incrementDataVersion(in database: Database) throws {
        try database.execute(sql: "UPDATE data_version SET value = value + 1")
    }

    private static func dataVersion(in database: Database) throws -> Int64 {
        guard let version = try Int64.fetchOne(database, sql: "SELECT value FROM data_version") else {
            throw StoreError(.corrupt, "the store's data version is missing; restore the store from a backup")
        }
        return version
    }

    private static func tiers(in database: Database) throws -> TierList {
        try Row.fetchOne(database, sql: "SELECT document FROM tier_list")
            .map { try decode(TierList.self, from: $0.decode(forColumn: "document")) } ?? TierList(tiers: [])
    }
}
