internal import Glibc

/// A folder's files.
enum Folder {
    /// Makes a folder for this user alone unless it is there.
    static func make(_ path: String) throws(SpoolError) {
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw SpoolError(errno, doing: "make", path) }
        var status = stat()
        guard stat(path, &status) == 0 else { throw SpoolError(errno, doing: "open", path) }
        guard status.st_mode & S_IFMT == S_IFDIR else { throw SpoolError(ENOTDIR, doing: "use", path) }
    }

    /// Hands on each name in a folder, in no order, without `.` and `..`.
    static func forEachName(_ path: String, _ body: (String) throws(SpoolError) -> Void) throws(SpoolError) {
        guard let folder = opendir(path) else { throw SpoolError(errno, doing: "list", path) }
        defer { closedir(folder) }
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { try body(name) }
        }
    }

    /// Names in a folder, sorted, without `.` and `..`.
    static func names(_ path: String) throws(SpoolError) -> [String] {
        var names: [String] = []
        try forEachName(path) { names.append($0) }
        return names.sorted()
    }

    /// Bytes of the file system's smallest unit of room.
    static func blockBytes(_ path: String) throws(SpoolError) -> UInt64 {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { throw SpoolError(errno, doing: "open", path) }
        // Some report an ideal transfer size of megabytes here; no file system hands out less than this.
        return min(max(UInt64(status.f_frsize), 512), 1 << 20)
    }

    /// What a file of so many bytes takes: whole blocks.
    static func footprint(_ bytes: UInt64, blockBytes: UInt64) -> UInt64 {
        let (sum, overflow) = bytes.addingReportingOverflow(blockBytes - 1)
        return overflow ? .max : sum / blockBytes * blockBytes
    }

    /// What a file takes now, bytes; 0 for one that cannot be asked.
    static func allocatedBytes(_ path: String) -> UInt64 {
        var status = stat()
        guard lstat(path, &status) == 0 else { return 0 }
        return UInt64(max(0, status.st_size, Int(status.st_blocks).multipliedReportingOverflow(by: 512).partialValue))
    }
}
