import KernelDispatch
import KernelInterface
import KernelsReference
import Testing

@Suite struct ElementwiseTests {
    private struct Shape {
        var rows = 3
        var columns: Int
        var inputPadding = 0
        var outputPadding = 0
    }

    private let columnCounts = Array(1...130) + [192, 200]
    private let quantizations: [OutputQuantization] = [0, 7, 128, 255].flatMap { (zeroPoint: Int32) in
        [(0, 255), (zeroPoint, 255), (20, 180), (5, 5)].map { (lowest: Int32, highest: Int32) in
            OutputQuantization(zeroPoint: zeroPoint, lowest: lowest, highest: highest)
        }
    }
    private let strides = [(0, 0), (1, 0), (0, 1), (64, 3), (5, 64)]

    private func add(
        _ shape: Shape,
        _ quantization: OutputQuantization = OutputQuantization(zeroPoint: 128),
        scale: Float = 0.4
    ) throws {
        var random = RandomNumbers(seed: UInt64(shape.columns))
        let count = shape.rows * shape.columns
        let factors = random.multipliers(2, scale: scale)
        let left = Reference.Operand(values: random.bytes(count), zeroPoint: 120, multiplier: factors[0])
        let right = Reference.Operand(values: random.bytes(count), zeroPoint: 0, multiplier: factors[1])
        let expected = Reference.add(left, right, quantization: quantization)
        for kernel in KernelCoverage.usable(KernelTable.add) {
            let stride = shape.columns + shape.inputPadding
            let leftRows = try StridedRows(left.values, columns: shape.columns, stride: stride, garbage: &random)
            let rightRows = try StridedRows(right.values, columns: shape.columns, stride: stride + 2, garbage: &random)
            let output = try OutputRows(
                rows: shape.rows,
                columns: shape.columns,
                stride: shape.columns + shape.outputPadding
            )
            var arguments = AddArguments(
                left: leftRows.row(0),
                leftRowStride: leftRows.stride,
                leftZeroPoint: left.zeroPoint,
                leftMultiplier: left.multiplier,
                right: rightRows.row(0),
                rightRowStride: rightRows.stride,
                rightZeroPoint: right.zeroPoint,
                rightMultiplier: right.multiplier,
                output: output.buffer.base,
                outputRowStride: output.stride,
                rows: shape.rows,
                columns: shape.columns,
                quantization: quantization
            )
            kernel.run(&arguments)
            output.compare(to: expected, "\(kernel.name) \(shape) \(quantization)")
            // Into the left operand's own memory, as the contract allows.
            arguments.output = leftRows.buffer.base
            arguments.outputRowStride = leftRows.stride
            kernel.run(&arguments)
            leftRows.compare(to: expected, "\(kernel.name) \(shape)")
        }
    }

    private func multiply(
        _ shape: Shape,
        _ quantization: OutputQuantization = OutputQuantization(zeroPoint: 128),
        scale: Float = 0.004
    ) throws {
        var random = RandomNumbers(seed: UInt64(shape.columns))
        let multiplier = random.multipliers(1, scale: scale)[0]
        let left = random.bytes(shape.rows * shape.columns)
        let right = random.bytes(shape.rows * shape.columns)
        // Both operands dense, and the right one a single row for all.
        for isRepeated in [false, true] {
            let spread = isRepeated ? left.indices.map { right[$0 % shape.columns] } : right
            let expected = Reference.multiply(
                Reference.Operand(values: left, zeroPoint: 119, multiplier: 0),
                Reference.Operand(values: spread, zeroPoint: 3, multiplier: 0),
                multiplier: multiplier,
                quantization: quantization
            )
            for kernel in KernelCoverage.usable(KernelTable.multiply) {
                let stride = shape.columns + shape.inputPadding
                let leftRows = try StridedRows(left, columns: shape.columns, stride: stride, garbage: &random)
                let rightRows = try StridedRows(right, columns: shape.columns, stride: stride + 2, garbage: &random)
                let output = try OutputRows(
                    rows: shape.rows,
                    columns: shape.columns,
                    stride: shape.columns + shape.outputPadding
                )
                var arguments = MultiplyArguments(
                    left: leftRows.row(0),
                    leftRowStride: leftRows.stride,
                    leftZeroPoint: 119,
                    right: rightRows.row(0),
                    rightRowStride: isRepeated ? 0 : rightRows.stride,
                    rightZeroPoint: 3,
                    multiplier: multiplier,
                    output: output.buffer.base,
                    outputRowStride: output.stride,
                    rows: shape.rows,
                    columns: shape.columns,
                    quantization: quantization
                )
                kernel.run(&arguments)
                output.compare(to: expected, "\(kernel.name) \(shape) \(quantization)")
                // Into the left operand's own memory, as the contract allows.
                arguments.output = leftRows.buffer.base
                arguments.outputRowStride = leftRows.stride
                kernel.run(&arguments)
                leftRows.compare(to: expected, "\(kernel.name) \(shape)")
            }
        }
    }

    private func channelAffine(
        _ shape: Shape,
        _ quantization: OutputQuantization = OutputQuantization(zeroPoint: 128),
        scale: Float = 0.7
    ) throws {
        var random = RandomNumbers(seed: UInt64(shape.columns))
        let input = random.bytes(shape.rows * shape.columns)
        let multipliers = random.multipliers(shape.columns, scale: scale)
        let offsets = random.multipliers(shape.columns, scale: 30)
        let expected = Reference.channelAffine(
            input: input,
            inputZeroPoint: 119,
            multipliers: multipliers,
            offsets: offsets,
            quantization: quantization
        )
        let padding = [Float](repeating: 5, count: (64 - shape.columns % 64) % 64)
        let paddedMultipliers = try GuardedBuffer(multipliers + padding)
        let paddedOffsets = try GuardedBuffer(offsets + padding)
        for kernel in KernelCoverage.usable(KernelTable.channelAffine) {
            let stride = shape.columns + shape.inputPadding
            let rows = try StridedRows(input, columns: shape.columns, stride: stride, garbage: &random)
            let output = try OutputRows(
                rows: shape.rows,
                columns: shape.columns,
                stride: shape.columns + shape.outputPadding
            )
            var arguments = ChannelAffineArguments(
                input: rows.row(0),
                inputRowStride: rows.stride,
                output: output.buffer.base,
                outputRowStride: output.stride,
                rows: shape.rows,
                columns: shape.columns,
                inputZeroPoint: 119,
                multipliers: paddedMultipliers.base,
                offsets: paddedOffsets.base,
                quantization: quantization
            )
            kernel.run(&arguments)
            output.compare(to: expected, "\(kernel.name) \(shape) \(quantization)")
            arguments.output = rows.buffer.base
            arguments.outputRowStride = rows.stride
            kernel.run(&arguments)
            rows.compare(to: expected, "\(kernel.name) \(shape)")
        }
    }

    private func lookup(_ shape: Shape) throws {
        var random = RandomNumbers(seed: UInt64(shape.columns))
        let input = random.bytes(shape.rows * shape.columns)
        let table = random.bytes(256)
        let expected = Reference.lookup(input: input, table: table)
        let tableBuffer = try GuardedBuffer(table)
        for kernel in KernelCoverage.usable(KernelTable.lookup) {
            let stride = shape.columns + shape.inputPadding
            let rows = try StridedRows(input, columns: shape.columns, stride: stride, garbage: &random)
            let output = try OutputRows(
                rows: shape.rows,
                columns: shape.columns,
                stride: shape.columns + shape.outputPadding
            )
            var arguments = LookupArguments(
                input: rows.row(0),
                inputRowStride: rows.stride,
                output: output.buffer.base,
                outputRowStride: output.stride,
                rows: shape.rows,
                columns: shape.columns,
                table: tableBuffer.base
            )
            kernel.run(&arguments)
            output.compare(to: expected, "\(kernel.name) \(shape)")
            arguments.output = rows.buffer.base
            arguments.outputRowStride = rows.stride
            kernel.run(&arguments)
            rows.compare(to: expected, "\(kernel.name) \(shape)")
        }
    }

    @Test func everyColumnCountUpToTwoGroups() throws {
        for columns in columnCounts {
            try add(Shape(columns: columns))
            try multiply(Shape(columns: columns))
            try channelAffine(Shape(columns: columns))
            try lookup(Shape(columns: columns))
        }
    }

    @Test func rowsAndStrides() throws {
        for rows in [1, 2, 5] {
            for (inputPadding, outputPadding) in strides {
                for columns in [9, 64, 100] {
                    let shape = Shape(
                        rows: rows,
                        columns: columns,
                        inputPadding: inputPadding,
                        outputPadding: outputPadding
                    )
                    try add(shape)
                    try multiply(shape)
                    try channelAffine(shape)
                    try lookup(shape)
                }
            }
        }
    }

    @Test func zeroPointsAndClamps() throws {
        for quantization in quantizations {
            try add(Shape(columns: 83), quantization)
            try multiply(Shape(columns: 83), quantization)
            try channelAffine(Shape(columns: 83), quantization)
        }
    }

    /// Results far outside the output's range, infinite or not a number clamp alike everywhere.
    @Test func overflowingResultsClamp() throws {
        for scale: Float in [1e20, 3e38] {
            try add(Shape(columns: 83), scale: scale)
            try multiply(Shape(columns: 83), scale: scale)
            try channelAffine(Shape(columns: 83), scale: scale)
        }
    }
}
