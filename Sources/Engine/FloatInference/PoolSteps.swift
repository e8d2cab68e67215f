import NetworkGraph

/// A windowed maximum or mean.
struct PoolStep: FloatStep {
    /// What is made of a window's elements.
    enum Kind: Hashable, Sendable {
        /// The largest.
        case maximum
        /// Their mean; padding counts as zeros when asked for, what `ceilMode` adds behind it never does.
        case mean(countsPadding: Bool)
    }

    private let kind: Kind
    private let map: PatchMap
    /// Per output row and column, the taps a mean divides by along that axis.
    private let rowCounts: [Int]
    private let columnCounts: [Int]
    private let planes: Int

    init(_ window: Window, from input: TensorShape, to output: TensorShape, kind: Kind) {
        self.kind = kind
        map = PatchMap(window, from: input, to: output)
        planes = output.batch * output.channels
        let countsPadding = kind == .mean(countsPadding: true)
        func counts(_ kernel: Int, _ stride: Int, _ dilation: Int, _ range: Range<Int>, _ output: Int, _ pad: Int)
            -> [Int]
        {
            (0..<output).map { position in
                (0..<kernel).count { range.contains(position * stride - pad + $0 * dilation) }
            }
        }
        let w = window
        rowCounts = counts(
            w.kernelHeight,
            w.strideHeight,
            w.dilationHeight,
            countsPadding ? -w.padTop..<input.height + w.padBottom : 0..<input.height,
            output.height,
            w.padTop
        )
        columnCounts = counts(
            w.kernelWidth,
            w.strideWidth,
            w.dilationWidth,
            countsPadding ? -w.padLeft..<input.width + w.padRight : 0..<input.width,
            output.width,
            w.padLeft
        )
    }

    var taskCount: Int { planes }
    var work: Int { planes * map.positions * map.taps }

    func run(
        task: Int,
        inputs: [UnsafeMutablePointer<Float>],
        outputs: [UnsafeMutablePointer<Float>],
        scratch: Scratch
    ) {
        let input = inputs[0] + task * map.inputPlane
        let output = outputs[0] + task * map.positions
        let kernelHeight = map.taps / map.kernelWidth
        let isMaximum = kind == .maximum
        for row in 0..<map.outputHeight {
            for column in 0..<map.outputWidth {
                var result: Float = isMaximum ? -.infinity : 0
                for y in 0..<kernelHeight {
                    let inputRow = map.row(tap: y, at: row)
                    guard inputRow >= 0 else { continue }
                    for x in 0..<map.kernelWidth {
                        let inputColumn = map.column(tap: x, at: column)
                        guard inputColumn >= 0 else { continue }
                        let element = input[inputRow * map.inputWidth + inputColumn]
                        result = isMaximum ? max(result, element) : result + element
                    }
                }
                if !isMaximum { result /= Float(max(rowCounts[row] * columnCounts[column], 1)) }
                output[row * map.outputWidth + column] = result
            }
        }
    }
}

/// The mean of each plane.
struct PlaneMeanStep: FloatStep {
    let planes: Int
    let elements: Int

    var taskCount: Int { 1 }
    var work: Int { planes * elements }

    func run(
        task: Int,
        inputs: [UnsafeMutablePointer<Float>],
        outputs: [UnsafeMutablePointer<Float>],
        scratch: Scratch
    ) {
        for plane in 0..<planes {
            var sum = 0.0
            for index in 0..<elements { sum += Double(inputs[0][plane * elements + index]) }
            outputs[0][plane] = Float(sum / Double(elements))
        }
    }
}
