internal import Glibc

/// The host-wide lock: one measurement at a time, whoever asks.
///
/// An advisory `flock` on a file in each folder of `folders` that has one or lets one be made. All are taken, in that order:
/// a user who may not write the first folder still meets everybody else in the second. The files stay; what counts is the lock,
/// which the kernel drops with the last holder of the open file, the measuring child included.
final class MeasurementLock: Sendable {
    /// Where the lock files are, unless told otherwise.
    static let folders = ["/run/lock", "/tmp"]
    private static let fileName = "edgeprof-measure.lock"
    private static let pollMicroseconds: UInt32 = 100_000

    /// The open, locked files.
    let files: [FileDescriptor]

    /// Takes the lock, waiting while another holds it.
    ///
    /// - Parameters:
    ///   - folders: where the lock files are.
    ///   - cancellation: ends the wait.
    ///   - onWait: called once if there is a wait.
    /// - Throws: `noLock` when no folder has a lock file that can be used; `cancelled`.
    init(
        folders: [String] = folders,
        cancellation: MeasurementCancellation,
        onWait: () -> Void
    ) throws(MeasurementError) {
        var problems: [String] = []
        var files: [FileDescriptor] = []
        for folder in folders {
            do throws(LockFileProblem) {
                files.append(try Self.open(folder + "/" + Self.fileName))
            } catch {
                problems.append(error.text)
            }
        }
        guard !files.isEmpty else {
            throw MeasurementError(
                .noLock,
                "cannot lock this host for a measurement: " + problems.joined(separator: "; ")
            )
        }
        var hasWaited = false
        for file in files {
            while flock(file.number, LOCK_EX | LOCK_NB) != 0 {
                let code = errno
                guard code == EWOULDBLOCK || code == EINTR else {
                    throw MeasurementError(
                        .noLock,
                        "cannot lock this host for a measurement: \(systemMessage(code)); a local file system is needed"
                    )
                }
                if cancellation.isCancelled { throw .cancelled }
                if !hasWaited { onWait() }
                hasWaited = true
                usleep(Self.pollMicroseconds)
            }
        }
        self.files = files
    }

    /// Opens a lock file, making it if need be.
    ///
    /// Anybody may plant something under the name in a world-writable folder. So links are not followed, opening never blocks
    /// (a FIFO), nothing is ever written, and only a regular file will do. Reading suffices for `flock`; opening without
    /// O_CREAT first keeps clear of `fs.protected_regular`, which forbids it for another user's file.
    private static func open(_ path: String) throws(LockFileProblem) -> FileDescriptor {
        let flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY
        // Twice, for another process may make the file between the two attempts to open it.
        for _ in 0..<2 {
            var number = Glibc.open(path, flags)
            if number < 0, errno == ENOENT {
                number = Glibc.open(path, flags | O_CREAT | O_EXCL, 0o666)
                // Past the umask: everybody must be able to lock it. 0444 would do, but for NFS, which wants it writable.
                if number >= 0 { fchmod(number, 0o666) }
                if number < 0, errno == EEXIST { continue }
            }
            guard number >= 0 else {
                let code = errno
                throw LockFileProblem(text: "\(path): \(code == ELOOP ? "is a symbolic link" : systemMessage(code))")
            }
            let file = FileDescriptor(number)
            var status = stat()
            guard fstat(number, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
                throw LockFileProblem(text: "\(path): is not a regular file; remove it")
            }
            return file
        }
        throw LockFileProblem(text: "\(path): comes and goes")
    }

    private struct LockFileProblem: Error {
        var text: String
    }
}
