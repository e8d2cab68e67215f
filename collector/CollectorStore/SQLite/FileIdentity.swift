import Glibc

/// Tells a file from another one that has come to its path.
struct FileIdentity: Sendable, Equatable {
    let path: String
    private let device: UInt
    private let number: UInt

    /// The file at a path now; nil where there is none.
    init?(of path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        self.path = path
        (device, number) = (UInt(status.st_dev), UInt(status.st_ino))
    }

    /// - Throws: `StoreError` when the path names another file or none: what is written to the open one would be gone with the
    ///   process (https://www.sqlite.org/howtocorrupt.html section 2.2).
    func requireInPlace() throws {
        guard FileIdentity(of: path) != self else { return }
        throw StoreError(
            .unwritable,
            "\(path) was moved, deleted or replaced while in use; stop the collector, put the store back and start it again"
        )
    }
}
