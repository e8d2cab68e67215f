import KernelInterface
import NetworkGraph

#if canImport(Glibc)
    import Glibc
#endif

/// A copy that spreads each pixel's channels over a block of pixels.
///
/// Input channels are [group][block row][block column][channels / groups]; blocks at the end may be cut.
struct DepthToSpaceStep {
    private let input: UnsafePointer<UInt8>
    private let output: UnsafeMutablePointer<UInt8>
    private let inputStride: Int
    private let outputStride: Int
    private let inputHeight: Int
    private let inputWidth: Int
    private let outputHeight: Int
    private let outputWidth: Int
    private let blockHeight: Int
    private let blockWidth: Int
    private let groups: Int
    /// Channels of a group in the output.
    private let pieceBytes: Int
    private let lines: Blocks

    var taskCount: Int { lines.count }

    init(_ context: StepContext, _ step: PlanStep, _ input: PlanTensor, _ output: PlanTensor) {
        self.input = UnsafePointer(context.pointer(input))
        self.output = context.pointer(output)
        inputStride = input.pixelStride
        outputStride = output.pixelStride
        (inputHeight, inputWidth) = (input.height, input.width)
        (outputHeight, outputWidth) = (output.height, output.width)
        (blockHeight, blockWidth) = (step.window.strideHeight, step.window.strideWidth)
        groups = step.groups
        pieceBytes = output.channels / step.groups
        lines = context.blocks(
            output.batch * output.height,
            atMost: context.taskLimit(elements: output.elementCount)
        )
    }

    func run(_ task: Int) {
        let (start, count) = lines.block(task)
        for line in start..<(start &+ count) {
            let (image, y) = line.quotientAndRemainder(dividingBy: outputHeight)
            let (blockRow, phaseRow) = y.quotientAndRemainder(dividingBy: blockHeight)
            var source = input + (image &* inputHeight &+ blockRow) &* inputWidth &* inputStride
            var target = output + line &* outputWidth &* outputStride
            var phase = 0
            for _ in 0..<outputWidth {
                copy(source + (phaseRow &* blockWidth &+ phase) &* pieceBytes, to: target)
                target += outputStride
                phase &+= 1
                if phase == blockWidth {
                    phase = 0
                    source += inputStride
                }
            }
        }
    }

    /// Copies the pieces of a pixel, one of each group.
    @inline(__always)
    private func copy(_ source: UnsafePointer<UInt8>, to target: UnsafeMutablePointer<UInt8>) {
        let step = blockHeight &* blockWidth &* pieceBytes
        for group in 0..<groups {
            let (from, to) = (source + group &* step, target + group &* pieceBytes)
            if pieceBytes == 1 { to.pointee = from.pointee } else { memcpy(to, from, pieceBytes) }
        }
    }
}

extension DepthToSpaceStep {
    /// Tells an observer what `run` has read and written.
    func report(_ task: Int, to observer: AccessObserver) {
        let (start, count) = lines.block(task)
        let step = blockHeight &* blockWidth &* pieceBytes
        for line in start..<(start &+ count) {
            let (image, y) = line.quotientAndRemainder(dividingBy: outputHeight)
            let (blockRow, phaseRow) = y.quotientAndRemainder(dividingBy: blockHeight)
            let source = input + (image &* inputHeight &+ blockRow) &* inputWidth &* inputStride
            for x in 0..<outputWidth {
                let (column, phase) = x.quotientAndRemainder(dividingBy: blockWidth)
                let piece = phaseRow &* blockWidth &+ phase
                let place = source + (column &* inputStride &+ piece &* pieceBytes)
                for group in 0..<groups { observer.touch(place + group &* step, pieceBytes) }
                observer.touch(output + (line &* outputWidth &+ x) &* outputStride, groups &* pieceBytes)
            }
        }
    }
}
