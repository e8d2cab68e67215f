import NetworkGraph
import ONNXFormat
import Quantization

extension QuantizedLowering {
    /// A float operator whose result is rounded.
    struct Layer {
        let value: ValueID
        let operation: Operation
        let constants: LayerConstants?
        let node: Draft.Node
    }

    /// An operator that computes, on the grid its result is rounded to.
    mutating func resolveLayer(
        _ layer: Layer,
        _ grid: QuantizationParameters,
        _ activation: Activation?,
        name: String
    ) throws(ONNXError) -> ValueID {
        let node = layer.node
        let shape = draft.shape(layer.value)
        var left: Activation?
        let operation: QuantizedOperation
        var inputs: [ValueID] = []
        switch layer.operation {
        case .convolution, .fullyConnected, .convolutionTranspose:
            return try resolveLinear(layer, followedBy: nil, grid, activation, name: name)
        case .batchNormalization(let normalization):
            let factors = normalization.factors()
            let offsets = normalization.offsets()
            guard (factors + offsets).allSatisfy(\.isFinite) else {
                throw ONNXError(.invalidGraph, "node \(ONNXError.quoted(node.name)): constants are not finite numbers")
            }
            let source = node.inputs[0]
            if draft.parameters[source.index] == nil, let linear = draft.layer(source), linear.operation.isLinear {
                return try resolveLinear(
                    Layer(
                        value: layer.value,
                        operation: linear.operation,
                        constants: linear.constants,
                        node: linear.node
                    ),
                    followedBy: (factors, offsets),
                    grid,
                    activation,
                    name: name
                )
            }
            operation = .channelAffine(multipliers: factors, offsets: offsets, activation: activation)
        case .add: operation = .add(activation: activation)
        case .subtract: operation = .subtract(activation: activation)
        case .multiply: operation = .multiply(activation: activation)
        case .function(let function): operation = .function(function, activation: activation)
        case .softmax: (operation, left) = (.softmax, activation)
        case .averagePool(let window, let countsPadding):
            (operation, left) = (.averagePool(window, countIncludesPadding: countsPadding), activation)
        case .globalAveragePool: (operation, left) = (.globalAveragePool, activation)
        case .resize(let resize): (operation, left) = (.resize(resize), activation)
        default: throw floatEdge(layer.value, readBy: nil)
        }
        for input in node.inputs { inputs.append(try materialize(input, readBy: node.name)) }
        guard let left else { return emit(operation, inputs, shape, grid, node: node.name, name: name) }
        // Clamping what is rounded is the same as rounding what is clamped.
        let whole = emit(operation, inputs, shape, grid, node: node.name, name: "\(name)/unclamped")
        return emit(.activation(left), [whole], shape, grid, node: "\(node.name)/clamp", name: name)
    }

    /// An operator that keeps its input's grid, as the engine's.
    func keptOperation(
        _ operation: Operation,
        _ constants: LayerConstants?,
        _ node: Draft.Node
    ) throws(ONNXError) -> QuantizedOperation {
        switch operation {
        case .maxPool(let window): return .maxPool(window)
        case .concatenate: return .concatenate
        case .split(let sizes): return .split(sizes: sizes)
        case .channelShuffle(let groups): return .channelShuffle(groups: groups)
        case .flatten: return .flatten
        case .reshape: return .reshape
        case .transpose(let permutation): return .transpose(permutation: permutation)
        case .slice(let slice): return .slice(slice)
        case .pad(let padding): return .pad(padding)
        case .resize(let resize): return .resize(resize)
        case .activation(let activation): return .activation(activation)
        case .constant:
            guard let stored = constants?.weights, let grid = stored.tensorParameters else {
                throw floatEdge(node.outputs[0], readBy: nil)
            }
            return .constant(stored.engineBytes(signed: grid.storage == .signed8))
        default: throw floatEdge(node.outputs[0], readBy: nil)
        }
    }
}

extension Operation {
    /// Whether the operator has weights that another factor can be multiplied into.
    var isLinear: Bool {
        switch self {
        case .convolution, .fullyConnected, .convolutionTranspose: true
        default: false
        }
    }
}

extension Constant {
    /// Stored 8-bit integers as the engine's u8.
    func engineBytes(signed: Bool) -> [UInt8] {
        var bytes = [UInt8](unsafeUninitializedCapacity: elementCount) { buffer, count in
            copyRaw(
                into: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[..<elementCount])
            )
            count = elementCount
        }
        if signed { for index in bytes.indices { bytes[index] ^= 0x80 } }
        return bytes
    }
}
