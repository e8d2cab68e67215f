import GRDB

extension StoreError {
    /// Puts an error of SQLite or of the system into the store's words.
    init(_ error: any Error, path: String) {
        guard let error = error as? DatabaseError else {
            self = error as? StoreError ?? StoreError(.failed, "cannot use \(path)", cause: "\(error)")
            return
        }
        // `message`, never `description`: the latter can quote statements.
        let cause = error.message ?? "SQLite result code \(error.resultCode.rawValue)"
        switch error.resultCode {
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            self.init(.locked, "\(path) is held by another process; stop it and try again", cause: cause)
        case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_FORMAT:
            self.init(.corrupt, "\(path) is damaged or not a store; restore it from a backup", cause: cause)
        case .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_AUTH:
            self.init(
                .unwritable,
                "\(path) cannot be written; check the owner and mode of its directory",
                cause: cause
            )
        case .SQLITE_FULL:
            self.init(.full, "no space is left for \(path); free some on its disk", cause: cause)
        default:
            self.init(.failed, "cannot use \(path)", cause: cause)
        }
    }
}
