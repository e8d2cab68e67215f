import Glibc
import Testing

@testable import Measurement

/// Suites that start the real helper, one test at a time: some of them kill or stop the one that runs.
@Suite(.serialized) enum RealHelperTests {}

/// The `edgeprof-measure` built beside the test bundle.
enum RealHelper {
    static var path: String {
        let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") } ?? HelperProgram.runningProgram ?? ""
        return bundle.replacingLastComponent(with: "edgeprof-measure")
    }

    /// Children of this process that run it.
    static var running: [pid_t] {
        TemporaryFolder.names(in: "/proc").compactMap { pid_t($0) }.filter { pid in
            var buffer = [CChar](repeating: 0, count: 4096)
            let length = readlink("/proc/\(pid)/exe", &buffer, buffer.count)
            guard length > 0 else { return false }
            let program = String(decoding: buffer.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
            return program.hasSuffix("/edgeprof-measure") && parent(of: pid) == getpid()
        }
    }

    /// Kills it once it runs, with the signal nobody can catch.
    static func killWhenRunning() {
        for _ in 0..<10_000 {
            if let child = running.first {
                usleep(100_000)
                kill(child, SIGKILL)
                return
            }
            usleep(5_000)
        }
    }

    /// Stops it in the middle of its queries, for a while.
    static func stopWhenRunning(forMicroseconds microseconds: UInt32) {
        for _ in 0..<10_000 {
            if let child = running.first {
                // Warm-up takes half a second and more where the box is busy; the window three.
                usleep(1_500_000)
                kill(child, SIGSTOP)
                usleep(microseconds)
                kill(child, SIGCONT)
                return
            }
            usleep(5_000)
        }
    }

    private static func parent(of pid: pid_t) -> pid_t? {
        let file = open("/proc/\(pid)/stat", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var buffer = [UInt8](repeating: 0, count: 1024)
        let length = read(file, &buffer, buffer.count)
        let text = String(decoding: buffer.prefix(max(0, length)), as: UTF8.self)
        // The name in brackets may hold blanks: the state and the parent follow the last bracket.
        guard let bracket = text.lastIndex(of: ")") else { return nil }
        return text[bracket...].split(separator: " ").dropFirst(2).first.flatMap { pid_t($0) }
    }
}
