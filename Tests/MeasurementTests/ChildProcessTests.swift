import Glibc
import Testing

@testable import Measurement

@Suite struct ChildProcessTests {
    private func run(
        _ script: String,
        files: [FileDescriptor] = [],
        seconds: Double = 20,
        limit: Int = 1 << 20,
        cancellation: MeasurementCancellation = MeasurementCancellation()
    ) throws -> ChildResult {
        let child = try ChildProcess(
            ChildCommand(
                executable: "/bin/sh",
                arguments: ["-c", script],
                environment: ["PATH=/usr/bin:/bin", "EXAMPLE=1"],
                files: files,
                timeoutNanoseconds: UInt64(seconds * 1e9),
                outputLimit: limit
            )
        )
        return try child.wait(cancellation: cancellation)
    }

    @Test func recordAndDiagnosticsArrive() throws {
        let result = try run("printf record >&3; echo trouble >&2; echo lost; exit 7")
        #expect(result.status == .exited(7))
        #expect(result.output == Array("record".utf8))
        #expect(result.diagnostics == "trouble\n")
        #expect(!result.timedOut && !result.wroteTooMuch)
    }

    @Test func moreThanAPipeHoldsArrives() throws {
        let result = try run("head -c 900000 /dev/zero >&3")
        #expect(result.status == .exited(0))
        #expect(result.output.count == 900_000)
    }

    @Test func signalsAreTold() throws {
        #expect(try run("kill -SEGV $$").status == .signaled(SIGSEGV))
        #expect(try run("kill -KILL $$").status == .signaled(SIGKILL))
    }

    @Test func aHangingChildIsKilled() throws {
        let result = try run("echo begun >&3; trap '' TERM INT; sleep 100", seconds: 0.4)
        #expect(result.timedOut)
        #expect(result.status == .signaled(SIGKILL))
        #expect(result.output == Array("begun\n".utf8))
    }

    @Test func beingStoppedIsSeen() throws {
        #expect(try run("sleep 1.2").wasStopped == false)
        // A stray continue stops nobody.
        #expect(try run("kill -CONT $$; sleep 0.5").wasStopped == false)
        #expect(try run("(sleep 0.7; kill -CONT $$) & kill -STOP $$; sleep 0.5").wasStopped)
        // Stopped and continued between two looks.
        #expect(try run("(sleep 0.05; kill -CONT $$) & kill -STOP $$; sleep 0.5").wasStopped)
    }

    @Test func aStoppedChildIsKilledInTime() throws {
        let result = try run("kill -STOP $$", seconds: 0.6)
        #expect(result.timedOut && result.wasStopped && result.status == .signaled(SIGKILL))
    }

    @Test func aChildThatClosesItsPipesAndHangsIsKilled() throws {
        let result = try run("exec 3>&- 2>&-; sleep 100", seconds: 0.4)
        #expect(result.timedOut)
    }

    @Test func aDescendantDoesNotHoldUpTheEnd() throws {
        var began = timespec()
        clock_gettime(CLOCK_MONOTONIC, &began)
        let result = try run("sleep 100 & echo $! >&3; exit 5")
        var ended = timespec()
        clock_gettime(CLOCK_MONOTONIC, &ended)
        #expect(result.status == .exited(5))
        #expect(ended.tv_sec - began.tv_sec < 20)
        // The descendant was in the child's process group and went with it.
        let pid = try #require(Int32(String(decoding: result.output.dropLast(), as: UTF8.self)))
        var isGone = false
        for _ in 0..<100 where !isGone {
            isGone = kill(pid, 0) != 0 || isZombie(pid)
            usleep(20_000)
        }
        #expect(isGone)
    }

    @Test func endlessOutputIsCutOff() throws {
        let result = try run("cat /dev/zero >&3", limit: 100_000)
        #expect(result.wroteTooMuch)
        #expect(result.status == .signaled(SIGKILL))
        #expect(result.output.count == 100_000)
    }

    @Test func endlessDiagnosticsDoNotBlockTheChild() throws {
        let result = try run("head -c 3000000 /dev/zero | tr '\\0' x >&2; printf done >&3")
        #expect(result.status == .exited(0))
        #expect(result.output == Array("done".utf8))
        #expect(result.diagnostics.utf8.count == 4096)
    }

    @Test func cancellingKillsTheChild() throws {
        let cancellation = MeasurementCancellation()
        cancellation.cancel()
        #expect(throws: MeasurementError.cancelled) { try run("sleep 100", cancellation: cancellation) }
    }

    @Test func aMissingProgramIsNamed() {
        #expect {
            try ChildProcess(ChildCommand(executable: "/no/such/helper", timeoutNanoseconds: 1, outputLimit: 1))
        } throws: { error in
            (error as? MeasurementError)?.code == .noHelper && "\(error)".contains("/no/such/helper: No such file")
        }
    }

    @Test func onlyTheGivenFilesAreInherited() throws {
        // Not closed on exec, as another library in the process may leave its files.
        let leak = try #require(FileDescriptor(open("/dev/null", O_RDONLY)).duplicate(atLeast: 50))
        _ = fcntl(leak.number, F_SETFD, 0)
        let given = FileDescriptor(open("/dev/zero", O_RDONLY | O_CLOEXEC))
        let result = try run("for f in /proc/$$/fd/*; do readlink $f; done >&3", files: [given, given])
        let open = String(decoding: result.output, as: UTF8.self).split(separator: "\n")
        #expect(open.filter { $0 == "/dev/zero" }.count == 2)
        #expect(open.filter { $0 == "/dev/null" }.count == 2)
        #expect(try run("head -c 3 <&5 | wc -c >&3", files: [given, given]).output == Array("3\n".utf8))
    }

    @Test func theEnvironmentIsTheGivenOne() throws {
        let text = String(decoding: try run("env >&3").output, as: UTF8.self)
        #expect(text.contains("EXAMPLE=1") && !text.contains("HOME="))
    }

    private func isZombie(_ pid: Int32) -> Bool {
        guard let file = fopen("/proc/\(pid)/stat", "r") else { return true }
        defer { fclose(file) }
        var buffer = [UInt8](repeating: 0, count: 256)
        let count = fread(&buffer, 1, buffer.count, file)
        return String(decoding: buffer.prefix(count), as: UTF8.self).contains(") Z ")
    }
}
