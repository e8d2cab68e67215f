import Glibc
public import InferenceEngine

/// What the two workers of `make bench-peers` have in common: how they run a network when told to and say how long it took.
public enum Answering {
    /// Nanoseconds of CLOCK_MONOTONIC.
    public static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// Ends the process with a message on standard error.
    public static func stop(_ message: String) -> Never {
        write(message, to: 2)
        exit(1)
    }

    /// Runs a network once, writes `ready STARTED FIRST` (nanoseconds of CLOCK_MONOTONIC at which the program began and the
    /// first result was there), then answers each line of standard input, a number of seconds, by nanoseconds of inferences.
    ///
    /// - Throws: what the engine could not do.
    public static func serve(_ plan: Plan, threads: Int, started: UInt64) throws {
        let executor = try executor(plan, threads: threads)
        executor.run()
        write("ready \(started) \(now())", to: 1)
        while let line = readLine() {
            guard let seconds = Double(line), seconds > 0, seconds < 3600 else {
                stop("not a number of seconds: \(line)")
            }
            let end = now() + UInt64(seconds * 1e9)
            var times: [UInt64] = []
            while times.count < 3 || now() < end {
                let start = now()
                executor.run()
                times.append(now() - start)
            }
            write(times.map(String.init).joined(separator: " "), to: 1)
        }
    }

    /// An executor whose input is filled with bytes that look random but are always the same.
    ///
    /// - Throws: what the engine could not do.
    public static func executor(_ plan: Plan, threads: Int) throws -> Executor {
        let executor = try Executor(plan: plan, threads: threads)
        var state: UInt32 = 1
        for index in executor.input().indices {
            state = state &* 1_664_525 &+ 1_013_904_223
            executor.input()[index] = UInt8(truncatingIfNeeded: state >> 24)
        }
        return executor
    }

    /// A line, at once: the other side waits for it.
    private static func write(_ line: String, to descriptor: Int32) {
        var line = line + "\n"
        line.withUTF8 { _ = Glibc.write(descriptor, $0.baseAddress, $0.count) }
    }
}
