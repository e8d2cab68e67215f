@testable import CollectorStore

extension SQLStore {
    /// Rows that models' files and uploads have.
    func modelRowCount() async throws -> Int {
        try await read { transaction in
            let sql = """
                SELECT (SELECT count(*) FROM model_upload) + (SELECT count(*) FROM model_chunk)
                    + (SELECT count(*) FROM stored_model) AS total
                """
            return try transaction.row(sql)?.count("total") ?? -1
        }
    }
}
