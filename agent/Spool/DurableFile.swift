internal import Glibc

/// Files that are whole or absent, whatever happens while they are written.
public enum DurableFile {
    /// What a file not finished yet is called: its name and this.
    static let partialSuffix = ".partial"

    /// Writes a file so that after a power cut there is the old one or the new one, and after returning the new one.
    ///
    /// It is written beside its place, synced, renamed over it, and the folder is synced.
    ///
    /// - Parameters:
    ///   - bytes: what is to be in it.
    ///   - path: where; an existing file is replaced.
    /// - Throws: `SpoolError`; the old file is untouched then, except when only the last sync of the folder failed.
    public static func write(_ bytes: [UInt8], to path: String) throws(SpoolError) {
        try write(bytes, to: path, isSynced: true)
    }

    /// Writes a file beside its place and renames it; without syncing, a power cut may leave it empty or take it away.
    static func write(_ bytes: [UInt8], to path: String, isSynced: Bool) throws(SpoolError) {
        let partial = path + partialSuffix
        unlink(partial)
        let descriptor = open(partial, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw SpoolError(errno, doing: "write", partial) }
        do throws(SpoolError) {
            do throws(SpoolError) {
                try writeAll(bytes, to: descriptor, partial)
                guard !isSynced || fsync(descriptor) == 0 else { throw SpoolError(errno, doing: "sync", partial) }
            } catch {
                close(descriptor)
                throw error
            }
            guard close(descriptor) == 0 else { throw SpoolError(errno, doing: "close", partial) }
            guard rename(partial, path) == 0 else { throw SpoolError(errno, doing: "rename into place", partial) }
        } catch {
            unlink(partial)
            throw error
        }
        if isSynced { try syncFolder(of: path) }
    }

    /// Reads a whole regular file.
    ///
    /// - Parameters:
    ///   - path: which.
    ///   - limit: bytes above which it is refused unread.
    /// - Returns: its bytes.
    /// - Throws: `SpoolError`; `damaged` above the limit and for anything that is not a regular file.
    public static func read(_ path: String, limit: Int) throws(SpoolError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw SpoolError(errno, doing: "read", path) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw SpoolError(errno, doing: "read", path) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw SpoolError(code: .damaged, message: "cannot read '\(path)': it is not a regular file")
        }
        guard status.st_size <= limit else {
            throw SpoolError(code: .damaged, message: "cannot read '\(path)': it has more than \(limit) bytes")
        }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        var filled = 0
        while filled < bytes.count {
            let count = bytes[filled...].withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw SpoolError(errno, doing: "read", path) }
            if count == 0 { break }
            filled += count
        }
        return Array(bytes[..<filled])
    }

    private static func writeAll(_ bytes: [UInt8], to descriptor: Int32, _ path: String) throws(SpoolError) {
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw SpoolError(count == 0 ? ENOSPC : errno, doing: "write", path) }
            written += count
        }
    }

    private static func syncFolder(of path: String) throws(SpoolError) {
        let folder = path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[..<$0]) } ?? "."
        let descriptor = open(folder.isEmpty ? "/" : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SpoolError(errno, doing: "sync", folder) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw SpoolError(errno, doing: "sync", folder) }
    }
}
