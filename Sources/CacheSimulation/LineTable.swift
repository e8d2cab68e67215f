/// When each line was touched last: a hash table with linear probing.
struct LineTable: ~Copyable {
    /// No time.
    static let never = Int(UInt32.max)

    /// Lines by slot; `UInt.max` where there is none.
    private var keys: UnsafeMutablePointer<UInt>
    /// Times by slot; `never` where there is no line.
    private(set) var times: UnsafeMutablePointer<UInt32>
    private(set) var capacity: Int
    private(set) var count = 0

    init(capacity: Int = 1 << 12) {
        self.capacity = capacity
        (keys, times) = Self.allocate(capacity)
    }

    deinit {
        keys.deallocate()
        times.deallocate()
    }

    /// Where a line is, or where it is to be inserted.
    @inline(__always)
    func slot(of line: UInt) -> Int {
        let mask = capacity &- 1
        // Fibonacci hashing: neighbouring lines go far apart.
        var slot = Int(truncatingIfNeeded: (line &* 0x9E37_79B9_7F4A_7C15) >> 20) & mask
        while keys[slot] != line && keys[slot] != .max { slot = (slot &+ 1) & mask }
        return slot
    }

    /// Keeps a line whose time is at its slot already.
    mutating func insert(_ line: UInt, at slot: Int) {
        keys[slot] = line
        count += 1
        if count * 2 > capacity { grow() }
    }

    private mutating func grow() {
        let (oldKeys, oldTimes, oldCapacity) = (keys, times, capacity)
        capacity *= 2
        (keys, times) = Self.allocate(capacity)
        for old in 0..<oldCapacity where oldKeys[old] != .max {
            let slot = slot(of: oldKeys[old])
            keys[slot] = oldKeys[old]
            times[slot] = oldTimes[old]
        }
        oldKeys.deallocate()
        oldTimes.deallocate()
    }

    private static func allocate(_ capacity: Int) -> (UnsafeMutablePointer<UInt>, UnsafeMutablePointer<UInt32>) {
        let keys = UnsafeMutablePointer<UInt>.allocate(capacity: capacity)
        keys.initialize(repeating: .max, count: capacity)
        let times = UnsafeMutablePointer<UInt32>.allocate(capacity: capacity)
        times.initialize(repeating: UInt32(never), count: capacity)
        return (keys, times)
    }
}
