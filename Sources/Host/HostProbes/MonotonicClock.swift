internal import Glibc

/// Time that only goes forward.
public enum MonotonicClock {
    /// Nanoseconds since some moment before the program began (CLOCK_MONOTONIC).
    public static var nanoseconds: UInt64 { nanoseconds(CLOCK_MONOTONIC) }

    /// A clock of the system, in nanoseconds; 0 if there is none.
    static func nanoseconds(_ clock: clockid_t) -> UInt64 {
        var time = timespec()
        guard clock_gettime(clock, &time) == 0 else { return 0 }
        return UInt64(clamping: time.tv_sec) &* 1_000_000_000 &+ UInt64(clamping: time.tv_nsec)
    }
}

/// What this process has cost.
public enum ProcessCPUTime {
    /// CPU time of all threads of this process, ended ones included, in nanoseconds.
    public static var nanoseconds: UInt64 { MonotonicClock.nanoseconds(CLOCK_PROCESS_CPUTIME_ID) }
}
