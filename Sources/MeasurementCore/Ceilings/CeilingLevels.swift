internal import HostInfo

/// How much memory the threads read to be served by each level.
struct CeilingLevels {
    /// One level and the bytes each thread reads over and over.
    struct Level: Hashable {
        var level: MemoryLevel
        var bytes: UInt64 = 0
        /// Threads that share one such cache where they are spread as widely as the CPUs allow.
        var sharers = 1
        /// Nil where the level cannot be measured, for this reason.
        var bytesPerThread: Int?
        var reason = ""
        /// Whether it is memory at hand that was missing, which may be there next time.
        var isShortOfMemory = false
    }

    /// Memory is read from no more than this, all threads together.
    static let mostBytes = 256 << 20

    private(set) var levels: [Level] = []

    /// Works out the sets.
    ///
    /// A cache's is half of the share each thread has in it, or, where that would fit the nearer level, midway between the two;
    /// memory's four times the last level's share, for a cache that is read in a circle and is half as large as the circle holds
    /// nothing that is asked for next. Without stated caches there is no telling what memory's set would be served by.
    ///
    /// - Parameters:
    ///   - caches: the host's, lowest first.
    ///   - cpus: CPUs the threads may run on.
    ///   - threads: how many read at once.
    ///   - available: bytes that may be taken, all threads together.
    init(caches: [CacheLevel], cpus: Int, threads: Int, availableBytes available: Int) {
        let granule = 4096
        var nearer = 0
        for cache in caches {
            guard let level = MemoryLevel(rawValue: UInt8(clamping: cache.level)), level != .memory else { continue }
            // No cache has a terabyte; what claims so must not overflow either.
            let share = Int(clamping: min(cache.bytes, 1 << 40)) / min(threads, cache.sharers)
            var entry = Level(
                level: level,
                bytes: UInt64(clamping: cache.bytes),
                sharers: Self.fewestSharers(threads: threads, sharers: cache.sharers, cpus: cpus)
            )
            let bytes = (share / 2 > nearer ? share / 2 : nearer + (share - nearer) / 2) / granule * granule
            if bytes <= nearer + nearer / 8 {
                entry.reason = "a thread's share of it is hardly larger than the level below"
            } else if bytes > available / threads {
                entry.isShortOfMemory = true
                entry.reason = "\(bytes >> 10) KiB a thread are more than the memory at hand"
            } else {
                entry.bytesPerThread = bytes
            }
            nearer = max(nearer, share)
            levels.append(entry)
        }
        levels.append(Self.memory(last: nearer, threads: threads, available: available))
    }

    /// The fewest threads that can come to share one cache of several.
    private static func fewestSharers(threads: Int, sharers: Int, cpus: Int) -> Int {
        let cpus = max(1, cpus)
        let each = max(1, min(sharers, cpus))
        let caches = (cpus + each - 1) / each
        return max(1, (threads + caches - 1) / caches)
    }

    private static func memory(last: Int, threads: Int, available: Int) -> Level {
        var memory = Level(level: .memory)
        guard last > 0 else {
            memory.reason = "this board does not state its caches, so bytes cannot be told to come from memory"
            return memory
        }
        let bytes = min(4 * min(last, mostBytes), mostBytes / threads, available / threads) / 4096 * 4096
        if bytes < 2 * last || bytes < 1 << 20 {
            memory.isShortOfMemory = 2 * last <= mostBytes / threads
            memory.reason = "\((2 * last * threads) >> 20) MiB, twice the caches, are more than can be spent on it"
        } else {
            memory.bytesPerThread = bytes
        }
        return memory
    }
}
