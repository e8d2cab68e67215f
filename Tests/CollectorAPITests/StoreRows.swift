import GRDB

@testable import CollectorStore

extension SQLiteStore {
    /// Rows that models' files and uploads have.
    func modelRowCount() async throws -> Int {
        try await read { database in
            let sql = """
                SELECT (SELECT count(*) FROM model_upload) + (SELECT count(*) FROM model_chunk)
                    + (SELECT count(*) FROM stored_model)
                """
            return try Int.fetchOne(database, sql: sql) ?? -1
        }
    }
}
