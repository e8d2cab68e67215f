import NetworkGraph
import ONNXFormat

/// Concat along any axis; the engine joins along axis 1, so others are moved there and back.
func importConcatenate(_ node: NodeReader, _ graph: inout GraphImport) throws(ONNXError) {
    guard !node.node.inputs.isEmpty else { throw node.failure(.invalidGraph, "joins nothing") }
    if let folded = try graph.foldConcatenation(node) { return try graph.define(node, .constant(folded)) }
    var inputs: [ValueID] = []
    for index in node.node.inputs.indices { inputs.append(try graph.value(node, index)) }
    if inputs.count == 1 { return try graph.define(node, .value(inputs[0])) }
    let rank = graph.draft.shape(inputs[0]).rank
    let axis = try node.axis(try node.int("axis", default: node.version < 4 ? 1 : .min / 2), rank: rank)
    guard inputs.allSatisfy({ graph.draft.shape($0).rank == rank }) else {
        throw node.failure(.invalidGraph, "joins values of different numbers of axes")
    }
    if axis == 1 { return try graph.define(node, .value(try graph.add(.concatenate, node, inputs: inputs))) }
    if rank == 1 {
        var rows: [ValueID] = []
        for (index, input) in inputs.enumerated() {
            rows.append(try graph.reshape(input, [1, graph.draft.shape(input).elementCount], node, "row\(index)"))
        }
        let joined = try graph.add(.concatenate, node, "joined", inputs: rows)
        let count = graph.draft.shape(joined).elementCount
        return try graph.define(node, .value(try graph.reshape(joined, [count], node, nil)))
    }
    var order = Array(0..<rank)
    order.swapAt(axis, 1)
    var moved: [ValueID] = []
    for (index, input) in inputs.enumerated() {
        moved.append(try graph.transpose(input, order, node, "moved\(index)"))
    }
    let joined = try graph.add(.concatenate, node, "joined", inputs: moved)
    try graph.define(node, .value(try graph.transpose(joined, order, node, nil)))
}
