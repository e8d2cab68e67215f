import KernelInterface
import Quantization

/// A windowed maximum or mean.
struct PoolStep {
    private let arguments: PoolArguments
    private let isMean: Bool
    private let lines: Blocks
    private let width: Int
    private let height: Int
    let taps: TapTable

    var taskCount: Int { lines.count }

    init(_ context: StepContext, _ step: PlanStep, _ input: PlanTensor, _ output: PlanTensor) {
        isMean = step.kind == .averagePool
        let zeroPoint = input.quantization.engineZeroPoint
        taps = TapTable(
            step,
            input,
            output,
            base: context.pointer(input),
            isMean ? .zeroPoint(UInt8(truncatingIfNeeded: zeroPoint)) : .nearest
        )
        width = output.width
        height = output.height
        lines = context.blocks(
            output.batch * output.height,
            atMost: context.taskLimit(elements: output.elementCount * 4)
        )
        arguments = PoolArguments(
            taps: .init(context.arena.assumingMemoryBound(to: UnsafePointer<UInt8>.self)),
            tapCount: taps.tapCount,
            pixels: 0,
            channels: output.channels,
            inputZeroPoint: zeroPoint,
            multipliers: isMean ? context.constants(step.multipliers, Float.self) : nil,
            output: context.pointer(output),
            outputPixelStride: output.pixelStride,
            quantization: context.quantization(step, output)
        )
    }

    func run(_ task: Int, _ kernels: UnsafePointer<KernelSet>, _ scratch: UnsafeMutableRawPointer) {
        let table = taps.begin(scratch)
        let observer = kernels.pointee.observer
        if let observer { taps.reportBegin(scratch, to: observer) }
        let (start, count) = lines.block(task)
        var pool = arguments
        pool.taps = UnsafePointer(table)
        for line in start..<(start &+ count) {
            var column = 0
            while column < width {
                let pixels = min(taps.pixelsAtOnce, width &- column)
                taps.fill(table, line: line, column: column, count: pixels, scratch)
                if let observer { taps.reportFill(table, count: pixels, to: observer) }
                pool.pixels = pixels
                pool.output = arguments.output + (line &* width &+ column) &* arguments.outputPixelStride
                if isMean {
                    if let multipliers = arguments.multipliers {
                        pool.multipliers = multipliers + (line % height &* width &+ column)
                    }
                    kernels.pointee.averagePool.run(&pool)
                } else {
                    kernels.pointee.maxPool.run(&pool)
                }
                column &+= pixels
            }
        }
    }
}
