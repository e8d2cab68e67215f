import KernelInterface
import KernelsReference
import Testing

/// One matrix product to compare with the reference.
struct GemmCase: CustomStringConvertible {
    var rows, columns, depth: Int
    var inputPadding = 0
    var outputPadding = 0
    var quantization = OutputQuantization(zeroPoint: 128)
    var residualZeroPoint: Int32?
    var seed: UInt64 = 1

    /// What activations, weights and bias hold.
    enum Contents { case random, largestProducts, smallestProducts, hugeMultipliers, ties }
    var contents = Contents.random

    var description: String {
        "m=\(rows) n=\(columns) k=\(depth) strides +\(inputPadding)/+\(outputPadding) zero \(quantization.zeroPoint)"
            + " clamp \(quantization.lowest)...\(quantization.highest)"
            + " residual \(residualZeroPoint.map(String.init) ?? "none") \(contents) seed \(seed)"
    }

    /// Runs a kernel and checks its results and what surrounds them.
    func check(_ kernel: GemmKernel) throws {
        var random = RandomNumbers(seed: seed)
        var input = random.bytes(rows * depth)
        var weights = random.weights(columns * depth)
        var bias = random.integers(columns, magnitude: 40_000)
        // A sum of k random products has a standard deviation near 74 · 148 · √k: spread it over the output's range.
        var multipliers = random.multipliers(columns, scale: 100 / (11_000 * Float(depth).squareRoot() + 20_000))
        switch contents {
        case .random: break
        case .largestProducts, .smallestProducts:
            let extreme: Int8 = contents == .largestProducts ? 127 : -128
            input = input.map { _ in 255 }
            weights = weights.map { _ in extreme }
            let full = Float(255) * 128 * Float(depth)
            multipliers = multipliers.map { $0 < 0 ? -120 / full : 120 / full }
        case .hugeMultipliers:
            multipliers = multipliers.enumerated().map { $0 % 2 == 0 ? $1 * 1e35 : $1 * 1e-35 }
        case .ties:
            // Sums of small integers at a half: every result lies on an integer or right between two.
            input = input.map { $0 & 3 }
            weights = weights.map { $0 & 3 }
            bias = bias.map { $0 & 15 }
            multipliers = multipliers.map { _ in 0.5 }
        }
        let residualValues = random.bytes(rows * columns)
        let residual = residualZeroPoint.map {
            // Every other case's products leave their own bounds.
            let reach: Float = (rows + columns) % 2 == 0 ? .infinity : 20
            return Reference.Residual(
                values: residualValues,
                zeroPoint: $0,
                multiplier: contents == .ties ? 0.5 : 0.37,
                productLowest: -reach,
                productHighest: 2 * reach
            )
        }
        let expected = Reference.gemm(
            input: input,
            weights: weights,
            bias: bias,
            multipliers: multipliers,
            depth: depth,
            quantization: quantization,
            residual: residual
        )
        let inputRows = try StridedRows(input, columns: depth, stride: depth + inputPadding, garbage: &random)
        let residualRows = try StridedRows(residualValues, columns: columns, stride: columns + 3, garbage: &random)
        let output = try OutputRows(rows: rows, columns: columns, stride: columns + outputPadding)
        let packed = try GuardedBuffer(pack(weights, for: kernel), slackBytes: KernelLimits.overread)
        let panels = (columns + kernel.tileColumns - 1) / kernel.tileColumns
        let padding = panels * kernel.tileColumns - columns
        let paddedBias = try GuardedBuffer(bias + Array(repeating: 77, count: padding))
        let paddedMultipliers = try GuardedBuffer(multipliers + Array(repeating: 3, count: padding))
        var arguments = GemmArguments(
            input: inputRows.row(0),
            inputRowStride: inputRows.stride,
            rows: rows,
            depth: depth,
            columns: columns,
            weights: packed.base,
            bias: paddedBias.base,
            multipliers: paddedMultipliers.base,
            output: output.buffer.base,
            outputRowStride: output.stride,
            quantization: quantization
        )
        if let residual {
            arguments.residual = residualRows.row(0)
            arguments.residualRowStride = residualRows.stride
            arguments.residualZeroPoint = residual.zeroPoint
            arguments.residualMultiplier = residual.multiplier
            arguments.productLowest = residual.productLowest
            arguments.productHighest = residual.productHighest
        }
        kernel.run(&arguments)
        output.compare(to: expected, "\(kernel.name) \(self)")
    }

    /// [ceil(columns / tileColumns)][ceil(depth / depthGroup)][tileColumns][depthGroup], zeros beyond the matrix.
    private func pack(_ weights: [Int8], for kernel: GemmKernel) -> [Int8] {
        let groups = (depth + kernel.depthGroup - 1) / kernel.depthGroup
        let panels = (columns + kernel.tileColumns - 1) / kernel.tileColumns
        let panelBytes = groups * kernel.tileColumns * kernel.depthGroup
        var packed = [Int8](repeating: 0, count: panels * panelBytes)
        for column in 0..<columns {
            let panel = column / kernel.tileColumns * panelBytes
            for k in 0..<depth {
                let group = k / kernel.depthGroup * kernel.tileColumns + column % kernel.tileColumns
                packed[panel + group * kernel.depthGroup + k % kernel.depthGroup] = weights[column * depth + k]
            }
        }
        return packed
    }
}
