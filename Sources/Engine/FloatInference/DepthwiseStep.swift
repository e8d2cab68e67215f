import NetworkGraph

/// The step of a convolution: one of its own where each channel has one filter, else a product.
func convolutionStep(
    _ layer: Convolution,
    _ input: TensorShape,
    _ output: TensorShape,
    _ workers: Workers
) throws(FloatInferenceError) -> any FloatStep {
    let map = PatchMap(layer.window, from: input, to: output)
    if layer.groups == input.channels, layer.groups == output.channels {
        return DepthwiseStep(layer, output, map)
    }
    return try ProductStep(layer.weights, layer.bias, groups: layer.groups, input, output, map, workers)
}

/// A convolution with one filter a channel, tap by tap over each row.
struct DepthwiseStep: FloatStep {
    /// [channels][taps].
    private let weights: [Float]
    private let bias: [Float]
    private let map: PatchMap
    private let strideWidth: Int
    /// Per column of the kernel: the output columns whose tap lies inside the input.
    private let columns: [Range<Int>]
    private let planes: Int

    init(_ layer: Convolution, _ output: TensorShape, _ map: PatchMap) {
        weights = layer.weights.elements()
        bias = layer.bias?.elements() ?? [Float](repeating: 0, count: output.channels)
        self.map = map
        strideWidth = layer.window.strideWidth
        columns = (0..<map.kernelWidth).map { tap in
            let inside = (0..<output.width).filter { map.column(tap: tap, at: $0) >= 0 }
            // Input columns grow with output columns, so those inside lie together.
            return (inside.first ?? 0)..<((inside.last ?? -1) + 1)
        }
        planes = output.batch * output.channels
    }

    var taskCount: Int { planes }
    var work: Int { planes * map.positions * map.taps }

    func run(
        task: Int,
        inputs: [UnsafeMutablePointer<Float>],
        outputs: [UnsafeMutablePointer<Float>],
        scratch: Scratch
    ) {
        let channel = task % bias.count
        let input = inputs[0] + task * map.inputPlane
        for row in 0..<map.outputHeight {
            let output = outputs[0] + task * map.positions + row * map.outputWidth
            for column in 0..<map.outputWidth { output[column] = bias[channel] }
            for tap in 0..<map.taps {
                let (y, x) = (tap / map.kernelWidth, tap % map.kernelWidth)
                let inputRow = map.row(tap: y, at: row)
                guard inputRow >= 0, let first = columns[x].first else { continue }
                accumulate(
                    input + inputRow * map.inputWidth + map.column(tap: x, at: first),
                    times: weights[channel * map.taps + tap],
                    to: output + first,
                    count: columns[x].count
                )
            }
        }
    }

    private func accumulate(
        _ source: UnsafePointer<Float>,
        times weight: Float,
        to target: UnsafeMutablePointer<Float>,
        count: Int
    ) {
        var index = 0
        if strideWidth == 1 {
            while index + 8 <= count {
                let sum = UnsafeMutableRawPointer(target + index)
                let vector = UnsafeRawPointer(source + index).loadUnaligned(as: SIMD8<Float>.self)
                sum.storeBytes(of: sum.loadUnaligned(as: SIMD8<Float>.self) + weight * vector, as: SIMD8<Float>.self)
                index += 8
            }
        }
        while index < count {
            target[index] += weight * source[index * strideWidth]
            index += 1
        }
    }
}
