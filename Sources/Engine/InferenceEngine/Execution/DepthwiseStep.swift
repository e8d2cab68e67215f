import KernelInterface
import NetworkGraph
import Quantization

#if canImport(Glibc)
    import Glibc
#endif

/// A convolution with one filter a channel: by lines where there is a kernel for its window, else by taps.
struct DepthwiseStep {
    private let arguments: DepthwiseArguments
    /// Of the first image's first line; nil by taps.
    private let lineArguments: DepthwiseLinesArguments?
    private let imageBytes: Int
    private let zeroPoint: UInt8
    private let lines: Blocks
    private let width: Int
    private let height: Int
    private let taps: TapTable

    var taskCount: Int { lines.count }

    var scratchBytes: Int {
        lineArguments == nil ? taps.scratchBytes : arguments.paddedChannels + KernelLimits.overread
    }

    init(_ context: StepContext, _ step: PlanStep, _ input: PlanTensor, _ output: PlanTensor) {
        zeroPoint = UInt8(truncatingIfNeeded: input.quantization.engineZeroPoint)
        taps = TapTable(step, input, output, base: context.pointer(input), .zeroPoint(zeroPoint))
        width = output.width
        height = output.height
        imageBytes = input.height * input.width * input.pixelStride
        lines = context.blocks(
            output.batch * output.height,
            atMost: context.taskLimit(elements: output.elementCount * 4)
        )
        let arguments = DepthwiseArguments(
            taps: .init(context.arena.assumingMemoryBound(to: UnsafePointer<UInt8>.self)),
            tapCount: taps.tapCount,
            pixels: 0,
            channels: output.channels,
            weights: context.constants(step.weights, Int8.self),
            paddedChannels: output.channels.rounded(upTo: KernelLimits.overread),
            bias: context.constants(step.bias, Int32.self),
            multipliers: context.constants(step.multipliers, Float.self),
            output: context.pointer(output),
            outputPixelStride: output.pixelStride,
            quantization: context.quantization(step, output)
        )
        self.arguments = arguments
        let window = DepthwiseWindow(step.window)
        guard context.plan.kernels.depthwiseLines != nil, window.fitsLines else {
            lineArguments = nil
            return
        }
        lineArguments = DepthwiseLinesArguments(
            input: UnsafePointer(context.pointer(input)),
            inputPixelStride: input.pixelStride,
            inputRowStride: input.width * input.pixelStride,
            height: input.height,
            width: input.width,
            window: window,
            padding: UnsafePointer(context.pointer(input)),
            firstLine: 0,
            lines: 0,
            pixels: output.width,
            channels: output.channels,
            weights: arguments.weights,
            paddedChannels: arguments.paddedChannels,
            bias: arguments.bias,
            multipliers: arguments.multipliers,
            output: arguments.output,
            outputPixelStride: output.pixelStride,
            outputRowStride: output.width * output.pixelStride,
            quantization: arguments.quantization
        )
    }

    func run(_ task: Int, _ kernels: UnsafePointer<KernelSet>, _ scratch: UnsafeMutableRawPointer) {
        let (start, count) = lines.block(task)
        if let lineArguments, let kernel = kernels.pointee.depthwiseLines {
            kernels.pointee.observer?.touch(scratch, lineArguments.channels)
            runLines(start, count, lineArguments, kernel, scratch)
        } else {
            runTaps(start, count, kernels, scratch)
        }
    }

    /// Lines are counted over all images; a call stays within one.
    private func runLines(
        _ start: Int,
        _ count: Int,
        _ arguments: DepthwiseLinesArguments,
        _ kernel: Kernel<DepthwiseLinesArguments>,
        _ scratch: UnsafeMutableRawPointer
    ) {
        memset(scratch, Int32(zeroPoint), arguments.channels)
        var call = arguments
        call.padding = UnsafePointer(scratch.assumingMemoryBound(to: UInt8.self))
        var line = start
        while line < start &+ count {
            let (image, first) = line.quotientAndRemainder(dividingBy: height)
            call.input = arguments.input + image &* imageBytes
            call.firstLine = first
            call.lines = min(height &- first, start &+ count &- line)
            call.output = arguments.output + line &* arguments.outputRowStride
            kernel.run(&call)
            line &+= call.lines
        }
    }

    private func runTaps(
        _ start: Int,
        _ count: Int,
        _ kernels: UnsafePointer<KernelSet>,
        _ scratch: UnsafeMutableRawPointer
    ) {
        let table = taps.begin(scratch)
        let observer = kernels.pointee.observer
        if let observer { taps.reportBegin(scratch, to: observer) }
        var depthwise = arguments
        depthwise.taps = UnsafePointer(table)
        for line in start..<(start &+ count) {
            var column = 0
            while column < width {
                let pixels = min(taps.pixelsAtOnce, width &- column)
                taps.fill(table, line: line, column: column, count: pixels, scratch)
                if let observer { taps.reportFill(table, count: pixels, to: observer) }
                depthwise.pixels = pixels
                depthwise.output = arguments.output + (line &* width &+ column) &* arguments.outputPixelStride
                kernels.pointee.depthwise.run(&depthwise)
                column &+= pixels
            }
        }
    }
}

extension DepthwiseWindow {
    /// A plan's window.
    fileprivate init(_ window: Window) {
        self.init(
            kernelHeight: window.kernelHeight,
            kernelWidth: window.kernelWidth,
            strideHeight: window.strideHeight,
            strideWidth: window.strideWidth,
            dilationHeight: window.dilationHeight,
            dilationWidth: window.dilationWidth,
            padTop: window.padTop,
            padLeft: window.padLeft
        )
    }
}
