import Foundation
import Glibc
import ProcessTestSupport
import Synchronization

/// A PostgreSQL server of the tests' own: Debian's programs, a temporary folder, a free port of this machine.
///
/// One a process, started when first asked for and gone with the process, however that ends. Durability is off: what is
/// tested is the store, not the server. Its locale is not C, so that an order left to the database shows.
public final class PostgreSQLTestServer: Sendable {
    /// The server; nil where PostgreSQL is not installed, which is said once.
    public static let shared: PostgreSQLTestServer? = {
        guard let binaries = installedBinaries() else {
            print("skipped: PostgreSQL is not installed; apt-get install postgresql-15")
            return nil
        }
        do {
            return try PostgreSQLTestServer(binaries: binaries)
        } catch {
            print("skipped: PostgreSQL does not start: \(error)")
            return nil
        }
    }()

    /// The port it listens on.
    public let port: Int
    private let binaries: String
    private let user: String
    private let count = Atomic(0)

    private struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    private static func installedBinaries() -> String? {
        let root = "/usr/lib/postgresql"
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        return versions.compactMap { Int($0) }.filter { $0 >= 15 }.sorted().reversed()
            .map { "\(root)/\($0)/bin" }
            .first { FileManager.default.isExecutableFile(atPath: $0 + "/initdb") }
    }

    private init(binaries: String) throws {
        self.binaries = binaries
        port = try Self.freePort()
        // PostgreSQL refuses root.
        user = getuid() == 0 ? (getpwnam("postgres") == nil ? "nobody" : "postgres") : ""
        var template = Array("/tmp/edgeprof-postgresql-XXXXXX".utf8CString)
        guard let path = mkdtemp(&template) else { throw Failure(description: "no temporary folder") }
        let folder = String(cString: path)
        if let entry = user.isEmpty ? nil : getpwnam(user)?.pointee { chown(folder, entry.pw_uid, entry.pw_gid) }
        // The shell's standard input ends with this process, and the server with the shell.
        let script = """
            cd \(folder) || exit 1
            \(binaries)/initdb -D \(folder)/data -A trust -U edgeprof -E UTF8 --no-sync --locale=C.UTF-8 \
              --locale-provider=icu --icu-locale=en-US >\(folder)/initdb.log 2>&1 || exit 1
            \(binaries)/postgres -D \(folder)/data -p \(port) -c listen_addresses=127.0.0.1 \
              -c unix_socket_directories=\(folder) -c fsync=off -c full_page_writes=off -c max_connections=400 \
              -c shared_buffers=64MB >\(folder)/postgres.log 2>&1 &
            server=$!
            read -r line
            kill -INT $server
            wait $server
            rm -rf \(folder)/*
            rmdir \(folder) 2>/dev/null
            """
        let group = user == "nobody" ? "nogroup" : user
        let command =
            (user.isEmpty ? [] : ["/usr/bin/setpriv", "--reuid=\(user)", "--regid=\(group)", "--clear-groups"])
            + ["/bin/sh", "-c", script]
        let pipe = Pipe()
        let shell = try TestProcess(command[0], Array(command.dropFirst()), input: .pipe(pipe))
        // Never closed here: the end of the process closes it.
        Self.keepOpen(pipe)
        let deadline = Date(timeIntervalSinceNow: 60)
        while run("psql", ["-d", "postgres", "-c", "SELECT 1"]) != 0 {
            guard Date() < deadline, shell.isRunning else {
                let log = try? String(contentsOfFile: folder + "/postgres.log", encoding: .utf8)
                throw Failure(description: "see \(folder): \(log ?? "")")
            }
            Thread.sleep(forTimeInterval: 0.1)
        }
    }

    /// Makes a new, empty database and returns the URL it is reached at.
    public func makeDatabase() throws -> String {
        let name = "test_\(getpid())_\(count.add(1, ordering: .relaxed).newValue)"
        guard run("psql", ["-q", "-d", "postgres", "-c", "CREATE DATABASE \(name)"]) == 0 else {
            throw Failure(description: "cannot create \(name)")
        }
        return url(of: name)
    }

    /// The URL of a database.
    public func url(of database: String) -> String { "postgres://edgeprof@127.0.0.1:\(port)/\(database)" }

    /// Ends every connection to a database, as a restart of the server would.
    public func terminateConnections(to url: String) {
        let name = url.split(separator: "/").last.map(String.init) ?? ""
        _ = run(
            "psql",
            [
                "-d", "postgres", "-c",
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '\(name)'",
            ]
        )
    }

    /// Runs statements in a database, past the store.
    ///
    /// - Returns: Whether they succeeded.
    @discardableResult
    public func execute(_ sql: String, in url: String) -> Bool {
        run("psql", ["-q", "-v", "ON_ERROR_STOP=1", "-d", url, "-c", sql]) == 0
    }

    private func run(_ program: String, _ arguments: [String]) -> Int32 {
        let process = try? TestProcess(
            "\(binaries)/\(program)",
            ["-X", "-h", "127.0.0.1", "-p", "\(port)", "-U", "edgeprof"] + arguments,
            errors: .null
        )
        return process?.wait() ?? -1
    }

    private static let pipes = Mutex<[Pipe]>([])

    private static func keepOpen(_ pipe: Pipe) { pipes.withLock { $0.append(pipe) } }

    private static func freePort() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw Failure(description: "no socket") }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let port = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address -> Int in
                guard bind(descriptor, address, length) == 0, getsockname(descriptor, address, &length) == 0 else {
                    return 0
                }
                return 1
            }
        }
        guard port == 1 else { throw Failure(description: "no free port") }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}
