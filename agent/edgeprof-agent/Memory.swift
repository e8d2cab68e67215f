import Glibc

/// The process's own memory.
enum Memory {
    /// Has freed memory go back to the system, so that an agent that has packed a network is small again while it waits.
    ///
    /// glibc raises its threshold for handing out whole mappings each time one is freed, up to 32 MiB, and keeps what is below
    /// in its arenas; setting the thresholds by hand turns that off (mallopt(3)). Without glibc it does nothing.
    static func keepSmall() {
        // Not in Swift's overlay of glibc. Its type is C's `int mallopt(int, int)`, hence the cast.
        guard let symbol = dlsym(nil, "mallopt") else { return }
        let mallopt = unsafeBitCast(symbol, to: (@convention(c) (Int32, Int32) -> Int32).self)
        let (trimThreshold, mmapThreshold, arenaMaximum): (Int32, Int32, Int32) = (-1, -3, -8)
        _ = mallopt(mmapThreshold, 128 << 10)
        _ = mallopt(trimThreshold, 128 << 10)
        _ = mallopt(arenaMaximum, 2)
    }
}
