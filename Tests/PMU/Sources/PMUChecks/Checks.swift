import HostInfo
import PerfCounters

/// Says of each check whether it held, a line each, for a script to judge.
struct Checks {
    private var passed = 0
    private var failed = 0

    /// Prints `PASS name: detail` or `FAIL name: detail`.
    mutating func expect(_ name: String, _ holds: Bool, _ detail: String) {
        if holds { passed += 1 } else { failed += 1 }
        print("\(holds ? "PASS" : "FAIL") \(name): \(detail)")
    }

    /// Prints the sum, and gives the program's exit status.
    func end(_ mode: String) -> Int32 {
        print("SUM \(mode): \(passed) passed, \(failed) failed")
        return failed == 0 && passed > 0 ? 0 : 1
    }
}

/// Counts what `body` does.
func count(_ counters: [Counter], _ body: () -> Void) -> [CounterReading] {
    let session = CounterSession(requested: counters)
    session.start()
    body()
    session.stop()
    return session.read()
}

extension CounterReading {
    /// A line for the log.
    var summary: String {
        let value = value.map { "\($0)" } ?? "none"
        let live = liveFraction.map { "\(Int($0 * 100)) %" } ?? "never"
        let reason = availability.reason.map { ", \(availability.status.rawValue): \($0)" } ?? ""
        return "\(name) \(value)\(isScaled ? " (scaled from \(rawValue ?? 0))" : ""), live \(live)\(reason)"
    }
}
