import KernelInterface

/// Pixels given by pointers to their taps, each tap a row of its own with garbage behind it.
struct TapRows {
    let values: [[[UInt8]]]
    let pointers: GuardedBuffer<UnsafePointer<UInt8>>
    private let rows: [StridedRows]

    /// Lays out [pixels][taps][channels]; every third tap is shared with the pixel before, as neighbours share theirs.
    init(pixels: Int, taps: Int, channels: Int, random: inout RandomNumbers, value: UInt8? = nil) throws {
        var values: [[[UInt8]]] = []
        var rows: [StridedRows] = []
        var pointers: [UnsafePointer<UInt8>] = []
        for pixel in 0..<pixels {
            var pixelValues: [[UInt8]] = []
            for tap in 0..<taps {
                if pixel > 0 && tap % 3 == 2 {
                    pixelValues.append(values[pixel - 1][tap])
                    pointers.append(pointers[pointers.count - taps])
                    continue
                }
                let row = value.map { Array(repeating: $0, count: channels) } ?? random.bytes(channels)
                let laidOut = try StridedRows(row, columns: channels, stride: channels, garbage: &random)
                pixelValues.append(row)
                rows.append(laidOut)
                pointers.append(laidOut.row(0))
            }
            values.append(pixelValues)
        }
        self.values = values
        self.rows = rows
        self.pointers = try GuardedBuffer(pointers)
    }
}
