import KernelInterface

/// The order in which element-wise kernels go through their operands.
enum ElementwiseLoops {
    /// Elements that lie in a row on all sides are gone through so many at a time; no kernel takes more at once.
    private static let step = 64

    /// Touches what a sum reads and writes: rows, then columns.
    static func touch(_ a: AddArguments, _ recorder: AccessRecorder) {
        combine(
            (UnsafeRawPointer(a.left), a.leftRowStride),
            (UnsafeRawPointer(a.right), a.rightRowStride),
            (UnsafeRawPointer(a.output), a.outputRowStride),
            rows: a.rows,
            columns: a.columns,
            recorder
        )
    }

    /// Touches what a product reads and writes: rows, then columns.
    static func touch(_ a: MultiplyArguments, _ recorder: AccessRecorder) {
        combine(
            (UnsafeRawPointer(a.left), a.leftRowStride),
            (UnsafeRawPointer(a.right), a.rightRowStride),
            (UnsafeRawPointer(a.output), a.outputRowStride),
            rows: a.rows,
            columns: a.columns,
            recorder
        )
    }

    private static func combine(
        _ left: (start: UnsafeRawPointer, stride: Int),
        _ right: (start: UnsafeRawPointer, stride: Int),
        _ output: (start: UnsafeRawPointer, stride: Int),
        rows: Int,
        columns: Int,
        _ recorder: AccessRecorder
    ) {
        for row in 0..<rows {
            for column in stride(from: 0, to: columns, by: step) {
                let count = min(step, columns - column)
                recorder.touch(left.start + (row * left.stride + column), count)
                recorder.touch(right.start + (row * right.stride + column), count)
                recorder.touch(output.start + (row * output.stride + column), count)
            }
        }
    }

    /// Touches what a per-channel affine map reads and writes.
    ///
    /// `channels` are those whose multipliers and offsets stay in registers while all rows pass by; 0 for rows, then
    /// columns.
    static func touch(_ a: ChannelAffineArguments, channels: Int, _ recorder: AccessRecorder) {
        func touchRow(_ row: Int, _ column: Int, _ count: Int) {
            recorder.touch(a.input + (row * a.inputRowStride + column), count)
            recorder.touch(a.output + (row * a.outputRowStride + column), count)
        }
        func touchConstants(_ column: Int, _ count: Int) {
            recorder.touch(a.multipliers + column, count * 4)
            recorder.touch(a.offsets + column, count * 4)
        }
        if channels == 0 {
            for row in 0..<a.rows {
                for column in stride(from: 0, to: a.columns, by: step) {
                    let count = min(step, a.columns - column)
                    touchConstants(column, count)
                    touchRow(row, column, count)
                }
            }
        } else {
            for column in stride(from: 0, to: a.columns, by: channels) {
                touchConstants(column, channels)
                for row in 0..<a.rows { touchRow(row, column, min(channels, a.columns - column)) }
            }
        }
    }

    /// Touches what a look-up reads and writes: rows, then columns.
    ///
    /// With `keepsTable` the table is read once into registers. Otherwise all of it counts as read for every 64
    /// elements: which parts are depends on what the elements are.
    static func touch(_ a: LookupArguments, keepsTable: Bool, _ recorder: AccessRecorder) {
        if keepsTable { recorder.touch(a.table, 256) }
        for row in 0..<a.rows {
            for column in stride(from: 0, to: a.columns, by: step) {
                let count = min(step, a.columns - column)
                recorder.touch(a.input + (row * a.inputRowStride + column), count)
                if !keepsTable { recorder.touch(a.table, 256) }
                recorder.touch(a.output + (row * a.outputRowStride + column), count)
            }
        }
    }
}
