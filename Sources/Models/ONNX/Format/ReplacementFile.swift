import Glibc

/// A temporary file that takes another's place once it is complete.
struct ReplacementFile {
    private let path: String
    private let temporaryPath: String
    private let folder: String
    private var descriptor: Int32

    init(path: String) throws(ONNXError) {
        var status = stat()
        if stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
            throw ONNXError(.cannotWrite, "\(ONNXError.quoted(path)): is not a file; give a file's path")
        }
        self.path = path
        folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "./"
        temporaryPath = "\(folder).edgeprof-\(getpid())-\(UInt64.random(in: 0...UInt64.max)).tmp"
        descriptor = open(temporaryPath, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw failure("cannot be written", errno) }
    }

    mutating func write(_ bytes: UnsafeRawBufferPointer) throws(ONNXError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure("could not be written whole", errno) }
            rest = rest.dropFirst(count)
        }
    }

    /// Puts the file in place, on the disk before its name is.
    mutating func finish() throws(ONNXError) {
        guard fsync(descriptor) == 0 else { throw failure("could not be written whole", errno) }
        let closed = close(descriptor)
        descriptor = -1
        guard closed == 0 else { throw failure("could not be written whole", errno) }
        guard rename(temporaryPath, path) == 0 else { throw failure("cannot take its name", errno) }
        let directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { return }
        // Only a crash of the machine could undo the rename now; some file systems refuse this call.
        _ = fsync(directory)
        close(directory)
    }

    /// Removes what was written.
    mutating func discard() {
        if descriptor >= 0 { close(descriptor) }
        descriptor = -1
        unlink(temporaryPath)
    }

    private func failure(_ what: String, _ number: Int32) -> ONNXError {
        let remedy =
            number == ENOSPC || number == EDQUOT ? "make room on the disk" : "check the folder and its permissions"
        return ONNXError(.cannotWrite, "\(ONNXError.quoted(path)): \(what): \(systemMessage(number)); \(remedy)")
    }
}
