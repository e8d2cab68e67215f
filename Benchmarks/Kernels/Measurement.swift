import Glibc

/// Something timed in rounds: as many repetitions as fill a few milliseconds.
final class Measurement {
    let name: String
    let operations: Double
    private let body: (Int) -> Void
    private var repetitions = 1
    private(set) var rates: [Double] = []

    /// Finds how many repetitions fill a round; `operations` are those of one repetition.
    init(_ name: String, operations: Double, _ body: @escaping (Int) -> Void) {
        self.name = name
        self.operations = operations
        self.body = body
        // The first, cold call is not counted.
        body(1)
        while time() < 0.004 { repetitions *= 2 }
    }

    /// Times one round.
    func round() { rates.append(operations * Double(repetitions) / time()) }

    /// The median round, in operations a second.
    var medianRate: Double {
        let sorted = rates.sorted()
        return sorted.isEmpty ? 0 : sorted[sorted.count / 2]
    }

    private func time() -> Double {
        let start = Self.seconds()
        body(repetitions)
        return Self.seconds() - start
    }

    /// This thread's processor time: what other processes take of the core is not the kernel's.
    private static func seconds() -> Double {
        var now = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now)
        return Double(now.tv_sec) + Double(now.tv_nsec) * 1e-9
    }
}
