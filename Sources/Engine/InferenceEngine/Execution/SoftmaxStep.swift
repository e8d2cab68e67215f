import KernelInterface
import Quantization

/// Softmax along the channels of each pixel.
///
/// For each element: e^(scale · (q − largest)) from a table, over the sum of these in channel order, all in Float.
struct SoftmaxStep {
    private let input: UnsafePointer<UInt8>
    private let output: UnsafeMutablePointer<UInt8>
    private let inputStride: Int
    private let outputStride: Int
    private let channels: Int
    /// e^(−scale · d).
    private let powers: UnsafePointer<Float>
    private let multiplier: Float
    private let rounding: ResultRounding
    private let blocks: Blocks

    var taskCount: Int { blocks.count }

    init(_ context: StepContext, _ step: PlanStep, _ input: PlanTensor, _ output: PlanTensor) {
        self.input = UnsafePointer(context.pointer(input))
        self.output = context.pointer(output)
        inputStride = input.pixelStride
        outputStride = output.pixelStride
        channels = output.channels
        powers = context.constants(step.weights, Float.self)
        multiplier = step.inputMultiplier
        rounding = ResultRounding(context.quantization(step, output))
        blocks = context.blocks(output.pixels, atMost: context.taskLimit(elements: output.elementCount * 8))
    }

    func run(_ task: Int) {
        let (start, count) = blocks.block(task)
        for pixel in start..<(start &+ count) {
            let source = input + pixel &* inputStride
            let target = output + pixel &* outputStride
            var largest: UInt8 = 0
            for channel in 0..<channels { largest = max(largest, source[channel]) }
            var sum: Float = 0
            for channel in 0..<channels { sum += powers[Int(largest &- source[channel])] }
            for channel in 0..<channels {
                let share = powers[Int(largest &- source[channel])] / sum
                target[channel] = rounding.store(share * multiplier)
            }
        }
    }
}

extension SoftmaxStep {
    /// Tells an observer what `run` has read and written: as many powers as
    /// channels stand for those it looked up.
    func report(_ task: Int, to observer: AccessObserver) {
        let (start, count) = blocks.block(task)
        for pixel in start..<(start &+ count) {
            for pass in 0..<3 {
                observer.touch(input + pixel &* inputStride, channels)
                if pass > 0 { observer.touch(powers, min(channels, 256) &* MemoryLayout<Float>.stride) }
            }
            observer.touch(output + pixel &* outputStride, channels)
        }
    }
}
