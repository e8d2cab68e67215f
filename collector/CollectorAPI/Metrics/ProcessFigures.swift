import Foundation
import Glibc

/// What the system says of this process, from /proc; nil where it does not say.
struct ProcessFigures {
    let residentBytes: Double?
    let cpuSeconds: Double?
    let openFiles: Double?
    let largestOpenFiles: Double?
    let startedAtSeconds: Double?

    init() {
        let statm = Self.words("/proc/self/statm")
        residentBytes = statm.count > 1 ? Double(statm[1]).map { $0 * Double(sysconf(Int32(_SC_PAGESIZE))) } : nil
        // The name, in parentheses, may hold blanks: fields are counted from behind it (proc(5)).
        let stat = (try? String(contentsOfFile: "/proc/self/stat", encoding: .utf8)) ?? ""
        let fields = stat.split(separator: ")").last.map { $0.split(separator: " ") } ?? []
        let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))
        func seconds(_ field: Int) -> Double? {
            fields.count > field - 3 ? Double(fields[field - 3]).map { $0 / ticks } : nil
        }
        cpuSeconds = seconds(14).flatMap { user in seconds(15).map { user + $0 } }
        let boot = (try? String(contentsOfFile: "/proc/stat", encoding: .utf8))?.split(separator: "\n")
            .first { $0.hasPrefix("btime ") }.flatMap { Double($0.dropFirst(6)) }
        startedAtSeconds = boot.flatMap { boot in seconds(22).map { boot + $0 } }
        openFiles = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")).map { Double($0.count) }
        var limit = rlimit()
        largestOpenFiles =
            getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 ? Double(limit.rlim_cur) : nil
    }

    private static func words(_ path: String) -> [Substring] {
        ((try? String(contentsOfFile: path, encoding: .utf8)) ?? "").split(separator: " ")
    }

    /// Writes them under the names every Prometheus client uses.
    func write(to text: inout MetricText) {
        if let cpuSeconds {
            text.family("process_cpu_seconds", .counter, unit: "seconds", "Processor time used.")
            text.sample("process_cpu_seconds_total", cpuSeconds)
        }
        let gauges: [(String, String?, String, Double?)] = [
            ("process_resident_memory_bytes", "bytes", "Resident memory.", residentBytes),
            ("process_open_fds", nil, "Open files.", openFiles),
            ("process_max_fds", nil, "Largest number of open files.", largestOpenFiles),
            ("process_start_time_seconds", "seconds", "Start of the process, seconds since 1970.", startedAtSeconds),
        ]
        for (name, unit, help, value) in gauges {
            guard let value else { continue }
            text.family(name, .gauge, unit: unit, help)
            text.sample(name, value)
        }
    }
}
