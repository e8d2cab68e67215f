import NetworkGraph
import ONNXFormat

func importMaxPool(_ node: NodeReader, _ graph: inout GraphImport) throws(ONNXError) {
    guard !graph.isLive(node, 1) else {
        throw node.failure(.unsupportedModel, "gives positions (Indices) as well, which is not supported")
    }
    let input = try graph.value(node, 0)
    var attributes = try WindowAttributes(node, kernel: nil, input: graph.draft.shape(input))
    attributes.padForSameExtent()
    try graph.define(node, .value(try graph.addOverImage(.maxPool(attributes.window), node, input: input)))
}

func importAveragePool(_ node: NodeReader, _ graph: inout GraphImport) throws(ONNXError) {
    let input = try graph.value(node, 0)
    var attributes = try WindowAttributes(node, kernel: nil, input: graph.draft.shape(input))
    attributes.padForSameExtent()
    let counts = try node.int("count_include_pad", default: 0) != 0
    let operation = Operation.averagePool(attributes.window, countIncludesPadding: counts)
    try graph.define(node, .value(try graph.addOverImage(operation, node, input: input)))
}

func importGlobalAveragePool(_ node: NodeReader, _ graph: inout GraphImport) throws(ONNXError) {
    try graph.requireSpatialAxes(node)
    try graph.define(node, .value(try graph.addOverImage(.globalAveragePool, node, input: try graph.value(node, 0))))
}

func importGlobalMaxPool(_ node: NodeReader, _ graph: inout GraphImport) throws(ONNXError) {
    try graph.requireSpatialAxes(node)
    let input = try graph.value(node, 0)
    let shape = graph.draft.shape(input)
    var window = Window(kernel: 1)
    window.kernelHeight = shape.rank == 3 ? 1 : shape.height
    window.kernelWidth = shape.dimensions[shape.rank - 1]
    try graph.define(node, .value(try graph.addOverImage(.maxPool(window), node, input: input)))
}

extension GraphImport {
    fileprivate mutating func requireSpatialAxes(_ node: NodeReader) throws(ONNXError) {
        let shape = draft.shape(try value(node, 0))
        guard (3...4).contains(shape.rank) else {
            throw node.failure(.unsupportedModel, "pools \(shape); N x C x L and N x C x H x W are supported")
        }
    }
}
