public import HostInfo

/// Sets a process's peak resident size (VmHWM) back to what is resident now, so that loading and running have peaks of their own.
///
/// Writing `5` to `/proc/PID/clear_refs` does it, since Linux 4.0 and with CONFIG_PROC_PAGE_MONITOR; see proc_pid_clear_refs(5).
public enum PeakMemoryReset: Probe {
    /// `peak-memory-reset`.
    public static let name = "peak-memory-reset"

    private static let absent = "this kernel has no clear_refs (CONFIG_PROC_PAGE_MONITOR)"

    /// Resets the peak.
    ///
    /// - Returns: `ok`, or why the peak still includes what came before.
    public static func reset(_ process: ProcessSelector = .current, root: HostRoot = .system) -> Availability {
        let error = root.write("5", to: process.folder + "/clear_refs")
        return error?.availability(absent: absent) ?? .ok
    }

    /// Whether this process's own peak can be reset; nothing is written.
    public static func capability(root: HostRoot) -> Capability {
        let error = root.errorOpeningForWriting("/proc/self/clear_refs")
        return Capability(name: name, availability: error?.availability(absent: absent) ?? .ok)
    }
}
