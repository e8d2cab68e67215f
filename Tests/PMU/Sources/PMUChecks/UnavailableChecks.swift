import CKnownLoop
import HostInfo
import PerfCounters

/// Checks for machines where counters cannot be had: each has its reason, and none is a zero.
enum UnavailableChecks {
    private static func readings() -> [CounterReading] {
        let readings = count(Counter.allCases) { edgeprof_known_loop(1000) }
        for reading in readings { print("NOTE \(reading.summary)") }
        return readings
    }

    /// No PMU: hardware counters absent, the kernel's own there.
    static func absent() -> Int32 {
        var checks = Checks()
        let readings = readings()
        let hardware = readings.filter { [.hardware, .cache, .stall].contains($0.counter.kind) }
        checks.expect("no-pmu", refuses(hardware, .absent), reasons(hardware))
        let software = readings.filter { $0.counter.kind == .software }
        checks.expect("software-counts", software.allSatisfy { $0.value != nil }, "\(software.count) software counters")
        return checks.end("absent")
    }

    /// No `perf_event_open` at all, as in an emulator.
    static func noSystemCall() -> Int32 {
        var checks = Checks()
        let readings = readings().filter { $0.counter.kind != .scheduler }
        checks.expect("no-system-call", refuses(readings, .absent), reasons(readings))
        let named = readings.allSatisfy { $0.availability.reason?.contains("perf_event_open") == true }
        checks.expect("reason-names-it", named, "\(readings.count) counters")
        return checks.end("no-system-call")
    }

    /// A setting that keeps unprivileged users from counting.
    static func denied() -> Int32 {
        var checks = Checks()
        let level = PerfErrorPolicy.paranoia(root: .system)
        let readings = readings().filter { $0.counter.kind != .scheduler }
        checks.expect("denied", refuses(readings, .denied), "at level \(level ?? -9): \(reasons(readings))")
        let remedy = readings.allSatisfy { $0.availability.remedy == "sudo sysctl kernel.perf_event_paranoid=2" }
        checks.expect("remedy", remedy, readings.first?.availability.remedy ?? "none")
        return checks.end("denied")
    }

    /// The same setting, and CAP_PERFMON: it is the kernel's say whether that is enough.
    static func perfmon() -> Int32 {
        var checks = Checks()
        let readings = count([.instructions]) { edgeprof_known_loop(1_000_000) }
        let consistent = readings.allSatisfy { ($0.value != nil) == $0.availability.isOK }
        checks.expect("perfmon-alone", consistent, readings.map(\.summary).joined(separator: "; "))
        return checks.end("perfmon")
    }

    private static func refuses(_ readings: [CounterReading], _ status: Availability.Status) -> Bool {
        !readings.isEmpty
            && readings.allSatisfy {
                $0.availability.status == status && $0.value == nil && $0.rawValue == nil
                    && $0.availability.reason?.isEmpty == false
            }
    }

    private static func reasons(_ readings: [CounterReading]) -> String {
        Set(readings.compactMap(\.availability.reason)).sorted().joined(separator: "; ")
    }
}
