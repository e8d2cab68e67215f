internal import Glibc

/// An open file that is closed when its last owner goes.
final class FileDescriptor: Sendable {
    let number: Int32

    init(_ number: Int32) {
        self.number = number
    }

    deinit {
        close(number)
    }

    /// A pipe, both ends closed on exec.
    static func pipe() -> (reader: FileDescriptor, writer: FileDescriptor)? {
        var ends: [Int32] = [-1, -1]
        guard Glibc.pipe(&ends) == 0 else { return nil }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (FileDescriptor(ends[0]), FileDescriptor(ends[1]))
    }

    /// The same open file under a number of at least `least`, closed on exec; nil when the process has no number left.
    func duplicate(atLeast least: Int32) -> FileDescriptor? {
        let number = fcntl(self.number, F_DUPFD_CLOEXEC, least)
        return number >= 0 ? FileDescriptor(number) : nil
    }
}

/// What the system says about an error number.
func systemMessage(_ code: Int32) -> String {
    String(cString: strerror(code))
}
