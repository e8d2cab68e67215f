internal import HostInfo

/// How much memory the threads read to be served by each level.
struct CeilingLevels {
    /// One level and the bytes each thread reads over and over.
    struct Level: Hashable {
        var level: MemoryLevel
        var bytes: UInt64 = 0
        var sharers = 1
        /// Nil where the level cannot be measured, for this reason.
        var bytesPerThread: Int?
        var reason = ""
    }

    /// Memory is read from no more than this, all threads together.
    static let mostBytes = 256 << 20
    /// Where no cache is stated: more than the caches of such boards.
    static let unknownCachesBytes = 64 << 20

    private(set) var levels: [Level] = []

    /// Works out the sets.
    ///
    /// A cache's is half of the share each thread has in it; memory's four times the last level's share, for a cache that is
    /// read in a circle and is half as large as the circle holds nothing that is asked for next.
    ///
    /// - Parameters:
    ///   - caches: the host's, lowest first.
    ///   - threads: how many read at once.
    ///   - available: bytes that may be taken, all threads together.
    init(caches: [CacheLevel], threads: Int, availableBytes available: Int) {
        let granule = 4096
        var nearer = 0
        for cache in caches {
            guard let level = MemoryLevel(rawValue: UInt8(clamping: cache.level)), level != .memory else { continue }
            let sharers = min(threads, cache.sharers)
            // No cache has a terabyte; what claims so must not overflow either.
            let share = Int(clamping: min(cache.bytes, 1 << 40)) / sharers
            var entry = Level(level: level, bytes: UInt64(clamping: cache.bytes), sharers: sharers)
            let bytes = share / 2 / granule * granule
            if bytes <= nearer {
                entry.reason = "a thread's share of it is no larger than the level below"
            } else if bytes > available / threads {
                entry.reason = "\(bytes >> 10) KiB a thread are more than the memory at hand"
            } else {
                entry.bytesPerThread = bytes
            }
            nearer = max(nearer, share)
            levels.append(entry)
        }
        levels.append(Self.memory(last: nearer, threads: threads, available: available))
    }

    private static func memory(last: Int, threads: Int, available: Int) -> Level {
        var memory = Level(level: .memory)
        let wanted = last > 0 ? 4 * min(last, mostBytes) : unknownCachesBytes / threads
        let bytes = min(wanted, mostBytes / threads, available / threads) / 4096 * 4096
        if bytes < 2 * last || bytes < 1 << 20 {
            memory.reason = "\((2 * last * threads) >> 20) MiB, twice the caches, are more than can be spent on it"
        } else {
            memory.bytesPerThread = bytes
        }
        return memory
    }
}
