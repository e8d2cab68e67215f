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
}
