internal import Glibc

/// Finds `edgeprof-measure` and what it is started with.
enum HelperProgram {
    private static let name = "edgeprof-measure"
    private static let variable = "EDGEPROF_MEASURE"

    /// EDGEPROF_MEASURE, else the program beside the running one.
    static func find() throws(MeasurementError) -> String {
        if let value = getenv(variable), value.pointee != 0 {
            let path = String(cString: value)
            guard access(path, X_OK) == 0 else {
                throw MeasurementError(.noHelper, "\(variable)=\(path) cannot be run: \(systemMessage(errno))")
            }
            return path
        }
        guard let folder = runningProgram.flatMap(folder) else {
            throw MeasurementError(.noHelper, "cannot tell where this program is (/proc is missing); set \(variable)")
        }
        let path = folder + "/" + name
        guard access(path, X_OK) == 0 else {
            throw MeasurementError(.noHelper, "\(path) is missing; install it beside this program or set \(variable)")
        }
        return path
    }

    /// The helper's whole environment: no variable of the user's shell changes what is measured.
    static var environment: [String] {
        // One malloc arena: with one a thread, address space would grow by 64 MiB a thread and RSS with it. No backtrace: a crash
        // is to end at once.
        let settings = ["MALLOC_ARENA_MAX=1", "SWIFT_BACKTRACE=enable=no"]
        return settings + (getenv("LD_LIBRARY_PATH").map { ["LD_LIBRARY_PATH=" + String(cString: $0)] } ?? [])
    }

    /// Path of the running program, nil without /proc.
    static var runningProgram: String? {
        var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let length = buffer.withUnsafeMutableBytes { bytes in
            bytes.baseAddress.map {
                readlink("/proc/self/exe", $0.assumingMemoryBound(to: CChar.self), bytes.count)
            } ?? 0
        }
        return length > 0 ? String(decoding: buffer.prefix(length), as: UTF8.self) : nil
    }

    private static func folder(_ path: String) -> String? {
        path.lastIndex(of: "/").map { String(path[..<$0]) }
    }

    /// Changes whenever the running program is built or installed anew; names what it leaves in the cache.
    static var buildTag: String {
        var status = stat()
        guard stat("/proc/self/exe", &status) == 0 else { return "unknown" }
        let numbers = [Int(status.st_size), status.st_mtim.tv_sec, status.st_mtim.tv_nsec]
        return numbers.map { String($0, radix: 36) }.joined(separator: "-")
    }
}
