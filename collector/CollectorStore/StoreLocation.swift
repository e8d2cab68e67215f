import Glibc

/// Where a store is: a folder with a SQLite file, or a PostgreSQL database.
public enum StoreLocation: Sendable, CustomStringConvertible {
    /// A folder.
    case directory(StoreDirectory)
    /// A database.
    case postgresql(PostgreSQLLocation)

    /// Reads what a command line says: `postgres://…`, `@FILE` that holds such a URL, or a folder.
    ///
    /// - Throws: `StoreError` when it cannot be understood, when a URL with a password stands on the command line, where
    ///   every user of the machine can read it, or when others can read the file.
    public init(argument text: String) throws {
        if text.hasPrefix("@") {
            let path = String(text.dropFirst())
            self = .postgresql(try PostgreSQLLocation(url: Self.secret(in: path)))
        } else if PostgreSQLLocation.isURL(text) {
            let location = try PostgreSQLLocation(url: text)
            guard !location.holdsPassword else {
                throw StoreError(
                    .failed,
                    "a password on a command line can be read by others: put the URL into a file of mode 0600 and pass "
                        + "--store @FILE, or the password into PGPASSFILE"
                )
            }
            self = .postgresql(location)
        } else {
            self = .directory(StoreDirectory(path: text))
        }
    }

    /// The folder, or host and database; never a password.
    public var description: String {
        switch self {
        case .directory(let directory): directory.path
        case .postgresql(let location): location.description
        }
    }

    /// The first line of a file that is its owner's alone.
    private static func secret(in path: String) throws -> String {
        func unusable(_ why: String) -> StoreError { StoreError(.failed, "cannot read \(path)", cause: why) }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unusable(String(cString: strerror(errno))) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw unusable("it is not a file")
        }
        guard status.st_mode & 0o077 == 0 else {
            throw StoreError(.failed, "\(path) can be read by others; run chmod 600 \(path)")
        }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = read(descriptor, &bytes, bytes.count)
        guard count > 0 else { throw unusable("it is empty") }
        let line = bytes.prefix(count).split(separator: UInt8(ascii: "\n")).first ?? []
        return String(decoding: line, as: UTF8.self)
    }
}
