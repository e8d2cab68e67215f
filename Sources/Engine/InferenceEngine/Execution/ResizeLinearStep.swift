import KernelInterface
import Quantization

/// Each output pixel from the four input pixels around it, weighted by rows and columns.
///
/// A task mixes the columns of an input row once for all the output rows that lie beside it.
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

    /// Two rows of an image, their columns already mixed.
    var scratchBytes: Int { 2 * outputWidth * channels * MemoryLayout<Float>.stride }

    func run(_ task: Int, _ scratch: UnsafeMutableRawPointer) {
        let (start, count) = lines.block(task)
        let length = outputWidth &* channels
        var upper = scratch.assumingMemoryBound(to: Float.self)
        var lower = upper + length
        // The input rows, counted over all images, that the two hold. Neighbouring lines share theirs.
        var (upperRow, lowerRow) = (-1, -1)
        for line in start..<(start &+ count) {
            let (image, y) = line.quotientAndRemainder(dividingBy: outputHeight)
            let above = image &* inputHeight &+ Int(neighbours[2 &* y])
            let below = image &* inputHeight &+ Int(neighbours[2 &* y &+ 1])
            if above == lowerRow || below == upperRow {
                (upper, lower, upperRow, lowerRow) = (lower, upper, lowerRow, upperRow)
            }
            if above != upperRow { mixColumns(of: above, into: upper) }
            if below != lowerRow { mixColumns(of: below, into: lower) }
            (upperRow, lowerRow) = (above, below)
            let target = output + line &* outputWidth &* outputStride
            if outputStride == channels {
                mixRows(upper, lower, fractions[y], count: length, into: target)
            } else {
                for x in 0..<outputWidth {
                    let offset = x &* channels
                    mixRows(
                        upper + offset,
                        lower + offset,
                        fractions[y],
                        count: channels,
                        into: target + x &* outputStride
                    )
                }
            }
        }
    }

    /// An input row at the output's columns.
    private func mixColumns(of row: Int, into target: UnsafeMutablePointer<Float>) {
        let source = input + row &* inputWidth &* inputStride
        let columns = neighbours + 2 &* outputHeight
        for x in 0..<outputWidth {
            let left = source + Int(columns[2 &* x]) &* inputStride
            let right = source + Int(columns[2 &* x &+ 1]) &* inputStride
            let fraction = fractions[outputHeight &+ x]
            let rest = 1 - fraction
            let pixel = target + x &* channels
            for channel in 0..<channels {
                let first = Float(Int32(left[channel]) &- zeroPoint)
                let second = Float(Int32(right[channel]) &- zeroPoint)
                pixel[channel] = rest * first + fraction * second
            }
        }
    }

    /// Elements between two rows, stored.
    private func mixRows(
        _ upper: UnsafeMutablePointer<Float>,
        _ lower: UnsafeMutablePointer<Float>,
        _ fraction: Float,
        count: Int,
        into target: UnsafeMutablePointer<UInt8>
    ) {
        let (rest, multiplier, rounding) = (1 - fraction, multiplier, rounding)
        for index in 0..<count {
            target[index] = rounding.store((rest * upper[index] + fraction * lower[index]) * multiplier)
        }
    }
}

extension ResizeLinearStep {
    /// Tells an observer what `run` has read and written.
    func report(_ task: Int, _ scratch: UnsafeMutableRawPointer, to observer: AccessObserver) {
        let (start, count) = lines.block(task)
        let rowBytes = outputWidth &* channels &* MemoryLayout<Float>.stride
        var (upper, lower) = (UnsafeRawPointer(scratch), UnsafeRawPointer(scratch + rowBytes))
        var (upperRow, lowerRow) = (-1, -1)
        for line in start..<(start &+ count) {
            let (image, y) = line.quotientAndRemainder(dividingBy: outputHeight)
            let above = image &* inputHeight &+ Int(neighbours[2 &* y])
            let below = image &* inputHeight &+ Int(neighbours[2 &* y &+ 1])
            if above == lowerRow || below == upperRow {
                (upper, lower, upperRow, lowerRow) = (lower, upper, lowerRow, upperRow)
            }
            if above != upperRow { reportMixing(of: above, into: upper, to: observer) }
            if below != lowerRow { reportMixing(of: below, into: lower, to: observer) }
            (upperRow, lowerRow) = (above, below)
            for x in 0..<outputWidth {
                let offset = x &* channels &* MemoryLayout<Float>.stride
                observer.touch(upper + offset, channels &* MemoryLayout<Float>.stride)
                observer.touch(lower + offset, channels &* MemoryLayout<Float>.stride)
                observer.touch(output + (line &* outputWidth &+ x) &* outputStride, channels)
            }
        }
    }

    private func reportMixing(of row: Int, into target: UnsafeRawPointer, to observer: AccessObserver) {
        let source = input + row &* inputWidth &* inputStride
        let columns = neighbours + 2 &* outputHeight
        let pixelBytes = channels &* MemoryLayout<Float>.stride
        for x in 0..<outputWidth {
            observer.touch(columns + 2 &* x, 2 &* MemoryLayout<Int32>.stride)
            observer.touch(fractions + (outputHeight &+ x), MemoryLayout<Float>.stride)
            observer.touch(source + Int(columns[2 &* x]) &* inputStride, channels)
            observer.touch(source + Int(columns[2 &* x &+ 1]) &* inputStride, channels)
            observer.touch(target + x &* pixelBytes, pixelBytes)
        }
    }
}
