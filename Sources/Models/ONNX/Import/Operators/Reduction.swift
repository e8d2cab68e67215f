import NetworkGraph
import ONNXFormat

func importReduceMean(_ node: NodeReader, _ graph: inout GraphImport) throws(ONNXError) {
    try reduce(node, &graph) { _ in .globalAveragePool }
}

func importReduceMax(_ node: NodeReader, _ graph: inout GraphImport) throws(ONNXError) {
    try reduce(node, &graph) { image in
        var window = Window(kernel: 1)
        window.kernelHeight = image.height
        window.kernelWidth = image.width
        return .maxPool(window)
    }
}

/// Reduces any axes as a global pool: they are moved behind the others and seen as one image.
private func reduce(
    _ node: NodeReader,
    _ graph: inout GraphImport,
    _ pool: (TensorShape) -> Operation
) throws(ONNXError) {
    let input = try graph.value(node, 0)
    let shape = graph.draft.shape(input)
    var named: [Int]?
    if node.version >= 18 {
        if node.hasInput(1) { named = try graph.integers(node, 1, "axes") }
    } else {
        named = try node.ints("axes")
    }
    if named?.isEmpty ?? true {
        if try node.int("noop_with_empty_axes", default: 0) != 0 { return try graph.define(node, .value(input)) }
        named = Array(0..<shape.rank)
    }
    let reduced = Set(try node.axes(named ?? [], rank: shape.rank))
    let kept = (0..<shape.rank).filter { !reduced.contains($0) }
    let keepsAxes = try node.int("keepdims", default: 1) != 0
    let result = shape.dimensions.indices.compactMap { axis in
        reduced.contains(axis) ? (keepsAxes ? 1 : nil) : shape.dimensions[axis]
    }
    guard !result.isEmpty else {
        throw node.failure(.unsupportedModel, "reduces everything to a number without axes; keep one with keepdims")
    }

    var image = input
    if shape.rank != 4 || reduced != [2, 3] {
        let moved = try graph.transpose(input, kept + reduced.sorted(), node, "moved")
        let batch = kept.first == 0 ? shape.batch : 1
        let channels = kept.reduce(1) { $0 * shape.dimensions[$1] } / batch
        let last = reduced.max().map { shape.dimensions[$0] } ?? 1
        image = try graph.reshape(
            moved,
            [batch, channels, shape.elementCount / (batch * channels * last), last],
            node,
            "image"
        )
    }
    let extents = graph.draft.shape(image)
    let isPlain = result == [extents.batch, extents.channels, 1, 1]
    let pooled = try graph.add(pool(extents), node, isPlain ? nil : "pool", inputs: [image])
    try graph.define(node, .value(try graph.reshape(pooled, result, node, nil)))
}
