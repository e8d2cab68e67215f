internal import Glibc
internal import HostProbes

/// Sleeps, but wakes up when the parent is gone: the pipe to it then has no reader.
///
/// This way a measuring process never outlives a killed parent, on whose next measurement it would weigh.
struct ParentWatch {
    /// The write end of the pipe the record goes to.
    let descriptor: Int32

    /// Sleeps until a moment of the monotonic clock.
    ///
    /// - Throws: `abandoned` as soon as the parent is gone.
    func sleep(until deadline: UInt64) throws(MeasurementFailure) {
        while true {
            let now = MonotonicClock.nanoseconds
            let left = deadline > now ? deadline - now : 0
            let milliseconds = Int32(clamping: left / 1_000_000)
            var watched = pollfd(fd: descriptor, events: 0, revents: 0)
            let ready = poll(&watched, 1, milliseconds)
            if ready > 0, watched.revents & Int16(POLLERR | POLLHUP) != 0 { throw .abandoned }
            if left == 0 { return }
            // The part of a millisecond that poll cannot wait; all of it where the descriptor is always ready.
            if milliseconds == 0 || ready > 0 { usleep(UInt32(min(left / 1000, 1000))) }
        }
    }

    /// Sleeps for a while.
    func sleep(nanoseconds: UInt64) throws(MeasurementFailure) {
        try sleep(until: MonotonicClock.nanoseconds &+ nanoseconds)
    }
}
