internal import Glibc

/// Fetched models on the disk: `SHA256.onnx`, whole and verified, and `SHA256.onnx.part`, begun.
///
/// All of them together stay under a limit, whatever a collector sends: room is made before bytes are written, by deleting what
/// was unused for longest.
struct ModelCache: Sendable {
    /// Bytes of a disk that models leave to others; a twentieth of a small one.
    private static let spareBytes: UInt64 = 64 << 20

    let folder: String
    let limitBytes: UInt64

    func path(_ sha256: String) -> String { "\(folder)/\(sha256).onnx" }
    func partPath(_ sha256: String) -> String { path(sha256) + ".part" }

    /// Makes the folder, for the agent's user alone.
    func makeFolder() throws(ModelTrouble) {
        guard mkdir(folder, 0o700) == 0 || errno == EEXIST else { throw .system(errno, doing: "make", folder) }
    }

    /// The file of a model, marked as used last; nil when it is not there.
    func use(_ sha256: String) -> String? {
        let path = path(sha256)
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        utimensat(AT_FDCWD, path, nil, 0)
        return path
    }

    /// Makes room for a part that will have so many bytes.
    ///
    /// - Parameters:
    ///   - bytes: Its length when it is whole, or as far as it is known to go.
    ///   - sha256: The model; its part is not deleted.
    /// - Throws: `refused` when it fits neither the limit nor the disk, even alone.
    func makeRoom(for bytes: UInt64, of sha256: String) throws(ModelTrouble) {
        guard bytes <= limitBytes else { throw tooLarge(bytes) }
        let part = partPath(sha256)
        var others = files().filter { $0.path != part }
        var taken = others.reduce(0) { $0 &+ $1.bytes }
        var status = stat()
        let there = lstat(part, &status) == 0 ? Self.bytes(status) : 0
        let missing = bytes > there ? bytes - there : 0
        // A model that does not fit even alone costs no other its place.
        if missing > 0, try freeBytes() &+ taken < missing { throw noRoom(missing) }
        while taken > limitBytes - bytes, let oldest = others.popLast() {
            guard unlink(oldest.path) == 0 else { continue }
            taken -= oldest.bytes
        }
        guard taken <= limitBytes - bytes else {
            throw ModelTrouble(.box, "old models in '\(folder)' cannot be deleted")
        }
        while try freeBytes() < missing {
            guard let oldest = others.popLast() else { throw noRoom(missing) }
            unlink(oldest.path)
        }
    }

    private func noRoom(_ missing: UInt64) -> ModelTrouble {
        ModelTrouble(
            .refused,
            "no room for the model on this box's disk: \(missing) more bytes are needed in '\(folder)', which "
                + "leaves others \(Self.spareBytes >> 20) MiB; free some and ask again"
        )
    }

    /// Deletes what a lowered limit leaves no room for.
    func trim() {
        // Of no model: nothing is kept.
        try? makeRoom(for: 0, of: "")
    }

    /// What a model over the limit is refused with; nil bytes where what came was longer than that, or than told.
    func tooLarge(_ bytes: UInt64?) -> ModelTrouble {
        let what = bytes.map { "has \($0) bytes" } ?? "is longer than the collector says, or than fits"
        return ModelTrouble(
            .refused,
            "the model \(what): this box keeps \(limitBytes) bytes of models (model-cache-limit in agent.conf)"
        )
    }

    /// Bytes of the disk that models may still take.
    private func freeBytes() throws(ModelTrouble) -> UInt64 {
        var status = statvfs()
        guard statvfs(folder, &status) == 0 else { throw .system(errno, doing: "look into", folder) }
        let unit = UInt64(status.f_frsize)
        let (free, all) = (UInt64(status.f_bavail) &* unit, UInt64(status.f_blocks) &* unit)
        let spare = min(Self.spareBytes, all / 20)
        return free > spare ? free - spare : 0
    }

    /// Files of the folder, used last first.
    private func files() -> [(path: String, bytes: UInt64)] {
        var files: [(path: String, bytes: UInt64, used: timespec)] = []
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            let path = "\(folder)/\(name)"
            var status = stat()
            guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { continue }
            files.append((path, Self.bytes(status), status.st_mtim))
        }
        files.sort { ($0.used.tv_sec, $0.used.tv_nsec) > ($1.used.tv_sec, $1.used.tv_nsec) }
        return files.map { ($0.path, $0.bytes) }
    }

    /// What a file takes: its length, or its blocks where they are more.
    private static func bytes(_ status: stat) -> UInt64 {
        let blocks = Int64(status.st_blocks).multipliedReportingOverflow(by: 512).partialValue
        return UInt64(max(0, Int64(status.st_size), blocks))
    }
}
