import KernelInterface
import Quantization

/// Each output pixel from the four input pixels around it, weighted by rows and columns.
///
/// real = ((1 − fy)·((1 − fx)·a + fx·b) + fy·((1 − fx)·c + fx·d)) · inputScale/outputScale, in Float, in that order.
struct ResizeLinearStep {
    private let input: UnsafePointer<UInt8>
    private let output: UnsafeMutablePointer<UInt8>
    private let inputStride: Int
    private let outputStride: Int
    private let inputHeight: Int
    private let inputWidth: Int
    private let outputHeight: Int
    private let outputWidth: Int
    private let channels: Int
    private let zeroPoint: Int32
    private let multiplier: Float
    /// Of each output row, then of each column: the lower and the higher neighbour.
    private let neighbours: UnsafePointer<Int32>
    /// Of each output row, then of each column: the higher neighbour's weight.
    private let fractions: UnsafePointer<Float>
    private let rounding: ResultRounding
    private let lines: Blocks

    var taskCount: Int { lines.count }

    init(_ context: StepContext, _ step: PlanStep, _ input: PlanTensor, _ output: PlanTensor) {
        self.input = UnsafePointer(context.pointer(input))
        self.output = context.pointer(output)
        inputStride = input.pixelStride
        outputStride = output.pixelStride
        (inputHeight, inputWidth) = (input.height, input.width)
        (outputHeight, outputWidth) = (output.height, output.width)
        channels = output.channels
        zeroPoint = input.quantization.engineZeroPoint
        multiplier = step.inputMultiplier
        neighbours = context.constants(step.weights, Int32.self)
        fractions = context.constants(step.multipliers, Float.self)
        rounding = ResultRounding(context.quantization(step, output))
        lines = context.blocks(
            output.batch * output.height,
            atMost: context.taskLimit(elements: output.elementCount * 8)
        )
    }

    func run(_ task: Int) {
        let (start, count) = lines.block(task)
        let columns = neighbours + 2 &* outputHeight
        for line in start..<(start &+ count) {
            let (image, y) = line.quotientAndRemainder(dividingBy: outputHeight)
            let first = image &* inputHeight
            let above = input + (first &+ Int(neighbours[2 &* y])) &* inputWidth &* inputStride
            let below = input + (first &+ Int(neighbours[2 &* y &+ 1])) &* inputWidth &* inputStride
            let target = output + line &* outputWidth &* outputStride
            for x in 0..<outputWidth {
                let left = Int(columns[2 &* x]) &* inputStride
                let right = Int(columns[2 &* x &+ 1]) &* inputStride
                mix(
                    (above + left, above + right, below + left, below + right),
                    row: fractions[y],
                    column: fractions[outputHeight &+ x],
                    into: target + x &* outputStride
                )
            }
        }
    }

    @inline(__always)
    private func mix(
        _ corners: (
            a: UnsafePointer<UInt8>, b: UnsafePointer<UInt8>, c: UnsafePointer<UInt8>, d: UnsafePointer<UInt8>
        ),
        row: Float,
        column: Float,
        into target: UnsafeMutablePointer<UInt8>
    ) {
        let (upper, left) = (1 - row, 1 - column)
        for channel in 0..<channels {
            let a = Float(Int32(corners.a[channel]) &- zeroPoint)
            let b = Float(Int32(corners.b[channel]) &- zeroPoint)
            let c = Float(Int32(corners.c[channel]) &- zeroPoint)
            let d = Float(Int32(corners.d[channel]) &- zeroPoint)
            let real = upper * (left * a + column * b) + row * (left * c + column * d)
            target[channel] = rounding.store(real * multiplier)
        }
    }
}
