#if canImport(Glibc)
    import Glibc
#endif

/// A copy that moves elements to other places: between strides, channels interleaved, or NHWC to NCHW order.
///
/// Element (outer, inner) of input pixel p is at p·inputStride + outer·inner count + inner; it goes to
/// p·pixelStep + outer·outerStep + inner·innerStep within the output's image.
struct RearrangeStep {
    private let input: UnsafePointer<UInt8>
    private let output: UnsafeMutablePointer<UInt8>
    private let inputStride: Int
    private let imagePixels: Int
    private let imageStep: Int
    private let pixelStep: Int
    private let outerCount: Int
    private let outerStep: Int
    private let innerCount: Int
    private let innerStep: Int
    private let blocks: Blocks

    var taskCount: Int { blocks.count }

    init(_ context: StepContext, _ step: PlanStep, _ input: PlanTensor, _ output: PlanTensor) {
        self.input = UnsafePointer(context.pointer(input))
        self.output = context.pointer(output)
        inputStride = input.pixelStride
        imagePixels = input.height * input.width
        if step.kind == .flatten {
            imageStep = output.pixelStride
            pixelStep = 1
            (outerCount, outerStep) = (1, 0)
            (innerCount, innerStep) = (input.channels, imagePixels)
        } else {
            let groups = step.kind == .channelShuffle ? step.groups : 1
            imageStep = imagePixels * output.pixelStride
            pixelStep = output.pixelStride
            (outerCount, outerStep) = (groups, 1)
            (innerCount, innerStep) = (input.channels / groups, groups)
        }
        blocks = context.blocks(input.pixels, atMost: context.taskLimit(elements: output.elementCount))
    }

    func run(_ task: Int) {
        let (start, count) = blocks.block(task)
        for index in start..<(start &+ count) {
            let (image, pixel) = index.quotientAndRemainder(dividingBy: imagePixels)
            let source = input + index &* inputStride
            let target = output + (image &* imageStep &+ pixel &* pixelStep)
            if innerStep == 1 {
                memmove(target, source, innerCount)
            } else if outerCount == 2 {
                interleave(source, source + innerCount, into: target, count: innerCount)
            } else {
                for outer in 0..<outerCount {
                    for inner in 0..<innerCount {
                        target[outer &* outerStep &+ inner &* innerStep] = source[outer &* innerCount &+ inner]
                    }
                }
            }
        }
    }

    /// target[2i] = left[i], target[2i + 1] = right[i].
    @inline(__always)
    private func interleave(
        _ left: UnsafePointer<UInt8>,
        _ right: UnsafePointer<UInt8>,
        into target: UnsafeMutablePointer<UInt8>,
        count: Int
    ) {
        var index = 0
        while index &+ 16 <= count {
            var pairs = SIMD32<UInt8>()
            pairs.evenHalf = UnsafeRawPointer(left + index).loadUnaligned(as: SIMD16<UInt8>.self)
            pairs.oddHalf = UnsafeRawPointer(right + index).loadUnaligned(as: SIMD16<UInt8>.self)
            UnsafeMutableRawPointer(target + 2 &* index).storeBytes(of: pairs, as: SIMD32<UInt8>.self)
            index &+= 16
        }
        while index < count {
            target[2 &* index] = left[index]
            target[2 &* index &+ 1] = right[index]
            index &+= 1
        }
    }
}
