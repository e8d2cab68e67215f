import NetworkGraph
import ONNXFormat
import Quantization

/// Identity and Dropout: the same value under another name.
func importIdentity(_ node: NodeReader, _ graph: inout GraphImport) throws(ONNXError) {
    if node.hasInput(2), case .constant(let mode) = try graph.operand(node, 2),
        try mode.int64s().contains(where: { $0 != 0 })
    {
        throw node.failure(.unsupportedModel, "drops elements at random: export for inference")
    }
    guard !graph.isLive(node, 1) else {
        throw node.failure(.unsupportedModel, "gives its mask to someone: export for inference")
    }
    switch try graph.operand(node, 0) {
    case .constant(let constant): try graph.define(node, .constant(constant))
    case .value(let id), .stored(let id, _, _): try graph.define(node, .value(id))
    }
}

/// Cast: constants are converted, real values stay, 8-bit inputs become the numbers they are.
func importCast(_ node: NodeReader, _ graph: inout GraphImport) throws(ONNXError) {
    guard let number = Int32(exactly: try node.int("to", default: 0)), let type = ONNXElementType(rawValue: number)
    else {
        throw node.failure(.malformed, "casts to an unknown type")
    }
    switch try graph.operand(node, 0) {
    case .constant(let constant): try graph.define(node, .constant(try graph.cast(constant, to: type, node)))
    case .value(let id):
        guard [.float32, .float64, .bfloat16].contains(type) else {
            throw node.failure(.unsupportedModel, "casts computed numbers to \(type.name), which is not supported")
        }
        try graph.define(node, .value(id))
    case .stored(let id, let parameters, let stored):
        guard type == .float32, parameters == nil, let storage = stored.activationStorage,
            graph.draft.stateGrid(
                QuantizationParameters(scale: 1, zeroPoint: 0, storage: storage),
                of: id,
                quantizes: false
            )
        else {
            throw node.failure(.unsupportedModel, "casts quantized integers to \(type.name); use DequantizeLinear")
        }
        try graph.define(node, .value(id))
    }
}
