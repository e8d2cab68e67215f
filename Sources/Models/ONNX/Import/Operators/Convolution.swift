import NetworkGraph
import ONNXFormat

/// Conv: constant weights, over one or two axes.
func importConvolution(_ node: NodeReader, _ graph: inout GraphImport) throws(ONNXError) {
    let input = try graph.value(node, 0)
    let shape = graph.draft.shape(input)
    var weights = try graph.parameter(node, 1, "weights")
    guard weights.dimensions.count == shape.rank, shape.rank >= 3 else {
        throw node.failure(.invalidGraph, "weights have extents \(weights.dimensions) over an input of shape \(shape)")
    }
    var attributes = try WindowAttributes(node, kernel: Array(weights.dimensions[2...]), input: shape)
    if let stated = try node.ints("kernel_shape"), stated != attributes.kernel {
        throw node.failure(.invalidGraph, "kernel_shape \(stated) is not the weights' \(attributes.kernel)")
    }
    attributes.padForSameExtent()
    if shape.rank == 3 { weights = try weights.asImageFilters(node) }
    let constants = LayerConstants(weights: weights, bias: try graph.bias(node, 2))
    var window = attributes.window
    window.ceilMode = false
    let convolution = Convolution(
        window: window,
        groups: try node.int("group", default: 1),
        weights: weights.parameter(),
        bias: constants.bias?.parameter()
    )
    let output = try graph.addOverImage(.convolution(convolution), constants: constants, node, input: input)
    try graph.define(node, .value(output))
}

extension Constant {
    /// Filters over one axis as filters over two.
    func asImageFilters(_ node: NodeReader) throws(ONNXError) -> Constant {
        guard let image = reshaped([dimensions[0], dimensions[1], 1, dimensions[2]]) else {
            throw node.failure(.unsupportedModel, "weights are quantized along an axis they cannot be read by")
        }
        return image
    }
}

extension GraphImport {
    /// A layer's bias, nil where it has none.
    func bias(_ node: NodeReader, _ index: Int) throws(ONNXError) -> Constant? {
        guard node.hasInput(index) else { return nil }
        return try parameter(node, index, "bias")
    }
}
