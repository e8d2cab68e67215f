internal import Glibc
internal import HostProbes

/// The clock people read.
enum WallClock {
    /// How far it is ahead of the monotonic clock; changes only when it is set, or when the host slept.
    static var offsetNanoseconds: Int64 {
        // Against the middle of two readings, the tightest of a few: the thread may be interrupted between them.
        var best: (width: UInt64, offset: Int64) = (.max, 0)
        for _ in 0..<5 {
            let before = MonotonicClock.nanoseconds
            var time = timespec()
            clock_gettime(CLOCK_REALTIME, &time)
            let width = MonotonicClock.nanoseconds &- before
            let wall =
                UInt64(truncatingIfNeeded: time.tv_sec) &* 1_000_000_000 &+ UInt64(truncatingIfNeeded: time.tv_nsec)
            if width < best.width { best = (width, Int64(truncatingIfNeeded: wall &- before &- width / 2)) }
        }
        return best.offset
    }
}
