/// Sixteen rows of sixteen bytes.
struct TransposedTile {
    static let extent = 16
    private typealias Row = SIMD16<UInt8>
    private var rows: InlineArray<16, SIMD16<UInt8>>

    /// Loads rows from their places.
    @inline(__always)
    init(_ source: UnsafePointer<UInt8>, _ offsets: InlineArray<16, Int>) {
        rows = InlineArray { UnsafeRawPointer(source + offsets[$0]).loadUnaligned(as: SIMD16<UInt8>.self) }
    }

    /// Makes rows of columns: four times interleaving the halves moves each byte's row number where its column was.
    @inline(__always)
    mutating func transpose() {
        for _ in 0..<4 {
            let old = rows
            rows = InlineArray { index in
                let (low, high) = (old[index / 2], old[index / 2 + 8])
                var both = Row()
                both.evenHalf = index % 2 == 0 ? low.lowHalf : low.highHalf
                both.oddHalf = index % 2 == 0 ? high.lowHalf : high.highHalf
                return both
            }
        }
    }

    /// Stores rows at their places.
    @inline(__always)
    func store(_ target: UnsafeMutablePointer<UInt8>, _ offsets: InlineArray<16, Int>) {
        for index in 0..<Self.extent {
            UnsafeMutableRawPointer(target + offsets[index]).storeBytes(of: rows[index], as: SIMD16<UInt8>.self)
        }
    }
}
