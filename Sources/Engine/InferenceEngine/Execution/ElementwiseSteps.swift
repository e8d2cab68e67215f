import KernelInterface
import Quantization

/// Rows of pixels for a kernel that treats every element alike: one long row where nothing lies between the pixels.
func flattened(_ tensors: PlanTensor...) -> (rows: Int, columns: Int, isFlat: Bool) {
    let first = tensors[0]
    let isFlat = tensors.allSatisfy(\.isContiguous)
    return isFlat ? (first.elementCount, 1, true) : (first.pixels, first.channels, false)
}

/// A per-channel affine map.
struct AffineStep {
    private let arguments: ChannelAffineArguments
    private let blocks: Blocks

    var taskCount: Int { blocks.count }

    init(_ context: StepContext, _ step: PlanStep, _ input: PlanTensor, _ output: PlanTensor) {
        blocks = context.blocks(output.pixels, atMost: context.taskLimit(elements: output.elementCount))
        arguments = ChannelAffineArguments(
            input: UnsafePointer(context.pointer(input)),
            inputRowStride: input.pixelStride,
            output: context.pointer(output),
            outputRowStride: output.pixelStride,
            rows: output.pixels,
            columns: output.channels,
            inputZeroPoint: step.affineZeroPoint,
            multipliers: context.constants(step.multipliers, Float.self),
            offsets: context.constants(step.bias, Float.self),
            quantization: context.quantization(step, output)
        )
    }

    func run(_ task: Int, _ kernels: UnsafePointer<KernelSet>) {
        let (row, count) = blocks.block(task)
        var affine = arguments
        affine.input += row &* affine.inputRowStride
        affine.output += row &* affine.outputRowStride
        affine.rows = count
        kernels.pointee.channelAffine.run(&affine)
    }
}

/// A table look-up of every element.
struct LookupStep {
    private let arguments: LookupArguments
    private let blocks: Blocks
    private let isFlat: Bool

    var taskCount: Int { blocks.count }

    init(_ context: StepContext, _ step: PlanStep, _ input: PlanTensor, _ output: PlanTensor) {
        let shape = flattened(input, output)
        isFlat = shape.isFlat
        blocks = context.blocks(
            shape.rows,
            atMost: context.taskLimit(elements: output.elementCount),
            unit: isFlat ? 64 : 1
        )
        arguments = LookupArguments(
            input: UnsafePointer(context.pointer(input)),
            inputRowStride: isFlat ? 1 : input.pixelStride,
            output: context.pointer(output),
            outputRowStride: isFlat ? 1 : output.pixelStride,
            rows: shape.rows,
            columns: shape.columns,
            table: context.constants(step.weights, UInt8.self)
        )
    }

    func run(_ task: Int, _ kernels: UnsafePointer<KernelSet>) {
        let (row, count) = blocks.block(task)
        var lookup = arguments
        lookup.input += row &* lookup.inputRowStride
        lookup.output += row &* lookup.outputRowStride
        (lookup.rows, lookup.columns) = isFlat ? (1, count) : (count, arguments.columns)
        kernels.pointee.lookup.run(&lookup)
    }
}
