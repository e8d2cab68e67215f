import Glibc
import NetworkGraph
import Quantization

/// The operators that compute element by element, from their definitions.
extension Interpreter {
    /// Runs a node of these kinds; says whether it was one.
    mutating func runArithmetic(_ node: QuantizedNode) -> Bool {
        let output = network[node.outputs[0]]
        let outQ = output.quantization
        func requantize(_ real: Float, _ activation: Activation?) -> UInt8 {
            let bounds = outQ.storedBounds(of: activation)
            return Requantization.store(
                real,
                zeroPoint: outQ.engineZeroPoint,
                lowest: bounds.lowest,
                highest: bounds.highest
            )
        }
        var y = values[node.outputs[0].index]
        switch node.operation {
        case .add(let activation), .subtract(let activation), .multiply(let activation):
            let (left, right) = (network[node.inputs[0]], network[node.inputs[1]])
            let (leftQ, rightQ) = (left.quantization, right.quantization)
            for index in y.indices {
                let coordinates = position(index, in: output.shape)
                let a =
                    Int32(values[node.inputs[0].index][element(coordinates, of: left.shape)]) - leftQ.engineZeroPoint
                let b =
                    Int32(values[node.inputs[1].index][element(coordinates, of: right.shape)]) - rightQ.engineZeroPoint
                let real: Float
                if case .multiply = node.operation {
                    real =
                        Float(a * b)
                        * Requantization.multiplier(
                            inputScale: leftQ.scale,
                            weightScale: rightQ.scale,
                            outputScale: outQ.scale
                        )
                } else {
                    let first =
                        Float(a) * Requantization.multiplier(inputScale: leftQ.scale, outputScale: outQ.scale)
                    let second =
                        Float(b) * Requantization.multiplier(inputScale: rightQ.scale, outputScale: outQ.scale)
                    if case .subtract = node.operation { real = first - second } else { real = first + second }
                }
                y[index] = requantize(real, activation)
            }
        case .function(let function, let activation):
            let inQ = network[node.inputs[0]].quantization
            for (index, stored) in values[node.inputs[0].index].enumerated() {
                let x = Double(Float(Int32(stored) - inQ.engineZeroPoint) * inQ.scale)
                let real: Double =
                    switch function {
                    case .leakyRelu(let slope): x < 0 ? x * Double(slope) : x
                    case .sigmoid: 1 / (1 + Glibc.exp(-x))
                    case .hardSigmoid(let alpha, let beta): min(max(Double(alpha) * x + Double(beta), 0), 1)
                    case .hardSwish: x * min(max(x / 6 + 0.5, 0), 1)
                    case .tanh: Glibc.tanh(x)
                    }
                y[index] = requantize(Float(real / Double(outQ.scale)), activation)
            }
        case .requantize:
            let inQ = network[node.inputs[0]].quantization
            let ratio = Requantization.multiplier(inputScale: inQ.scale, outputScale: outQ.scale)
            for (index, stored) in values[node.inputs[0].index].enumerated() {
                y[index] = requantize(Float(Int32(stored) - inQ.engineZeroPoint) * ratio, nil)
            }
        case .softmax:
            let inQ = network[node.inputs[0]].quantization
            let x = values[node.inputs[0].index]
            let channels = output.shape.channels
            let inner = output.shape.dimensions.dropFirst(2).reduce(1, *)
            for outer in 0..<output.shape.batch {
                for place in 0..<inner {
                    let indices = (0..<channels).map { (outer * channels + $0) * inner + place }
                    let largest = indices.map { x[$0] }.max() ?? 0
                    let powers = indices.map {
                        Float(Glibc.exp(Double(inQ.scale) * (Double(x[$0]) - Double(largest))))
                    }
                    let sum = powers.reduce(Float(0)) { $0 + $1 }
                    for (index, power) in zip(indices, powers) {
                        y[index] = requantize(power / sum * Float(1 / Double(outQ.scale)), nil)
                    }
                }
            }
        case .constant(let elements): y = elements
        case .convolutionTranspose(let layer):
            let sums = transposedSums(layer, node)
            let pixels = output.shape.height * output.shape.width
            for index in y.indices {
                let channel = index / pixels % output.shape.channels
                let multiplier = Requantization.multiplier(
                    inputScale: network[node.inputs[0]].quantization.scale,
                    weightScale: layer.weightScales[channel],
                    outputScale: outQ.scale
                )
                y[index] = requantize(Float(Int32(sums[index])) * multiplier, layer.activation)
            }
        case .resize(let resize) where resize.mode == .linear:
            let input = network[node.inputs[0]]
            let x = values[node.inputs[0].index]
            let ratio = Requantization.multiplier(inputScale: input.quantization.scale, outputScale: outQ.scale)
            for index in y.indices {
                let place = position(index, in: output.shape)
                let rows = neighbours(
                    place[2],
                    resize.scaleHeight,
                    input.shape.height,
                    resize.height,
                    resize.coordinates
                )
                let columns = neighbours(
                    place[3],
                    resize.scaleWidth,
                    input.shape.width,
                    resize.width,
                    resize.coordinates
                )
                func pixel(_ row: Int, _ column: Int) -> Float {
                    let stored = x[element([place[0], place[1], row, column], of: input.shape)]
                    return Float(Int32(stored) - input.quantization.engineZeroPoint)
                }
                let (fy, fx) = (rows.fraction, columns.fraction)
                let above = (1 - fx) * pixel(rows.low, columns.low) + fx * pixel(rows.low, columns.high)
                let below = (1 - fx) * pixel(rows.high, columns.low) + fx * pixel(rows.high, columns.high)
                let real = (1 - fy) * above + fy * below
                y[index] = requantize(real * ratio, nil)
            }
        default: return false
        }
        values[node.outputs[0].index] = y
        return true
    }

    /// Coordinates of a row-major position.
    private func position(_ index: Int, in shape: TensorShape) -> [Int] {
        var rest = index
        var result = [Int](repeating: 0, count: shape.rank)
        for axis in (0..<shape.rank).reversed() {
            result[axis] = rest % shape.dimensions[axis]
            rest /= shape.dimensions[axis]
        }
        return result
    }

    /// The row-major position of coordinates, those of axes with one element taken as 0.
    private func element(_ coordinates: [Int], of shape: TensorShape) -> Int {
        zip(coordinates, shape.dimensions).reduce(0) { $0 * $1.1 + ($1.1 == 1 ? 0 : $1.0) }
    }

    /// Each input element times each tap, added where it lands.
    private func transposedSums(_ layer: QuantizedConvolutionTranspose, _ node: QuantizedNode) -> [Int] {
        let input = network[node.inputs[0]]
        let shape = network[node.outputs[0]].shape
        let x = values[node.inputs[0].index]
        let window = layer.window
        let (groupInputs, groupOutputs) = (input.shape.channels / layer.groups, shape.channels / layer.groups)
        let pixels = shape.height * shape.width
        var sums = (0..<shape.elementCount).map { Int(layer.bias[$0 / pixels % shape.channels]) }
        for (index, stored) in x.enumerated() {
            let place = position(index, in: input.shape)
            let group = place[1] / groupInputs
            let centred = Int(stored) - Int(input.quantization.engineZeroPoint)
            for output in group * groupOutputs..<(group + 1) * groupOutputs {
                for tap in 0..<window.elementCount {
                    let row =
                        place[2] * window.strideHeight + tap / window.kernelWidth * window.dilationHeight
                        - window.padTop
                    let column =
                        place[3] * window.strideWidth + tap % window.kernelWidth * window.dilationWidth - window.padLeft
                    guard (0..<shape.height).contains(row), (0..<shape.width).contains(column) else { continue }
                    let weight = layer.weights[
                        (output * groupInputs + place[1] % groupInputs) * window.elementCount + tap
                    ]
                    sums[element([place[0], output, row, column], of: shape)] += centred * Int(weight)
                }
            }
        }
        return sums
    }

    /// The two positions around an output position's coordinate, and the higher one's share (ONNX, Resize).
    private func neighbours(
        _ position: Int,
        _ scale: Float,
        _ input: Int,
        _ output: Int,
        _ coordinates: Resize.Coordinates
    ) -> (low: Int, high: Int, fraction: Float) {
        let x = Float(position)
        var exact: Float =
            switch coordinates {
            case .halfPixel: (x + 0.5) / scale - 0.5
            case .pytorchHalfPixel: output == 1 ? 0 : (x + 0.5) / scale - 0.5
            case .alignCorners: output == 1 ? 0 : x * Float(input - 1) / Float(output - 1)
            case .asymmetric: x / scale
            }
        exact = min(max(exact, 0), Float(input - 1))
        let low = Int(exact.rounded(.down))
        return (low, min(low + 1, input - 1), exact - Float(low))
    }
}
