/// The reuse distances of a stream of cache lines: how many other lines were touched since a line's last touch.
///
/// A fully associative cache of n lines that replaces the least recently used misses exactly the touches at a distance
/// of n or more, whatever n is (Mattson et al., IBM Systems Journal 9(2), 1970): one pass answers for every size.
///
/// Each line's last touch is a set bit at that time; a distance is the number of bits set since. Bits are counted by a
/// binary indexed tree over words of 64 times (Bennett and Kruskal, IBM J. Res. Dev. 19(4), 1975, with Fenwick's tree):
/// O(log n) a touch. When the times run out they are numbered anew, so memory is proportional to the number of lines.
public struct LRUStack: ~Copyable {
    private var lines: LineTable
    /// A bit for each time that is some line's last touch.
    private var bits: UnsafeMutablePointer<UInt64>
    /// Element i counts the bits of the words (i − i's lowest bit)...(i − 1).
    private var tree: UnsafeMutablePointer<Int32>
    private var wordCount: Int
    private var time = 0

    /// Distance below which words are counted one by one.
    private static let nearWords = 12
    private static let smallestWordCount = 1 << 10

    /// Makes an empty stack.
    public init() {
        lines = LineTable()
        wordCount = Self.smallestWordCount
        bits = .allocate(capacity: wordCount)
        bits.initialize(repeating: 0, count: wordCount)
        tree = .allocate(capacity: wordCount + 1)
        tree.initialize(repeating: 0, count: wordCount + 1)
    }

    deinit {
        bits.deallocate()
        tree.deallocate()
    }

    /// Different lines touched so far.
    public var lineCount: Int { lines.count }

    /// Touches a line.
    ///
    /// - Parameter line: The line's number, an address over the line's length; not `UInt.max`.
    /// - Returns: How many other lines were touched since it was touched last, nil if it never was.
    /// - Complexity: O(log n) for n different lines, amortised.
    public mutating func touch(_ line: UInt) -> Int? {
        if time == wordCount * 64 { renumber() }
        let now = time
        time &+= 1
        let slot = lines.slot(of: line)
        let last = Int(lines.times[slot])
        lines.times[slot] = UInt32(truncatingIfNeeded: now)
        guard last != LineTable.never else {
            add(1, at: now)
            lines.insert(line, at: slot)
            return nil
        }
        if last &+ 1 == now {
            move(from: last, to: now)
            return 0
        }
        let distance = countAfter(last, before: now)
        move(from: last, to: now)
        return distance
    }

    private func add(_ change: Int32, at time: Int) {
        let word = time >> 6
        bits[word] ^= 1 << UInt64(truncatingIfNeeded: time & 63)
        var index = word &+ 1
        while index <= wordCount {
            tree[index] &+= change
            index &+= index & (0 &- index)
        }
    }

    private func move(from last: Int, to now: Int) {
        if last >> 6 == now >> 6 {
            bits[now >> 6] ^= 1 << UInt64(truncatingIfNeeded: last & 63) | 1 << UInt64(truncatingIfNeeded: now & 63)
        } else {
            add(-1, at: last)
            add(1, at: now)
        }
    }

    /// Bits at times after `last`; none is at `now` or later.
    private func countAfter(_ last: Int, before now: Int) -> Int {
        let word = last >> 6
        let later = bits[word] & ~(UInt64.max >> UInt64(truncatingIfNeeded: 63 &- last & 63))
        var count = later.nonzeroBitCount
        let end = now >> 6
        if end &- word <= Self.nearWords {
            var index = word &+ 1
            while index <= end {
                count &+= bits[index].nonzeroBitCount
                index &+= 1
            }
            return count
        }
        var before = 0
        var index = word &+ 1
        while index > 0 {
            before &+= Int(tree[index])
            index &= index &- 1
        }
        return count &+ lines.count &- before
    }

    /// Gives the lines' last touches the times 0, 1, 2, …, in their order.
    private mutating func renumber() {
        // The lines' new times: how many bits are set before.
        var ranks = [Int32](repeating: 0, count: wordCount)
        var count: Int32 = 0
        for word in 0..<wordCount {
            ranks[word] = count
            count += Int32(bits[word].nonzeroBitCount)
        }
        for slot in 0..<lines.capacity where lines.times[slot] != LineTable.never {
            let time = Int(lines.times[slot])
            let below = bits[time >> 6] & (1 << UInt64(truncatingIfNeeded: time & 63) &- 1)
            lines.times[slot] = UInt32(ranks[time >> 6]) + UInt32(below.nonzeroBitCount)
        }
        bits.deallocate()
        tree.deallocate()
        time = lines.count
        // At least three of four times are free again, so that this is rare.
        while wordCount * 16 < time { wordCount *= 2 }
        bits = .allocate(capacity: wordCount)
        tree = .allocate(capacity: wordCount + 1)
        for word in 0..<wordCount {
            let set = min(max(time - word * 64, 0), 64)
            bits[word] = set == 64 ? .max : 1 << UInt64(set) - 1
        }
        tree.initialize(repeating: 0, count: wordCount + 1)
        for index in 1...wordCount {
            tree[index] += Int32(bits[index - 1].nonzeroBitCount)
            let parent = index + index & (0 - index)
            if parent <= wordCount { tree[parent] += tree[index] }
        }
    }
}
