import KernelInterface
import NetworkGraph
import Quantization

/// Checks one step, whose tensors exist and lie inside the arena.
struct StepValidation {
    let plan: Plan
    let step: PlanStep

    var input: PlanTensor { plan.tensors[step.input] }
    var output: PlanTensor { plan.tensors[step.output] }
    var second: PlanTensor? { step.second.map { plan.tensors[$0] } }

    func validate() throws(InferenceError) {
        try require(
            0 <= step.lowest && step.lowest <= step.highest && step.highest <= 255,
            "stored bounds are out of range"
        )
        try require(
            Requantization.isUsable(step.inputMultiplier) && Requantization.isUsable(step.secondMultiplier),
            "a multiplier is not a usable number"
        )
        try require(step.macs >= 0 && step.memoryAccessBytes >= 0, "costs are negative")
        try validateWindow()
        switch step.kind {
        case .convolution, .fullyConnected: try validateMatrix()
        case .depthwiseConvolution: try validateDepthwise()
        case .maxPool, .averagePool: try validatePool()
        case .add, .multiply: try validateCombination()
        case .softmax: try validateSoftmax()
        case .resizeLinear: try validateResizeLinear()
        case .depthToSpace: try validateDepthToSpace()
        case .constant: try requireConstants(step.weights, bytes: output.elementCount)
        case .channelAffine:
            try requireSameShape()
            let channels = input.channels.rounded(upTo: PlanCompiler.channelPadding)
            try requireNumbers(step.multipliers, count: channels)
            try requireNumbers(step.bias, count: channels)
            try require((0...255).contains(step.affineZeroPoint), "zero point is out of range")
        case .lookup:
            try requireSameShape()
            try requireConstants(step.weights, bytes: 256)
        case .copy: try requireSameShape()
        case .channelShuffle:
            try requireSameShape()
            try require(step.groups >= 1 && input.channels % step.groups == 0, "groups do not divide the channels")
        case .reshape, .transpose, .slice, .pad, .resizeNearest: try validateRearrangement()
        case .flatten:
            try require(
                output.batch == input.batch && output.height == 1 && output.width == 1
                    && output.channels == input.elementCount / input.batch,
                "vector does not have the image's elements"
            )
        }
    }

    private func validateWindow() throws(InferenceError) {
        let window = step.window
        let limit = Plan.Limits.windowElements
        let extents = [
            window.kernelHeight, window.kernelWidth, window.strideHeight, window.strideWidth, window.dilationHeight,
            window.dilationWidth,
        ]
        let pads = [window.padTop, window.padLeft, window.padBottom, window.padRight]
        try require(
            extents.allSatisfy { (1...Plan.Limits.elementCount).contains($0) }
                && pads.allSatisfy { (0...limit).contains($0) }
                && (step.kind == .convolution || step.kind == .fullyConnected || window.elementCount <= limit),
            "window is out of range"
        )
    }

    private func validateMatrix() throws(InferenceError) {
        try require(
            step.groups >= 1 && input.channels % step.groups == 0 && output.channels % step.groups == 0,
            "groups do not divide the channels"
        )
        try requireWindowedShape()
        if let second {
            try require((0...255).contains(step.affineZeroPoint), "the product's zero point is out of range")
            try require(step.inputMultiplier >= 0, "the product's scale is negative")
            try require(Self.shape(second) == Self.shape(output), "residual does not have the output's shape")
        }
        let taps = step.window.elementCount
        let channels = input.channels / step.groups
        // Both factors are at most 2^60 and 2^30; the depth must fit the blob before it is used further.
        let (depth, overflow) = taps.multipliedReportingOverflow(by: channels)
        try require(!overflow && depth <= plan.blob.count, "constants are too short")
        let geometry = GemmGeometry(
            columns: output.channels / step.groups,
            channels: channels,
            taps: taps,
            plan.kernels.gemm
        )
        let padded = geometry.paddedColumns * step.groups
        let (bytes, tooMany) = padded.multipliedReportingOverflow(by: geometry.paddedDepth)
        try require(!tooMany, "constants are too short")
        try requireConstants(step.weights, bytes: bytes)
        try requireConstants(step.bias, bytes: padded * MemoryLayout<Int32>.stride)
        try requireNumbers(step.multipliers, count: padded)
        let isWhole = step.window.isWhole(height: input.height, width: input.width)
        switch step.lowering {
        case .inPlace:
            try require(
                step.window.isPointwise || isWhole && step.groups == 1 && input.isContiguous,
                "windows cannot be read in place"
            )
        case .windows: break
        case .strips: try require(step.window.dilationWidth == 1, "strips cannot have gaps")
        }
        if let prologue = step.prologue {
            try require(step.window.isPointwise && step.groups == 1, "affine map stands before a window")
            let padded = channels.rounded(upTo: PlanCompiler.channelPadding)
            try requireNumbers(prologue.multipliers, count: padded)
            try requireNumbers(prologue.offsets, count: padded)
            try require(
                (0...255).contains(prologue.inputZeroPoint) && (0...255).contains(prologue.zeroPoint)
                    && 0 <= prologue.lowest && prologue.lowest <= prologue.highest && prologue.highest <= 255,
                "affine map's bounds are out of range"
            )
        }
    }

    private func validateDepthwise() throws(InferenceError) {
        try require(
            step.groups == input.channels && output.channels == input.channels && second == nil,
            "channels do not match the filters"
        )
        try requireWindowedShape()
        let padded = input.channels.rounded(upTo: KernelLimits.overread)
        try requireConstants(step.weights, bytes: padded * step.window.elementCount)
        try requireConstants(step.bias, bytes: padded * MemoryLayout<Int32>.stride)
        try requireNumbers(step.multipliers, count: padded)
    }

    private func validatePool() throws(InferenceError) {
        try require(output.channels == input.channels && second == nil, "channels do not match")
        try requireWindowedShape()
        try require(
            step.window.touchesInput(height: input.height, width: input.width, output.height, output.width),
            "a window lies wholly in the padding"
        )
        if step.kind == .averagePool {
            try requireNumbers(step.multipliers, count: output.height * output.width)
        }
    }

    private func requireWindowedShape() throws(InferenceError) {
        try require(
            output.batch == input.batch
                && step.window.hasExtent(output.height, output.width, over: input.height, input.width),
            "output does not follow from the input and the window"
        )
    }

    func requireSameShape() throws(InferenceError) {
        let others = [output] + (second.map { [$0] } ?? [])
        try require(others.allSatisfy { Self.shape($0) == Self.shape(input) }, "shapes differ")
    }

    private static func shape(_ tensor: PlanTensor) -> [Int] {
        [tensor.batch, tensor.height, tensor.width, tensor.channels]
    }

    /// Constants lie in the blob before its slack, aligned.
    func requireConstants(_ offset: Int, bytes: Int) throws(InferenceError) {
        let end = plan.blob.count - KernelLimits.overread
        try require(
            offset >= 0 && offset % BlobBuilder.alignment == 0 && offset <= end && bytes <= end - offset,
            "constants lie outside of the file"
        )
    }

    /// Numbers in the blob that `requireConstants` has seen.
    func constants<Element: BitwiseCopyable>(_ offset: Int, _ type: Element.Type) -> UnsafePointer<Element> {
        (plan.blob.base + offset).assumingMemoryBound(to: type)
    }

    /// The same for multipliers and addends, which must also be usable: no sum of them becomes infinite or NaN.
    func requireNumbers(_ offset: Int, count: Int) throws(InferenceError) {
        try requireConstants(offset, bytes: count * MemoryLayout<Float>.stride)
        let numbers = constants(offset, Float.self)
        var usable = true
        for index in 0..<count where !Requantization.isUsable(numbers[index]) { usable = false }
        try require(usable, "a multiplier is not a usable number")
    }

    func require(_ condition: Bool, _ problem: String) throws(InferenceError) {
        try plan.require(condition, step.name, problem)
    }
}

extension Window {
    /// Whether each window is one pixel at its own place, so that input rows are used as they lie.
    var isPointwise: Bool {
        elementCount == 1 && strideHeight == 1 && strideWidth == 1 && padTop + padLeft + padBottom + padRight == 0
    }

    /// Whether the only window is all of the image, which then is a row as it lies.
    func isWhole(height: Int, width: Int) -> Bool {
        kernelHeight == height && kernelWidth == width && dilationHeight == 1 && dilationWidth == 1
            && padTop + padLeft + padBottom + padRight == 0
    }
}
