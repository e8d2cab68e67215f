import NetworkGraph
import ONNXFormat

/// Softmax: along one axis since version 13, over all axes from one on before.
func importSoftmax(_ node: NodeReader, _ graph: inout GraphImport) throws(ONNXError) {
    let input = try graph.value(node, 0)
    let shape = graph.draft.shape(input)
    let axis = try node.axis(try node.int("axis", default: node.version < 13 ? 1 : -1), rank: shape.rank)
    let inner = shape.dimensions[(axis + 1)...].reduce(1, *)
    let output: ValueID
    if axis == 1, shape.rank >= 2, node.version >= 13 || inner == 1 {
        output = try graph.add(.softmax, node, inputs: [input])
    } else if node.version < 13 || inner == 1 {
        let outer = shape.dimensions[..<axis].reduce(1, *)
        let matrix = try graph.reshape(input, [outer, shape.elementCount / outer], node, "matrix")
        let result = try graph.add(.softmax, node, "softmax", inputs: [matrix])
        output = try graph.reshape(result, shape.dimensions, node, nil)
    } else {
        var order = Array(0..<shape.rank)
        order.remove(at: axis)
        order.insert(axis, at: min(1, order.count))
        if axis == 0 { order = [1, 0] + Array(2..<shape.rank) }
        let moved = try graph.transpose(input, order, node, "moved")
        let result = try graph.add(.softmax, node, "softmax", inputs: [moved])
        output = try graph.transpose(result, order.inverted, node, nil)
    }
    try graph.define(node, .value(output))
}

extension [Int] {
    /// The permutation that undoes this one.
    var inverted: [Int] {
        var result = self
        for (index, axis) in enumerated() { result[axis] = index }
        return result
    }
}
