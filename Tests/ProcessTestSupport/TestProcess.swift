private import CSpawn
public import Foundation
public import Glibc
private import Synchronization

/// A program that a test starts, used like Foundation's `Process`.
///
/// That one copies 256 bytes of every entry of `/proc/self/fd`, also of the last one in a full buffer of `readdir`
/// (swift-corelibs-foundation #5472): with some 1,350 descriptors open, which tests running side by side reach, it reads
/// past the buffer and may end the process.
public final class TestProcess: Sendable {
    /// One of its three standard streams.
    public enum Stream {
        /// That of this process.
        case inherited
        /// `/dev/null`.
        case null
        /// An open file.
        case file(FileHandle)
        /// This end of a pipe; the child's end is closed here once it has started.
        case pipe(Pipe)
    }

    /// Its process id; another process may have it once this one was waited for.
    public let processIdentifier: Int32
    private let reaped = Mutex<Int32?>(nil)

    /// Starts a program, in a process group of its own and with nothing open but its three streams.
    ///
    /// - Parameters:
    ///   - executable: path of the program.
    ///   - arguments: arguments after the program's name.
    ///   - environment: all variables; nil for those of this process.
    ///   - directory: the folder to start in; nil for that of this process.
    ///   - input: standard input.
    ///   - output: standard output.
    ///   - errors: standard error.
    /// - Throws: `POSIXError` where it cannot be started.
    public init(
        _ executable: String,
        _ arguments: [String] = [],
        environment: [String: String]? = nil,
        directory: String? = nil,
        input: Stream = .null,
        output: Stream = .null,
        errors: Stream = .inherited
    ) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (stream, descriptor) in [(input, STDIN_FILENO), (output, STDOUT_FILENO), (errors, STDERR_FILENO)] {
            switch stream {
            case .inherited: break
            case .null: posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
            case .file(let handle): posix_spawn_file_actions_adddup2(&actions, handle.fileDescriptor, descriptor)
            case .pipe(let pipe):
                let end = descriptor == STDIN_FILENO ? pipe.fileHandleForReading : pipe.fileHandleForWriting
                posix_spawn_file_actions_adddup2(&actions, end.fileDescriptor, descriptor)
            }
        }
        cspawn_close_from(&actions, 3)
        if let directory { cspawn_change_directory(&actions, directory) }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // A server in this process may ignore SIGPIPE; the child is not to inherit that.
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigaddset(&signals, SIGPIPE)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(
            &attributes,
            Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF)
        )
        let variables = environment ?? ProcessInfo.processInfo.environment
        var words = ([executable] + arguments).map { strdup($0) } + [nil]
        var assignments = variables.map { strdup("\($0)=\($1)") } + [nil]
        defer { for pointer in words + assignments { free(pointer) } }
        var pid = pid_t()
        let code = posix_spawn(&pid, executable, &actions, &attributes, &words, &assignments)
        guard code == 0 else { throw POSIXError(POSIXErrorCode(rawValue: code) ?? .EIO) }
        processIdentifier = pid
        if case .pipe(let pipe) = input { try? pipe.fileHandleForReading.close() }
        if case .pipe(let pipe) = output { try? pipe.fileHandleForWriting.close() }
        if case .pipe(let pipe) = errors { try? pipe.fileHandleForWriting.close() }
    }

    /// Runs a program to its end.
    ///
    /// - Returns: What it wrote to standard output, and its code as `wait` gives it.
    public static func run(
        _ executable: String,
        _ arguments: [String] = [],
        environment: [String: String]? = nil,
        errors: Stream = .inherited
    ) throws -> (output: Data, code: Int32) {
        let pipe = Pipe()
        let process = try TestProcess(
            executable,
            arguments,
            environment: environment,
            output: .pipe(pipe),
            errors: errors
        )
        let output = try pipe.fileHandleForReading.dataToEnd()
        return (output, process.wait())
    }

    /// Whether it has not ended yet.
    public var isRunning: Bool { reap() == nil }

    /// Sends a signal, unless it has ended.
    public func signal(_ signal: Int32) {
        // Nobody reaps it in between, so the id is still its own.
        reaped.withLock { if $0 == nil { _ = kill(processIdentifier, signal) } }
    }

    /// Sends a signal and waits for its end; the code as `wait` gives it.
    @discardableResult
    public func end(_ signal: Int32 = SIGTERM) -> Int32 {
        self.signal(signal)
        return wait()
    }

    /// Waits for its end.
    ///
    /// - Returns: The exit code; the signal's number negated where one ended it.
    @discardableResult
    public func wait() -> Int32 {
        while true {
            if let code = reap() { return code }
            var information = siginfo_t()
            _ = waitid(P_PID, id_t(processIdentifier), &information, WEXITED | WNOWAIT)
        }
    }

    private func reap() -> Int32? {
        reaped.withLock { code in
            guard code == nil else { return code }
            var status: Int32 = 0
            guard waitpid(processIdentifier, &status, WNOHANG) == processIdentifier else { return nil }
            let signal = status & 0x7f
            code = signal == 0 ? status >> 8 & 0xff : -signal
            return code
        }
    }
}
