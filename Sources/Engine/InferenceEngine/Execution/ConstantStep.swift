import KernelInterface

#if canImport(Glibc)
    import Glibc
#endif

/// Copies a constant to its place, in each run: the memory may since have held another value.
struct ConstantStep {
    private let constant: UnsafePointer<UInt8>
    private let output: UnsafeMutablePointer<UInt8>
    private let outputStride: Int
    private let channels: Int
    private let blocks: Blocks

    var taskCount: Int { blocks.count }

    init(_ context: StepContext, _ step: PlanStep, _ output: PlanTensor) {
        constant = context.constants(step.weights, UInt8.self)
        self.output = context.pointer(output)
        outputStride = output.pixelStride
        channels = output.channels
        blocks = context.blocks(output.pixels, atMost: context.taskLimit(elements: output.elementCount))
    }

    func run(_ task: Int) {
        let (start, count) = blocks.block(task)
        if outputStride == channels {
            memcpy(output + start &* channels, constant + start &* channels, count &* channels)
            return
        }
        for pixel in start..<(start &+ count) {
            memcpy(output + pixel &* outputStride, constant + pixel &* channels, channels)
        }
    }
}

extension ConstantStep {
    /// Tells an observer what `run` has read and written.
    func report(_ task: Int, to observer: AccessObserver) {
        let (start, count) = blocks.block(task)
        for pixel in start..<(start &+ count) {
            observer.touch(constant + pixel &* channels, channels)
            observer.touch(output + pixel &* outputStride, channels)
        }
    }
}
