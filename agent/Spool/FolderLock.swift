internal import Glibc

/// Keeps other processes out of a folder for as long as it lives; the kernel lets go of it when the process ends.
final class FolderLock: Sendable {
    private let descriptor: Int32

    init(_ folder: String) throws(SpoolError) {
        let path = folder + "/lock"
        // Not inherited by child processes, which would hold the lock on after this process has gone.
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw SpoolError(errno, doing: "write", path) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let number = errno
            close(descriptor)
            guard number == EWOULDBLOCK else { throw SpoolError(number, doing: "lock", path) }
            throw SpoolError(code: .inUse, message: "'\(folder)' is in use by another process")
        }
        // Last: deinit, which closes too, runs for an initializer that throws once everything is set.
        self.descriptor = descriptor
    }

    deinit {
        // Closing alone would leave the lock to a child process between its fork and its exec.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }
}
