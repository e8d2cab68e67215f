import GRDB
import Glibc

extension StoreError {
    /// Puts an error of SQLite or of the system into the store's words.
    init(_ error: any Error, path: String) {
        let damaged = "\(path) is damaged or not a store; restore it from a backup"
        if error is RowDecodingError || error is SQLColumnError {
            // Not the error's own words: they quote the row.
            self.init(.corrupt, damaged, cause: "a column holds no value of its type")
            return
        }
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
            self.init(.corrupt, damaged, cause: cause)
        case .SQLITE_READONLY where error.extendedResultCode == .SQLITE_READONLY && access(path, W_OK) == 0:
            // The system lets us write, so it is the file's header that says no: a write version SQLite does not know,
            // which nothing but damage puts there (https://www.sqlite.org/fileformat.html#file_format_version_numbers).
            self.init(.corrupt, damaged, cause: cause)
        case .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_AUTH:
            self.init(
                .unwritable,
                "\(path) cannot be written; check the owner and mode of its directory",
                cause: cause
            )
        case .SQLITE_FULL:
            self.init(.full, "no space is left for \(path); free some on its disk", cause: cause)
        case .SQLITE_IOERR:
            self.init(
                .disk,
                "reading or writing \(path) failed; check its disk, its quota and the system's log",
                cause: cause
            )
        default:
            self.init(.failed, "cannot use \(path)", cause: cause)
        }
    }
}
