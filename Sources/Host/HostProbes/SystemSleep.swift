internal import Glibc

/// How long the whole box has been suspended since it started.
public enum SystemSleep {
    /// Nanoseconds, from CLOCK_BOOTTIME, which goes on in suspend, and CLOCK_MONOTONIC, which does not; nil without such a clock.
    ///
    /// Two readings never meet to the nanosecond: the tightest of a few counts, good to a microsecond. Source: clock_gettime(2).
    public static var nanoseconds: Int64? {
        var best: (width: UInt64, offset: Int64)?
        for _ in 0..<5 {
            let before = MonotonicClock.nanoseconds
            let boot = MonotonicClock.nanoseconds(CLOCK_BOOTTIME)
            let width = MonotonicClock.nanoseconds &- before
            guard boot > 0 else { return nil }
            if width < best?.width ?? .max {
                best = (width, Int64(truncatingIfNeeded: boot &- before &- width / 2))
            }
        }
        return best?.offset
    }
}
