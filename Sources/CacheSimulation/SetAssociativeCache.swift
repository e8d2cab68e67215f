/// A cache of sets that each replace their least recently used line.
///
/// What a fully associative cache leaves out: lines that fall into one set drive each other out.
public struct SetAssociativeCache: Sendable {
    private let sets: UInt
    private let ways: Int
    /// Lines by set, the most recently used first; `UInt.max` for none.
    private var lines: [UInt]

    /// Makes an empty cache.
    ///
    /// - Parameters:
    ///   - lineCount: Lines it holds; a multiple of `ways`.
    ///   - ways: Lines of a set; at least 1.
    public init(lineCount: Int, ways: Int) {
        precondition(ways >= 1 && lineCount >= ways && lineCount % ways == 0, "a cache has whole sets")
        sets = UInt(lineCount / ways)
        self.ways = ways
        lines = [UInt](repeating: .max, count: lineCount)
    }

    /// Touches a line.
    ///
    /// - Parameter line: The line's number, an address over the line's length.
    /// - Returns: Whether the cache held it; it does now.
    public mutating func touch(_ line: UInt) -> Bool {
        let first = Int(line % sets) * ways
        var way = 0
        while way < ways - 1, lines[first + way] != line { way += 1 }
        let isHit = lines[first + way] == line
        while way > 0 {
            lines[first + way] = lines[first + way - 1]
            way -= 1
        }
        lines[first] = line
        return isHit
    }
}
