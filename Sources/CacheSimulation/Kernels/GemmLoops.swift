import KernelInterface

/// The order in which a matrix product goes through its operands (docs/kernels.md, "gemm"), as data.
///
/// Every kernel computes tiles of `tileRows` x `tileColumns` over the whole depth; they differ in what they go through
/// between tiles.
struct GemmLoops: Sendable {
    /// What lies outside of the tiles.
    enum Order: Sendable {
        /// Rows, then panels of weights.
        case rowsThenPanels
        /// Chunks of rows, then panels, then equal tiles of the chunk; a chunk's input and output have so many bytes.
        case chunks(bytes: Int)
        /// Blocks of rows and columns whose rows, or rows and weights, are widened to 16 bits in stack memory first; what a
        /// chunk of rows writes has so many bytes (`GemmBlocking256.swift`).
        case widenedBlocks(bytes: Int)
    }

    /// The kernel's name.
    let name: String
    let tileRows: Int
    let tileColumns: Int
    let depthGroup: Int
    let order: Order
    /// Multipliers are looked through first, and the right half of a panel that is padding is left out.
    var choosesPath = false
    /// Each panel is read once before its tiles.
    var sumsPanels = false
}

extension GemmLoops {
    /// Touches what a product reads and writes.
    func touch(_ a: GemmArguments, _ recorder: AccessRecorder) {
        var walk = GemmWalk(self, a, recorder)
        walk.run()
    }
}

/// One product.
private struct GemmWalk {
    let loops: GemmLoops
    let a: GemmArguments
    let recorder: AccessRecorder
    /// Bytes of depth in a panel's row.
    let paddedDepth: Int
    /// Where a tile's activations lie.
    var input: UnsafeRawPointer
    var inputRowStride: Int
    /// Bytes of an input element, 2 once widened.
    var elementBytes = 1
    /// Widened weights of the block that begins with column `first`.
    var widenedWeights: (base: UnsafeRawPointer, first: Int)?
    /// Rows at most in a tile.
    var tileRows: Int

    init(_ loops: GemmLoops, _ a: GemmArguments, _ recorder: AccessRecorder) {
        self.loops = loops
        self.a = a
        self.recorder = recorder
        paddedDepth = (a.depth + loops.depthGroup - 1) / loops.depthGroup * loops.depthGroup
        input = UnsafeRawPointer(a.input)
        inputRowStride = a.inputRowStride
        tileRows = loops.tileRows
    }

    mutating func run() {
        if loops.choosesPath {
            recorder.touch(a.multipliers, a.columns * 4)
            if clampsFirst { tileRows = 1 }
        }
        switch loops.order {
        case .rowsThenPanels:
            for row in stride(from: 0, to: a.rows, by: tileRows) {
                for column in stride(from: 0, to: a.columns, by: loops.tileColumns) {
                    touchBiasAndMultipliers(column)
                    tile(row, row, min(tileRows, a.rows - row), column)
                }
            }
        case .chunks(let bytes):
            let rowBytes = a.depth + (a.residual == nil ? 1 : 2) * a.columns
            chunks(of: max(loops.tileRows, bytes / rowBytes))
        case .widenedBlocks(let bytes):
            let blocking = WidenedBlocking(a, tileRows: loops.tileRows, tileColumns: loops.tileColumns, written: bytes)
            if blocking.rows == 0 {
                // Too deep to widen: panels, then single rows.
                tileRows = 1
                chunks(of: a.rows)
            } else {
                widenedBlocks(blocking)
            }
        }
    }

    private func chunks(of size: Int) {
        for row in stride(from: 0, to: a.rows, by: size) {
            chunk(row, min(size, a.rows - row), inputRow: row, columns: 0..<a.columns)
        }
    }

    /// Blocks in the kernel's order, each operand widened when its place in the stack memory changes hands.
    private mutating func widenedBlocks(_ blocking: WidenedBlocking) {
        input = UnsafeRawPointer(recorder.stack + blocking.widenedColumns * paddedDepth * 2)
        inputRowStride = blocking.stride
        elementBytes = 2
        var (row, column) = (0, 0)
        while row < a.rows, column < a.columns {
            let rows = min(blocking.rows, a.rows - row)
            let columns = min(blocking.columns, a.columns - column)
            if column == 0 || blocking.rowsInside { widenRows(row, rows) }
            if blocking.widenedColumns > 0 {
                if row == 0 || !blocking.rowsInside { widenColumns(column, columns) }
                widenedWeights = (base: UnsafeRawPointer(recorder.stack), first: column)
            }
            chunk(row, rows, inputRow: 0, columns: column..<(column + columns))
            if blocking.rowsInside {
                row += rows
                if row == a.rows { (row, column) = (0, column + columns) }
            } else {
                column += columns
                if column >= a.columns { (row, column) = (row + rows, 0) }
            }
        }
    }

    private func widenRows(_ row: Int, _ rows: Int) {
        for index in 0..<rows {
            recorder.touch(a.input + (row + index) * a.inputRowStride, inputRowStride / 2)
            recorder.touch(input + index * inputRowStride, inputRowStride)
        }
    }

    private func widenColumns(_ column: Int, _ columns: Int) {
        let panels = (columns + loops.tileColumns - 1) / loops.tileColumns * loops.tileColumns
        recorder.touch(a.weights + column * paddedDepth, panels * paddedDepth)
        recorder.touch(recorder.stack, panels * paddedDepth * 2)
    }

    /// Panels, then equal tiles: 8 rows are 4 + 4, not 7 + 1.
    private func chunk(_ row: Int, _ rows: Int, inputRow: Int, columns: Range<Int>) {
        let tiles = (rows + tileRows - 1) / tileRows
        let short = rows / tiles
        for column in stride(from: columns.lowerBound, to: columns.upperBound, by: loops.tileColumns) {
            touchBiasAndMultipliers(column)
            if loops.sumsPanels { recorder.touch(a.weights + column * paddedDepth, loops.tileColumns * paddedDepth) }
            var index = 0
            for tile in 0..<tiles {
                let height = tile < rows - short * tiles ? short + 1 : short
                self.tile(row + index, inputRow + index, height, column)
                index += height
            }
        }
    }

    private func touchBiasAndMultipliers(_ column: Int) {
        recorder.touch(a.bias + column, loops.tileColumns * 4)
        recorder.touch(a.multipliers + column, loops.tileColumns * 4)
    }

    /// A tile: along the depth, a line of each row beside the weights it meets; then what is added and stored.
    private func tile(_ row: Int, _ inputRow: Int, _ rows: Int, _ column: Int) {
        let lineBytes = AccessRecorder.lineBytes
        let first = input + inputRow * inputRowStride
        let weights = weights(of: column)
        let rowBytes = paddedDepth * elementBytes
        let groupBytes = loops.tileColumns * loops.depthGroup
        let isNarrow = loops.choosesPath && tileRows > 1 && a.columns - column <= loops.tileColumns / 2
        var offset = 0
        while offset < rowBytes {
            let end = min(offset + lineBytes, rowBytes)
            for index in 0..<rows {
                let start = first + (index * inputRowStride + offset)
                // The line this begins in was touched with the bytes before it.
                let isContinued = offset > 0 && UInt(bitPattern: start) % UInt(lineBytes) != 0
                let skipped = isContinued ? lineBytes - Int(UInt(bitPattern: start) % UInt(lineBytes)) : 0
                if end - offset > skipped { recorder.touch(start + skipped, end - offset - skipped) }
            }
            let (from, to) = (offset / elementBytes, end / elementBytes)
            if isNarrow {
                for group in (from / loops.depthGroup)..<((to + loops.depthGroup - 1) / loops.depthGroup) {
                    recorder.touch(weights + group * groupBytes, groupBytes / 2)
                }
            } else {
                let columnBytes = loops.tileColumns * (widenedWeights == nil ? 1 : 2)
                recorder.touch(weights + from * columnBytes, (to - from) * columnBytes)
            }
            offset = end
        }
        let columns = min(loops.tileColumns, a.columns - column)
        for index in row..<(row + rows) {
            if let residual = a.residual { recorder.touch(residual + (index * a.residualRowStride + column), columns) }
            recorder.touch(a.output + (index * a.outputRowStride + column), columns)
        }
    }

    /// Where a panel's weights are read.
    private func weights(of column: Int) -> UnsafeRawPointer {
        if let widenedWeights { return widenedWeights.base + (column - widenedWeights.first) * paddedDepth * 2 }
        return UnsafeRawPointer(a.weights + column * paddedDepth)
    }

    /// As the kernel decides: whether a result could leave the range of Int32 before it is clamped.
    private var clampsFirst: Bool {
        if a.residual != nil, !(a.residualMultiplier.magnitude < 1_048_576) { return true }
        return (0..<a.columns).contains { !(a.multipliers[$0].magnitude < 0.5) }
    }
}
