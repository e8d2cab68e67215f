import CKnownLoop
import Glibc
import HostInfo
import PerfCounters

/// Checks for a machine whose PMU counts cycles and instructions, and little else.
enum CountedChecks {
    /// One, though the compiler cannot know: constants would make it write each call another way, an instruction more or less.
    private static let one = UInt64(CommandLine.arguments.count - 1)
    /// Two instructions a turn.
    private static let turns = 2_000_000 * one

    static func run() -> Int32 {
        var checks = Checks()
        exactness(&checks)
        groups(&checks)
        multiplexing(&checks)
        threads(&checks)
        availability(&checks)
        return checks.end("counted")
    }

    @inline(never)
    private static func instructions(turns: UInt64, windows: UInt64 = one) -> CounterReading {
        let session = CounterSession(requested: [.instructions])
        for _ in 0..<windows {
            session.start()
            edgeprof_known_loop(turns)
            session.stop()
        }
        return session.read()[0]
    }

    /// The same work gives the same number, and twice the work the number that can be told beforehand.
    private static func exactness(_ checks: inout Checks) {
        _ = instructions(turns: turns)
        let once = (0..<5).map { _ in instructions(turns: turns) }
        let values = once.compactMap(\.value)
        let whole = once.allSatisfy { !$0.isScaled && $0.liveFraction == 1 }
        checks.expect("repeats", Set(values).count == 1 && values.count == 5 && whole, "\(values)")
        let first = values.first ?? 0
        let double = instructions(turns: 2 * turns).value ?? 0
        checks.expect("exact", double &- first == 2 * turns, "\(double) - \(first), wanted \(2 * turns)")
        let triple = instructions(turns: turns, windows: 3 * one).value ?? 0
        checks.expect("windows-add-up", triple == 3 * first, "\(triple), wanted \(3 * first)")
        let overhead = first &- 2 * turns
        checks.expect("overhead", overhead < 5000, "\(overhead) instructions of one window's own")
    }

    private static func groups(_ checks: inout Checks) {
        let readings = count([.cycles, .instructions]) { edgeprof_known_loop(turns) }
        let values = readings.compactMap(\.value)
        let together = readings[0].liveFraction == readings[1].liveFraction && readings.allSatisfy { !$0.isScaled }
        checks.expect(
            "group",
            values.count == 2 && values.allSatisfy { $0 >= turns } && together,
            readings.map(\.summary).joined(separator: "; ")
        )
    }

    /// Eight events and fewer counters: the kernel takes turns, and the scaled values come near the truth.
    private static func multiplexing(_ checks: inout Checks) {
        let longTurns: UInt64 = 150_000_000
        let sessions = (0..<4).map { _ in CounterSession(requested: [.cycles, .instructions]) }
        func window(_ turns: UInt64) -> [CounterReading] {
            for session in sessions { session.start() }
            edgeprof_known_loop(turns)
            for session in sessions.reversed() { session.stop() }
            defer { for session in sessions { session.reset() } }
            return sessions.flatMap { $0.read() }
        }
        let readings = window(longTurns).filter { $0.counter == .instructions }
        let scaled = readings.filter(\.isScaled)
        let fractions = readings.map { "\(Int(($0.liveFraction ?? 0) * 100))" }.joined(separator: ", ")
        checks.expect("turns-are-taken", !scaled.isEmpty, "8 events at once; live \(fractions) %")
        let marked = scaled.allSatisfy { ($0.liveFraction ?? 1) < 1 && ($0.rawValue ?? .max) < 2 * longTurns }
        checks.expect("scaled-is-marked", !scaled.isEmpty && marked, scaled.map(\.summary).joined(separator: "; "))
        let errors = readings.map { abs(Double($0.value ?? 0) / Double(2 * longTurns) - 1) }
        let worst = errors.max() ?? 1
        checks.expect(
            "scaled-is-near",
            worst < 0.05,
            "worst of \(readings.count): \((worst * 10000).rounded() / 100) % off \(2 * longTurns)"
        )
        // A window of a few of the kernel's turns: whole or refused, never scaled up from next to nothing.
        let brief = window(turns).filter { $0.counter == .instructions }
        let honest = brief.allSatisfy { !$0.isScaled && ($0.value != nil) == $0.availability.isOK }
        let refused = brief.filter { $0.value == nil }
        checks.expect(
            "brief-is-refused",
            honest && !refused.isEmpty && refused.allSatisfy { $0.rawValue != nil },
            brief.map(\.summary).joined(separator: "; ")
        )
    }

    private static func threads(_ checks: inout Checks) {
        func worker(turns: UInt64) -> UInt64 {
            count([.instructions]) { runThread(turns: turns) }[0].value ?? 0
        }
        _ = worker(turns: turns)
        let difference = worker(turns: 2 * turns) &- worker(turns: turns)
        let error = abs(Double(difference) / Double(2 * turns) - 1)
        checks.expect(
            "threads-inherit",
            error < 0.01,
            "twice the turns on a worker: \(difference) more, wanted \(2 * turns)"
        )

        let thread = HeldThread(turns: 50 * turns)
        let without = count([.instructions]) { thread.release() }
        thread.join()
        let value = without[0].value ?? .max
        checks.expect("earlier-threads-do-not", value < turns, "\(value) counted beside a thread started before")
    }

    private static func availability(_ checks: inout Checks) {
        let readings = count(Counter.allCases) { edgeprof_known_loop(turns) }
        for reading in readings { print("NOTE \(reading.summary)") }
        let consistent = readings.allSatisfy {
            ($0.value != nil) == $0.availability.isOK && ($0.availability.reason != nil) == ($0.value == nil)
        }
        checks.expect("value-or-reason", consistent, "\(readings.count) counters")
        let missing = readings.filter { $0.counter.kind == .cache }
        let absent = missing.allSatisfy { $0.availability.status == .absent && $0.rawValue == nil }
        checks.expect("caches-are-absent", absent, "\(missing.count) cache counters, none a zero")
        let software = readings.filter { $0.counter.kind == .software && $0.counter != .majorFaults }
        checks.expect(
            "software-counts",
            software.allSatisfy { $0.value != nil } && software.first { $0.counter == .taskClock }?.value ?? 0 > 0,
            software.map(\.summary).joined(separator: "; ")
        )
    }
}
