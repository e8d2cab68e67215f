internal import CPerfEvent
internal import Glibc

/// The system calls a session makes, so that tests can be a kernel without a PMU, with a strict one, or with a busy one.
struct PerfSystem: Sendable {
    /// Opens an event in the group of a leader, or -1 for a group of its own; a descriptor or -errno.
    var open: @Sendable (_ event: PerfEvent, _ leader: Int32) -> Int32
    /// Lets a leader's group count; 0 or -errno.
    var enable: @Sendable (_ leader: Int32) -> Int32
    /// Stops a leader's group; 0 or -errno.
    var disable: @Sendable (_ leader: Int32) -> Int32
    /// Reads one event; 0 or -errno.
    var read: @Sendable (_ descriptor: Int32, _ count: UnsafeMutablePointer<edgeprof_perf_count>) -> Int32
    /// Closes an event.
    var close: @Sendable (_ descriptor: Int32) -> Void

    /// This machine's kernel.
    static let kernel = PerfSystem(
        open: { edgeprof_perf_open($0.type, $0.config, $1) },
        enable: { edgeprof_perf_enable($0) },
        disable: { edgeprof_perf_disable($0) },
        read: { edgeprof_perf_read($0, $1) },
        close: { _ = Glibc.close($0) }
    )
}
