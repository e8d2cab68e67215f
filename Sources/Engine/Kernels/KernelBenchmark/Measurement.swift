internal import Glibc

/// Something timed in rounds: as many repetitions as fill a few milliseconds.
final class Measurement {
    /// Work of one repetition, in whatever its rate is in.
    private let work: Double
    private let body: (Int) -> Void
    private var repetitions = 1
    private var rates: [Double] = []

    /// Finds how many repetitions fill a round.
    init(work: Double, _ body: @escaping (Int) -> Void) {
        self.work = work
        self.body = body
        // The first, cold call is not counted.
        body(1)
        while time() < 0.004, repetitions < 1 << 40 { repetitions *= 2 }
    }

    /// Times one round.
    func round() {
        let seconds = time()
        if seconds > 0 { rates.append(work * Double(repetitions) / seconds) }
    }

    /// The median round, in work a second.
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
