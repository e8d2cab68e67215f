internal import Glibc
internal import HostProbes
internal import KernelDispatch
internal import Synchronization

/// Runs each loop on all threads at once, several rounds of it.
///
/// ```
/// thread 0   |-- touch --| multiply | multiply | … | first level | … | memory | … |
/// thread 1   |-- touch --| multiply | multiply | … | first level | … | memory | … |
///                        ^ all wait for each other before every round
/// ```
final class CeilingRounds: @unchecked Sendable {
    // Unchecked: a thread writes its own row of `results` only, which is read after it was joined; the rest never changes
    // or is atomic.

    /// What the best rounds came to, all threads together.
    struct Best {
        var macsPerSecond = 0.0
        /// One for each level, 0 where it was not measured.
        var bytesPerSecond: [Double]
    }

    /// What one thread did in one round.
    struct Result {
        /// When it began, monotonic clock.
        var start: UInt64 = 0
        /// Multiply-accumulates or bytes.
        var perSecond = 0.0
    }

    /// Rounds of each loop.
    static let rounds = 7
    /// Length of one: with five loops all take 0.28 s.
    static let roundNanoseconds: UInt64 = 8_000_000
    /// Bytes between two looks at the clock.
    private static let stretchBytes = 1 << 20
    /// Iterations between two looks at the clock.
    private static let stretchIterations = 4096

    private let threads: Int
    private let peak: MultiplyPeak
    private let load: LoadBandwidth
    private let buffer: LoadBuffer
    private let sets: [Int?]
    private let results: UnsafeMutableBufferPointer<Result>
    private let arrived = Atomic<Int>(0)
    /// 0 while threads are being started, then 1, or -1 for going home.
    private let gate = Atomic<Int>(0)

    private var slotsPerThread: Int { (1 + sets.count) * Self.rounds }

    init(
        threads: Int,
        peak: MultiplyPeak,
        load: LoadBandwidth,
        buffer: LoadBuffer,
        levels: [CeilingLevels.Level]
    ) {
        self.threads = threads
        self.peak = peak
        self.load = load
        self.buffer = buffer
        sets = levels.map(\.bytesPerThread)
        results = .allocate(capacity: threads * (1 + levels.count) * Self.rounds)
        results.initialize(repeating: Result())
    }

    deinit { results.deallocate() }

    /// Runs everything; the calling thread is one of the threads.
    ///
    /// - Throws: `outOfMemory` without room for the others.
    func run() throws(MeasurementFailure) -> Best {
        var others: [MeasurementThread] = []
        do throws(MeasurementFailure) {
            for thread in 1..<max(1, threads) {
                others.append(try MeasurementThread { [self] in if isLetIn() { work(thread) } })
            }
        } catch {
            gate.store(-1, ordering: .releasing)
            for other in others { other.join() }
            throw error
        }
        gate.store(1, ordering: .releasing)
        work(0)
        for other in others { other.join() }
        return best()
    }

    /// Waits until all threads are there; whether they are.
    private func isLetIn() -> Bool {
        while gate.load(ordering: .acquiring) == 0 { sched_yield() }
        return gate.load(ordering: .acquiring) > 0
    }

    private func work(_ thread: Int) {
        buffer.touch(thread)
        var come = 0
        for loop in 0...sets.count where loop == 0 || sets[loop - 1] != nil {
            var place = 0
            for round in 0..<Self.rounds {
                // Nobody begins a round before all have come to it.
                come += 1
                arrived.add(1, ordering: .acquiringAndReleasing)
                while arrived.load(ordering: .acquiring) < come * threads { sched_yield() }
                results[thread * slotsPerThread + loop * Self.rounds + round] =
                    loop == 0 ? multiplies() : loads(thread, sets[loop - 1] ?? 0, &place)
            }
        }
    }

    private func multiplies() -> Result {
        timed {
            _ = peak.run(Self.stretchIterations)
            return Self.stretchIterations * peak.macsPerIteration
        }
    }

    /// Reads a set in a circle; `place` is where the last round stopped.
    private func loads(_ thread: Int, _ bytes: Int, _ place: inout Int) -> Result {
        let part = UnsafeRawPointer(buffer.part(thread))
        if bytes <= Self.stretchBytes {
            let passes = Self.stretchBytes / bytes
            return timed {
                _ = load.run(part, bytes, passes)
                return bytes * passes
            }
        }
        var next = place
        let result = timed {
            let length = min(Self.stretchBytes, bytes - next)
            _ = load.run(part + next, length, 1)
            next = next + length < bytes ? next + length : 0
            return length
        }
        place = next
        return result
    }

    /// What `body` gets done a second, over one round.
    private func timed(_ body: () -> Int) -> Result {
        let start = MonotonicClock.nanoseconds
        var now = start
        var done = 0
        repeat {
            done &+= body()
            now = MonotonicClock.nanoseconds
        } while now &- start < Self.roundNanoseconds
        return Result(start: start, perSecond: Double(done) / Double(now &- start) * 1e9)
    }

    private func best() -> Best {
        func most(_ loop: Int) -> Double {
            Self.best(
                (0..<Self.rounds).map { round in
                    (0..<threads).map { results[$0 * slotsPerThread + loop * Self.rounds + round] }
                }
            )
        }
        return Best(macsPerSecond: most(0), bytesPerSecond: sets.indices.map { most($0 + 1) })
    }

    /// The sum of the best round in which all threads began together; else of the round they began closest together.
    ///
    /// A thread that began later had the shared levels to itself at the end, and would make the sum too large.
    static func best(_ rounds: [[Result]]) -> Double {
        let sums = rounds.map { round in
            let starts = round.map(\.start)
            let apart = (starts.max() ?? 0) - (starts.min() ?? 0)
            return (apart: apart, sum: round.reduce(0) { $0 + $1.perSecond })
        }
        let together = sums.filter { $0.apart <= roundNanoseconds / 20 }
        return together.map(\.sum).max() ?? sums.min { $0.apart < $1.apart }?.sum ?? 0
    }
}
