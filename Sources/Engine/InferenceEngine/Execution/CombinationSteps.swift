import KernelInterface
import Quantization

/// The sum or product of two tensors' rows.
struct CombinationKernel {
    private let isProduct: Bool
    private let sum: AddArguments
    private let product: MultiplyArguments

    init(_ context: StepContext, _ step: PlanStep, _ left: PlanTensor, _ right: PlanTensor, _ output: PlanTensor) {
        isProduct = step.kind == .multiply
        sum = AddArguments(
            left: UnsafePointer(context.pointer(left)),
            leftRowStride: left.pixelStride,
            leftZeroPoint: left.quantization.engineZeroPoint,
            leftMultiplier: step.inputMultiplier,
            right: UnsafePointer(context.pointer(right)),
            rightRowStride: right.pixelStride,
            rightZeroPoint: right.quantization.engineZeroPoint,
            rightMultiplier: step.secondMultiplier,
            output: context.pointer(output),
            outputRowStride: output.pixelStride,
            rows: 0,
            columns: 0,
            quantization: context.quantization(step, output)
        )
        product = MultiplyArguments(
            left: sum.left,
            leftRowStride: sum.leftRowStride,
            leftZeroPoint: sum.leftZeroPoint,
            right: sum.right,
            rightRowStride: sum.rightRowStride,
            rightZeroPoint: sum.rightZeroPoint,
            multiplier: step.inputMultiplier,
            output: sum.output,
            outputRowStride: sum.outputRowStride,
            rows: 0,
            columns: 0,
            quantization: sum.quantization
        )
    }

    /// First elements of the operands and the output.
    var left: UnsafePointer<UInt8> { sum.left }
    var right: UnsafePointer<UInt8> { sum.right }
    var output: UnsafeMutablePointer<UInt8> { sum.output }

    /// Combines rows that begin at these places, so many bytes apart.
    @inline(__always)
    func run(
        _ left: (start: UnsafePointer<UInt8>, stride: Int),
        _ right: (start: UnsafePointer<UInt8>, stride: Int),
        into output: (start: UnsafeMutablePointer<UInt8>, stride: Int),
        rows: Int,
        columns: Int,
        _ kernels: UnsafePointer<KernelSet>
    ) {
        if isProduct {
            var arguments = product
            (arguments.left, arguments.leftRowStride) = left
            (arguments.right, arguments.rightRowStride) = right
            (arguments.output, arguments.outputRowStride) = output
            (arguments.rows, arguments.columns) = (rows, columns)
            kernels.pointee.multiply.run(&arguments)
        } else {
            var arguments = sum
            (arguments.left, arguments.leftRowStride) = left
            (arguments.right, arguments.rightRowStride) = right
            (arguments.output, arguments.outputRowStride) = output
            (arguments.rows, arguments.columns) = (rows, columns)
            kernels.pointee.add.run(&arguments)
        }
    }
}

/// The sum or product of two tensors of one shape.
struct CombinationStep {
    private let kernel: CombinationKernel
    private let blocks: Blocks
    private let columns: Int
    private let isFlat: Bool
    private let leftStride, rightStride, outputStride: Int

    var taskCount: Int { blocks.count }

    init(_ context: StepContext, _ step: PlanStep, _ left: PlanTensor, _ right: PlanTensor, _ output: PlanTensor) {
        kernel = CombinationKernel(context, step, left, right, output)
        let shape = flattened(left, right, output)
        isFlat = shape.isFlat
        columns = shape.columns
        leftStride = isFlat ? 1 : left.pixelStride
        rightStride = isFlat ? 1 : right.pixelStride
        outputStride = isFlat ? 1 : output.pixelStride
        blocks = context.blocks(
            shape.rows,
            atMost: context.taskLimit(elements: output.elementCount),
            unit: isFlat ? 64 : 1
        )
    }

    func run(_ task: Int, _ kernels: UnsafePointer<KernelSet>) {
        let (row, count) = blocks.block(task)
        kernel.run(
            (kernel.left + row &* leftStride, leftStride),
            (kernel.right + row &* rightStride, rightStride),
            into: (kernel.output + row &* outputStride, outputStride),
            rows: isFlat ? 1 : count,
            columns: isFlat ? count : columns,
            kernels
        )
    }
}
