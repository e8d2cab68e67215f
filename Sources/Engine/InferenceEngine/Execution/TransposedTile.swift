/// Sixteen rows of sixteen bytes.
struct TransposedTile {
    static let extent = 16
    typealias Row = SIMD16<UInt8>
    // An array of rows is not kept in registers; a tuple is.
    private typealias Rows = (
        Row, Row, Row, Row, Row, Row, Row, Row, Row, Row, Row, Row, Row, Row, Row, Row
    )
    private var rows: Rows

    /// Loads rows from their places.
    @inline(__always)
    init(_ place: (_ row: Int) -> UnsafePointer<UInt8>) {
        func load(_ row: Int) -> Row { UnsafeRawPointer(place(row)).loadUnaligned(as: Row.self) }
        rows = (
            load(0), load(1), load(2), load(3), load(4), load(5), load(6), load(7),
            load(8), load(9), load(10), load(11), load(12), load(13), load(14), load(15)
        )
    }

    /// Makes rows of columns: four times interleaving the halves moves each byte's row number where its column was.
    @inline(__always)
    mutating func transpose() {
        interleaveHalves()
        interleaveHalves()
        interleaveHalves()
        interleaveHalves()
    }

    @inline(__always)
    private mutating func interleaveHalves() {
        let (a, b) = (Self.interleave(rows.0, rows.8), Self.interleave(rows.1, rows.9))
        let (c, d) = (Self.interleave(rows.2, rows.10), Self.interleave(rows.3, rows.11))
        let (e, f) = (Self.interleave(rows.4, rows.12), Self.interleave(rows.5, rows.13))
        let (g, h) = (Self.interleave(rows.6, rows.14), Self.interleave(rows.7, rows.15))
        rows = (
            a.lowHalf, a.highHalf, b.lowHalf, b.highHalf, c.lowHalf, c.highHalf, d.lowHalf, d.highHalf,
            e.lowHalf, e.highHalf, f.lowHalf, f.highHalf, g.lowHalf, g.highHalf, h.lowHalf, h.highHalf
        )
    }

    @inline(__always)
    private static func interleave(_ left: Row, _ right: Row) -> SIMD32<UInt8> {
        var pairs = SIMD32<UInt8>()
        pairs.evenHalf = left
        pairs.oddHalf = right
        return pairs
    }

    /// Stores rows at their places.
    @inline(__always)
    func store(_ place: (_ row: Int) -> UnsafeMutablePointer<UInt8>) {
        func store(_ row: Row, _ index: Int) {
            UnsafeMutableRawPointer(place(index)).storeBytes(of: row, as: Row.self)
        }
        store(rows.0, 0)
        store(rows.1, 1)
        store(rows.2, 2)
        store(rows.3, 3)
        store(rows.4, 4)
        store(rows.5, 5)
        store(rows.6, 6)
        store(rows.7, 7)
        store(rows.8, 8)
        store(rows.9, 9)
        store(rows.10, 10)
        store(rows.11, 11)
        store(rows.12, 12)
        store(rows.13, 13)
        store(rows.14, 14)
        store(rows.15, 15)
    }
}
