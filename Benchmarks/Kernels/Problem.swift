import KernelInterface

/// The operands of one shape, laid out for one kernel, held for the process's life.
struct Problem {
    let shape: Shape
    let kernel: GemmKernel
    private let arguments: UnsafeMutablePointer<GemmArguments>

    init(_ shape: Shape, _ kernel: GemmKernel) {
        self.shape = shape
        self.kernel = kernel
        let groups = (shape.depth + kernel.depthGroup - 1) / kernel.depthGroup
        let panels = (shape.columns + kernel.tileColumns - 1) / kernel.tileColumns
        let padded = panels * kernel.tileColumns
        let slack = KernelLimits.overread
        let inputBytes = shape.rows * shape.depth + slack
        let input = UnsafeMutablePointer<UInt8>.aligned(inputBytes)
        for index in 0..<inputBytes { input[index] = UInt8(truncatingIfNeeded: index &* 37 &+ index >> 5) }
        let weightBytes = padded * groups * kernel.depthGroup + slack
        let weights = UnsafeMutablePointer<Int8>.aligned(weightBytes)
        for index in 0..<weightBytes { weights[index] = Int8(truncatingIfNeeded: index &* 91 &+ index >> 7) }
        let bias = UnsafeMutablePointer<Int32>.aligned(padded)
        bias.initialize(repeating: 100, count: padded)
        let multipliers = UnsafeMutablePointer<Float>.aligned(padded)
        multipliers.initialize(repeating: 1e-4, count: padded)
        let output = UnsafeMutablePointer<UInt8>.aligned(shape.rows * shape.columns + slack)
        output.initialize(repeating: 1, count: shape.rows * shape.columns + slack)
        arguments = UnsafeMutablePointer.allocate(capacity: 1)
        arguments.initialize(
            to: GemmArguments(
                input: input,
                inputRowStride: shape.depth,
                rows: shape.rows,
                depth: shape.depth,
                columns: shape.columns,
                weights: weights,
                bias: bias,
                multipliers: multipliers,
                output: output,
                outputRowStride: shape.columns,
                quantization: OutputQuantization(zeroPoint: 0)
            )
        )
        guard shape.residual else { return }
        let residual = UnsafeMutablePointer<UInt8>.aligned(shape.rows * shape.columns + slack)
        residual.initialize(repeating: 3, count: shape.rows * shape.columns + slack)
        arguments.pointee.residual = UnsafePointer(residual)
        arguments.pointee.residualRowStride = shape.columns
        arguments.pointee.residualMultiplier = 0.5
    }

    func run() { kernel.run(arguments) }
}

extension UnsafeMutablePointer {
    /// Memory on a cache line's boundary, as the engine's arena is.
    static func aligned(_ count: Int) -> UnsafeMutablePointer {
        UnsafeMutableRawPointer.allocate(byteCount: count * MemoryLayout<Pointee>.stride, alignment: 64)
            .bindMemory(to: Pointee.self, capacity: count)
    }
}
