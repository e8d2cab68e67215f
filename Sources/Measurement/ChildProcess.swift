internal import Glibc

/// How to start a measuring process.
struct ChildCommand {
    /// The program.
    var executable: String
    /// Its arguments, without the program's own name.
    var arguments: [String] = []
    /// Its whole environment, as `NAME=value`.
    var environment: [String] = []
    /// Files it inherits: the first under number 4, the next under 5 …; 3 is the pipe its record goes to.
    var files: [FileDescriptor] = []
    /// When it is killed, nanoseconds from its start.
    var timeoutNanoseconds: UInt64
    /// Bytes of its record that are kept; one byte more ends it.
    var outputLimit: Int
    /// How long it may tidy up after SIGTERM when it is cancelled, before it is killed.
    var graceNanoseconds: UInt64 = 0
}

/// How a measuring process ended.
struct ChildResult: Hashable {
    /// What the kernel says.
    enum Status: Hashable {
        /// It returned this code.
        case exited(Int32)
        /// It died of this signal.
        case signaled(Int32)
        /// Nobody can say: another part of this program reaped it.
        case unknown
    }

    /// What the kernel says.
    var status: Status
    /// Whether it was stopped at some time, or continued, which shows that it had been.
    var wasStopped = false
    /// Whether it was killed for taking too long.
    var timedOut = false
    /// Whether it was killed for writing too much.
    var wroteTooMuch = false
    /// What it wrote to the record's pipe.
    var output: [UInt8] = []
    /// The beginning of what it wrote to standard error.
    var diagnostics = ""
}

/// A running child in a process group of its own.
struct ChildProcess {
    /// The record's descriptor in the child.
    static let recordDescriptor: Int32 = 3
    /// Where `ChildCommand.files` begin in the child.
    static let firstFile: Int32 = 4

    private static let pollMilliseconds: Int32 = 200
    private static let diagnosticsLimit = 4096

    private let pid: pid_t
    private let output: FileDescriptor
    private let errors: FileDescriptor
    private var command: ChildCommand

    /// Starts the child.
    ///
    /// - Throws: `noHelper` when it cannot be started.
    init(_ command: ChildCommand) throws(MeasurementError) {
        guard let output = FileDescriptor.pipe(), let errors = FileDescriptor.pipe() else {
            throw MeasurementError(.noHelper, "cannot make a pipe: \(systemMessage(errno))")
        }
        self.command = command
        // The child has its own; kept here they would keep a lock alive.
        self.command.files = []
        self.output = output.reader
        self.errors = errors.reader
        var pid = pid_t()
        let code = Self.spawn(command, output: output.writer, errors: errors.writer, pid: &pid)
        guard code == 0 else {
            throw MeasurementError(.noHelper, "cannot start \(command.executable): \(systemMessage(code))")
        }
        self.pid = pid
    }

    private static func spawn(
        _ command: ChildCommand,
        output: FileDescriptor,
        errors: FileDescriptor,
        pid: inout pid_t
    ) -> Int32 {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        // Sources are moved out of the way first: a target number may be another file's source.
        var sources: [FileDescriptor] = []
        var targets: [(file: FileDescriptor, number: Int32)] = [(errors, 2), (output, recordDescriptor)]
        for file in command.files { targets.append((file, Int32(targets.count) + 2)) }
        let clear = firstFile + Int32(clamping: command.files.count)
        for target in targets {
            guard let source = target.file.duplicate(atLeast: clear) else { return EMFILE }
            sources.append(source)
            posix_spawn_file_actions_adddup2(&actions, source.number, target.number)
        }
        for number in inheritable() where number >= clear {
            posix_spawn_file_actions_addclose(&actions, number)
        }

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // A group of its own: a terminal's Ctrl-C reaches the parent alone, and a kill reaches whatever the child started.
        posix_spawnattr_setpgroup(&attributes, 0)
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(
            &attributes,
            Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF)
        )
        // The actions hold numbers only: without this the sources may be closed before the child has them.
        return withExtendedLifetime(sources) {
            withCStrings([command.executable] + command.arguments) { arguments in
                withCStrings(command.environment) { environment in
                    posix_spawn(&pid, command.executable, &actions, &attributes, arguments, environment)
                }
            }
        }
    }

    /// Numbers of open files that a child would inherit.
    private static func inheritable() -> [Int32] {
        guard let folder = opendir("/proc/self/fd") else { return [] }
        defer { closedir(folder) }
        var numbers: [Int32] = []
        while let entry = readdir(folder) {
            let offset = MemoryLayout<dirent>.offset(of: \dirent.d_name) ?? 0
            let name = String(cString: (UnsafeRawPointer(entry) + offset).assumingMemoryBound(to: CChar.self))
            guard let number = Int32(name) else { continue }
            let flags = fcntl(number, F_GETFD, 0)
            if flags >= 0, flags & FD_CLOEXEC == 0 { numbers.append(number) }
        }
        return numbers
    }

    /// Calls `body` with a null-terminated array of C strings.
    private static func withCStrings<Result>(
        _ strings: [String],
        _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
    ) -> Result {
        let pointers = strings.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        return pointers.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { preconditionFailure("the array holds at least its nil") }
            return body(base)
        }
    }

    /// Reads the child's record while it runs, and reaps it; kills it when it takes too long or writes too much.
    ///
    /// - Parameters:
    ///   - cancellation: kills it as well.
    ///   - onDiagnostics: called with all of the diagnostics so far, after each look at them while the child runs.
    /// - Returns: how it ended.
    /// - Throws: `cancelled`, after the child has been reaped.
    func wait(
        cancellation: MeasurementCancellation,
        onDiagnostics: ([UInt8]) -> Void = { _ in }
    ) throws(MeasurementError) -> ChildResult {
        var result = ChildResult(status: .unknown)
        var record = Drain(output.number, limit: command.outputLimit)
        var diagnostics = Drain(errors.number, limit: Self.diagnosticsLimit)
        let began = Self.now()
        var ended = false
        while !ended {
            let waited = Self.now() &- began
            if cancellation.isCancelled {
                askToEnd()
                _ = end()
                throw .cancelled
            }
            result.timedOut = waited >= command.timeoutNanoseconds
            result.wroteTooMuch = record.overflowed
            if result.timedOut || result.wroteTooMuch {
                result.status = end()
                break
            }
            let left = Int32(clamping: (command.timeoutNanoseconds - waited) / 1_000_000 + 1)
            Drain.poll(&record, &diagnostics, milliseconds: min(left, Self.pollMilliseconds))
            onDiagnostics(diagnostics.bytes)
            if wasStoppedOrContinued() { result.wasStopped = true }
            // Looked at apart from the pipes: a child may close them and hang, or end and leave them open in a child of its own.
            if hasEnded() {
                result.status = end()
                ended = true
            }
        }
        record.takeRest()
        diagnostics.takeRest()
        result.wroteTooMuch = record.overflowed
        result.output = record.bytes
        result.diagnostics = String(decoding: diagnostics.bytes, as: UTF8.self)
        return result
    }

    /// Whether the child was stopped or continued since this was last asked.
    ///
    /// Both: of a stop shorter than the time between two looks only the continuing is left to see. Only a stopped process continues, so a
    /// stray SIGCONT shows nothing. Source: waitid(2); `prepare_signal` of Linux.
    private func wasStoppedOrContinued() -> Bool {
        var wasStopped = false
        while true {
            var information = siginfo_t()
            guard waitid(P_PID, id_t(pid), &information, WSTOPPED | WCONTINUED | WNOHANG) == 0 else {
                if errno == EINTR { continue }
                return wasStopped
            }
            guard information.si_signo == SIGCHLD else { return wasStopped }
            wasStopped = true
        }
    }

    /// Whether the child has ended, leaving it unreaped so that its number stays its own.
    private func hasEnded() -> Bool {
        var information = siginfo_t()
        let code = waitid(P_PID, id_t(pid), &information, WEXITED | WNOHANG | WNOWAIT)
        return code == 0 ? information.si_signo == SIGCHLD : errno != EINTR
    }

    /// Sends SIGTERM and waits for as long as the child may take to end by itself.
    private func askToEnd() {
        guard command.graceNanoseconds > 0 else { return }
        let deadline = Self.now() &+ command.graceNanoseconds
        kill(pid, SIGTERM)
        while !hasEnded(), Self.now() < deadline { usleep(10_000) }
    }

    /// Kills what is left of the child's group and reaps the child.
    private func end() -> ChildResult.Status {
        killpg(pid, SIGKILL)
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0 {
            if errno != EINTR { return .unknown }
        }
        let signal = status & 0x7f
        return signal == 0 ? .exited(status >> 8 & 0xff) : .signaled(signal)
    }

    private static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
