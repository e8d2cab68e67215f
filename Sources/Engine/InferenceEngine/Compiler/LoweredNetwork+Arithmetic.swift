import NetworkGraph
import Quantization

/// What two broadcast values are combined by.
enum Combination {
    case sum
    case difference
    case product
}

extension LoweredNetwork {
    /// Takes over an operator that computes element by element, or is made of others; says whether it was one.
    mutating func lowerArithmetic(_ node: QuantizedNode, _ network: QuantizedNetwork) throws(InferenceError) -> Bool {
        let shapes = node.inputs.map { network[$0].shape }
        let operation: LoweredOperation
        switch node.operation {
        case .add(let activation):
            // Of equal shapes it can go into a convolution's epilogue.
            operation = shapes[0] == shapes[1] ? .add(activation) : .combine(.sum, activation)
        case .subtract(let activation): operation = .combine(.difference, activation)
        case .multiply(let activation): operation = .combine(.product, activation)
        case .function(let function, let activation): operation = .function(function, activation)
        case .requantize: operation = .lookup(nil)
        case .softmax: operation = .softmax
        case .constant(let elements): operation = .constant(elements)
        case .resize(let resize) where resize.mode == .linear: operation = .resizeLinear(resize)
        case .convolutionTranspose(let convolution):
            try lower(convolution, node, network)
            return true
        default: return false
        }
        nodes.append(
            LoweredNode(
                name: node.name,
                operation: operation,
                inputs: node.inputs.map(\.index),
                outputs: node.outputs.map(\.index)
            )
        )
        return true
    }
}
