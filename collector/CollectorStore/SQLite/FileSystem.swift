import Glibc

/// The few system calls the store needs beside SQLite's.
enum FileSystem {
    /// Makes a new file that only its owner can read; SQLite gives its companions the same mode.
    static func makeEmptyFile(_ path: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw lastError() }
        close(descriptor)
    }

    /// Makes a file's content durable.
    static func synchronize(file: String) throws {
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw lastError() }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw lastError() }
    }

    /// Makes a directory's entries durable.
    static func synchronize(directory: String) throws {
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw lastError() }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw lastError() }
    }

    /// The failure `errno` tells of.
    static func lastError() -> StoreError {
        let cause = errno
        let code: StoreError.Code =
            switch cause {
            case ENOSPC, EDQUOT: .full
            case EACCES, EROFS, EPERM: .unwritable
            default: .failed
            }
        return StoreError(code, "cannot write to the data directory", cause: String(cString: strerror(cause)))
    }
}
