import Glibc

/// The folder a store lives in: `collector.sqlite` with SQLite's companions, and the lock of the process that serves it.
public struct StoreDirectory: Sendable {
    /// The folder.
    public let path: String
    /// The database file in it.
    public var databasePath: String { path + "/collector.sqlite" }

    /// Names a folder; nothing is touched.
    public init(path: String) {
        self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    }

    /// Whether a store is there.
    ///
    /// - Throws: `StoreError` when the folder cannot be looked into.
    public func holdsStore() throws -> Bool {
        var status = stat()
        if stat(databasePath, &status) == 0 { return true }
        if errno == ENOENT { return false }
        throw unusable("cannot look into")
    }

    /// - Throws: `StoreError` with code `notInitialized` where there is no store, `unwritable` where it is read-only.
    func requireStore() throws {
        guard try holdsStore() else {
            throw StoreError(
                .notInitialized,
                "\(path) holds no store; run `edgeprof-collector init --data-dir \(path)` first"
            )
        }
        // SQLite would open such a file for reading and fail only at the first write.
        guard access(databasePath, W_OK) == 0 else {
            let cause = String(cString: strerror(errno))
            throw StoreError(.unwritable, "\(databasePath) cannot be written; check its owner and mode", cause: cause)
        }
    }

    /// Makes the folder, and its parents where missing, and keeps it to its owner.
    func make() throws {
        try makeParents()
        if mkdir(path, 0o700) != 0, errno != EEXIST { throw unusable("cannot make") }
        var status = stat()
        guard stat(path, &status) == 0 else { throw unusable("cannot look into") }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw StoreError(.unwritable, "\(path) is not a directory; choose another with --data-dir")
        }
        guard chmod(path, 0o700) == 0 else { throw unusable("cannot set the mode of") }
        guard access(path, W_OK | X_OK) == 0 else { throw unusable("cannot write to") }
    }

    private func makeParents() throws {
        var parent = path.hasPrefix("/") ? "/" : ""
        for component in path.split(separator: "/").dropLast() {
            parent += component + "/"
            if mkdir(parent, 0o755) != 0, errno != EEXIST { throw unusable("cannot make") }
        }
    }

    /// Takes the sole right to serve this store; it is given back when the process ends, however it ends.
    ///
    /// - Returns: A lock to be kept while serving.
    /// - Throws: `StoreError` with code `locked` when another process serves the store, `notInitialized` when there is
    ///   none.
    public func lockForServing() throws -> ServingLock {
        try requireStore()
        let descriptor = open(path + "/serving.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw unusable("cannot write to") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let cause = errno
            close(descriptor)
            if cause == EWOULDBLOCK {
                throw StoreError(
                    .locked,
                    "another edgeprof-collector serves \(path); stop it, or choose another --data-dir"
                )
            }
            throw StoreError(.failed, "cannot lock \(path)", cause: String(cString: strerror(cause)))
        }
        return ServingLock(descriptor: descriptor)
    }

    private func unusable(_ what: String) -> StoreError {
        let cause = String(cString: strerror(errno))
        return StoreError(
            .unwritable,
            "\(what) the data directory \(path); choose another with --data-dir",
            cause: cause
        )
    }
}

/// The sole right to serve a store, held until released or until the process ends.
public final class ServingLock: Sendable {
    private let descriptor: Int32

    init(descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }
}
