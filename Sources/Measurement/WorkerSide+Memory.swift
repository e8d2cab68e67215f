internal import Glibc

extension WorkerSide {
    /// Bounds the memory of this process; nil takes that back.
    ///
    /// What it may write counts (RLIMIT_DATA, getrlimit(2)): heap and private mappings, but neither files that are mapped to be
    /// read nor address space that is only reserved. Only the soft limit is moved, so that the measuring process, which would
    /// inherit it, can be started without.
    ///
    /// - Parameter bytes: the bound, nil for none.
    public static func limitMemory(to bytes: UInt64?) {
        var limit = rlimit()
        let resource = __rlimit_resource_t(RLIMIT_DATA.rawValue)
        guard getrlimit(resource, &limit) == 0 else { return }
        limit.rlim_cur = min(bytes.map { rlim_t($0) } ?? limit.rlim_max, limit.rlim_max)
        setrlimit(resource, &limit)
    }

    /// Writes a line for the daemon's log.
    ///
    /// - Parameter text: one line.
    public static func note(_ text: String) {
        let line = Array((WorkerNotes.prefix + text + "\n").utf8)
        // Nobody is left to be told when this fails.
        _ = write(STDERR_FILENO, line, line.count)
    }
}
