import NetworkGraph
import ONNXFormat

/// ConvTranspose: weights are [inputs][outputs / groups][…] in the file and filters by output here.
func importConvolutionTranspose(_ node: NodeReader, _ graph: inout GraphImport) throws(ONNXError) {
    let input = try graph.value(node, 0)
    let shape = graph.draft.shape(input)
    let stored = try graph.parameter(node, 1, "weights")
    guard stored.dimensions.count == shape.rank, shape.rank >= 3, stored.dimensions[0] == shape.channels else {
        throw node.failure(.invalidGraph, "weights have extents \(stored.dimensions) over an input of shape \(shape)")
    }
    var attributes = try WindowAttributes(node, kernel: Array(stored.dimensions[2...]), input: shape)
    let rank = attributes.input.count
    var padding = try node.ints("output_padding") ?? Array(repeating: 0, count: rank)
    guard padding.count == rank, padding.allSatisfy((0...Window.maximumExtent).contains) else {
        throw node.failure(.invalidGraph, "output_padding \(padding.prefix(8))")
    }
    try setPads(&attributes, outputPadding: &padding, node)
    let groups = try node.int("group", default: 1)
    guard groups >= 1, shape.channels % groups == 0 else {
        throw node.failure(.invalidGraph, "\(groups) groups do not divide \(shape.channels) channels")
    }
    var weights = try graph.filtersByOutput(stored, groups: groups, node)
    if shape.rank == 3 { weights = try weights.asImageFilters(node) }
    var window = attributes.window
    window.ceilMode = false
    let constants = LayerConstants(weights: weights, bias: try graph.bias(node, 2))
    let convolution = ConvolutionTranspose(
        window: window,
        outputPaddingHeight: rank == 1 ? 0 : padding[0],
        outputPaddingWidth: padding[rank - 1],
        groups: groups,
        weights: weights.parameter(),
        bias: constants.bias?.parameter()
    )
    let output = try graph.addOverImage(.convolutionTranspose(convolution), constants: constants, node, input: input)
    try graph.define(node, .value(output))
}

/// Pads from output_shape or auto_pad, which state the output's extent (ONNX, ConvTranspose).
private func setPads(
    _ attributes: inout WindowAttributes,
    outputPadding: inout [Int],
    _ node: NodeReader
) throws(ONNXError) {
    var wanted = try node.ints("output_shape")
    if let shape = wanted, shape.count == attributes.input.count + 2 { wanted = Array(shape[2...]) }
    if wanted == nil, attributes.isSame {
        wanted = zip(attributes.input, attributes.strides).map { $0 * $1 }
    }
    guard let wanted else { return }
    guard wanted.count == attributes.input.count, wanted.allSatisfy((1...Int(Int32.max)).contains) else {
        throw node.failure(.invalidGraph, "output_shape \(wanted.prefix(8))")
    }
    for axis in wanted.indices {
        let extent = (attributes.kernel[axis] - 1) * attributes.dilations[axis] + 1
        let natural = attributes.strides[axis] * (attributes.input[axis] - 1) + outputPadding[axis] + extent
        // An extent beyond the natural one is filled as output padding is.
        if natural < wanted[axis] { outputPadding[axis] += wanted[axis] - natural }
        attributes.setPads(axis, total: max(natural - wanted[axis], 0), endHeavy: true)
    }
}

extension GraphImport {
    /// [inputs][outputs / groups][…] as [outputs][inputs / groups][…].
    fileprivate mutating func filtersByOutput(
        _ stored: Constant,
        groups: Int,
        _ node: NodeReader
    ) throws(ONNXError) -> Constant {
        let shape = stored.dimensions
        guard groups > 1 else { return stored.transposed([1, 0] + Array(2..<shape.count)) }
        // Each group's block transposed: a view of five axes, then a copy.
        let spatial = Array(shape[2...])
        let inputs = shape[0] / groups
        var raw = stored
        raw.dequantization = nil
        guard let blocks = raw.reshaped([groups, inputs, shape[1]] + spatial) else {
            throw node.failure(.unsupportedModel, "weights are not in the file's order; fold constants when exporting")
        }
        try charge(stored.byteCount, node)
        let dense = blocks.transposed([0, 2, 1] + Array(3..<(spatial.count + 3))).dense()
        guard var filters = dense.reshaped([groups * shape[1], inputs] + spatial) else { return stored }
        if var dequantization = stored.dequantization {
            if let axis = dequantization.axis {
                guard axis == 1 else {
                    throw node.failure(.unsupportedModel, "weights are quantized along axis \(axis), not the outputs'")
                }
                // Output j of every group has scale j.
                dequantization.scales = Array(repeatElement(dequantization.scales, count: groups).joined())
                dequantization.zeroPoints = Array(repeatElement(dequantization.zeroPoints, count: groups).joined())
                dequantization.axis = 0
            }
            filters.dequantization = dequantization
        }
        return filters
    }
}
