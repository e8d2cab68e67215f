internal import KernelInterface

/// Matrix products: every shape, laid out for one kernel.
enum GemmProblem {
    /// The operands of a shape.
    static func arguments(_ shape: GemmShape, _ kernel: GemmKernel, _ operands: Operands) -> GemmArguments {
        let groups = (shape.depth + kernel.depthGroup - 1) / kernel.depthGroup
        let panels = (shape.columns + kernel.tileColumns - 1) / kernel.tileColumns
        let padded = panels * kernel.tileColumns
        var arguments = GemmArguments(
            input: operands.bytes(shape.rows * shape.depth),
            inputRowStride: shape.depth,
            rows: shape.rows,
            depth: shape.depth,
            columns: shape.columns,
            weights: operands.weights(padded * groups * kernel.depthGroup),
            bias: operands.constant(Int32(100), padded),
            multipliers: operands.constant(Float(1e-4), padded),
            output: operands.bytes(shape.rows * shape.columns),
            outputRowStride: shape.columns,
            quantization: OutputQuantization(zeroPoint: 0)
        )
        if shape.residual {
            arguments.residual = UnsafePointer(operands.bytes(shape.rows * shape.columns))
            arguments.residualRowStride = shape.columns
            arguments.residualMultiplier = 0.5
        }
        return arguments
    }
}
