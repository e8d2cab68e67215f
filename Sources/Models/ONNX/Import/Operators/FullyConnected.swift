import NetworkGraph
import ONNXFormat

/// Gemm with a constant second matrix: alpha·A'·B' + beta·C.
func importGemm(_ node: NodeReader, _ graph: inout GraphImport) throws(ONNXError) {
    var input = try graph.value(node, 0)
    if try node.int("transA", default: 0) != 0 {
        guard graph.draft.shape(input).rank == 2 else { throw node.failure(.invalidGraph, "input is not a matrix") }
        input = try graph.transpose(input, [1, 0], node, "transposed")
    }
    var weights = try graph.parameter(node, 1, "weights")
    guard weights.dimensions.count == 2, graph.draft.shape(input).rank == 2 else {
        throw node.failure(.invalidGraph, "multiplies \(graph.draft.shape(input)) by extents \(weights.dimensions)")
    }
    if try node.int("transB", default: 0) == 0 { weights = weights.transposed([1, 0]) }
    var constants = LayerConstants(weights: weights, weightFactor: try node.float("alpha", default: 1))
    constants.biasFactor = try node.float("beta", default: 1)
    guard constants.weightFactor.isFinite, constants.biasFactor.isFinite else {
        throw node.failure(.invalidGraph, "alpha or beta is not a finite number")
    }
    let outputs = weights.dimensions[0]
    var addend: ValueID?
    if node.hasInput(2), constants.biasFactor != 0 {
        if case .constant = try graph.operand(node, 2) {
            let bias = try graph.parameter(node, 2, "bias")
            if bias.elementCount == outputs, bias.dimensions.last == outputs {
                constants.bias = bias.reshaped([outputs])
            } else if bias.elementCount == 1 {
                let number = try bias.floats()[0]
                try graph.charge(outputs * 4, node)
                constants.bias = Constant(floats: Array(repeating: number, count: outputs), dimensions: [outputs])
            }
        }
        if constants.bias == nil {
            guard constants.biasFactor == 1 else {
                throw node.failure(.unsupportedModel, "beta with a C that is no bias; write it as Mul and Add")
            }
            addend = try graph.value(node, 2)
        }
    }
    let step = addend == nil ? nil : "product"
    let product = try graph.fullyConnected(constants, node, step, input: input)
    guard let addend else { return try graph.define(node, .value(product)) }
    try graph.define(node, .value(try graph.combine(.add, product, addend, node)))
}

/// MatMul with a constant second matrix; leading axes of the input are rows.
func importMatMul(_ node: NodeReader, _ graph: inout GraphImport) throws(ONNXError) {
    guard case .constant = try graph.operand(node, 1) else {
        throw node.failure(
            .unsupportedModel,
            "multiplies two computed matrices; only a constant second one is supported"
        )
    }
    let weights = try graph.parameter(node, 1, "weights")
    let input = try graph.value(node, 0)
    let shape = graph.draft.shape(input)
    guard weights.dimensions.count == 2, let depth = shape.dimensions.last, depth == weights.dimensions[0] else {
        throw node.failure(
            .unsupportedModel,
            "multiplies \(shape) by extents \(weights.dimensions.prefix(8)); the second is to be one matrix that fits"
        )
    }
    let constants = LayerConstants(weights: weights.transposed([1, 0]))
    guard shape.rank != 2 else {
        return try graph.define(node, .value(try graph.fullyConnected(constants, node, nil, input: input)))
    }
    let rows = try graph.reshape(input, [shape.elementCount / depth, depth], node, "rows")
    let product = try graph.fullyConnected(constants, node, "product", input: rows)
    let output = try graph.reshape(product, Array(shape.dimensions.dropLast()) + [weights.dimensions[1]], node, nil)
    try graph.define(node, .value(output))
}

extension GraphImport {
    fileprivate mutating func fullyConnected(
        _ constants: LayerConstants,
        _ node: NodeReader,
        _ step: String?,
        input: ValueID
    ) throws(ONNXError) -> ValueID {
        let layer = FullyConnected(
            weights: constants.weights.parameter(factor: constants.weightFactor),
            bias: constants.bias?.parameter(factor: constants.biasFactor)
        )
        return try add(.fullyConnected(layer), constants: constants, node, step, inputs: [input])
    }
}
