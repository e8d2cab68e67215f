import NetworkGraph
import ONNXFormat

/// Reshape: 0 keeps an extent (unless allowzero), −1 takes what is left.
func importReshape(_ node: NodeReader, _ graph: inout GraphImport) throws(ONNXError) {
    let wanted = try graph.integers(node, 1, "shape")
    let keepsZero = try node.int("allowzero", default: 0) != 0
    try graph.view(node) { extents throws(ONNXError) in
        var shape = wanted
        if !keepsZero {
            for axis in shape.indices where shape[axis] == 0 {
                guard axis < extents.count else {
                    throw node.failure(.invalidGraph, "keeps axis \(axis) that is not there")
                }
                shape[axis] = extents[axis]
            }
        }
        guard let open = shape.firstIndex(of: -1) else { return shape }
        shape[open] = 1
        guard let known = shape.boundedProduct, known > 0, let count = extents.boundedProduct, count % known == 0 else {
            throw node.failure(.invalidGraph, "cannot see extents \(extents.prefix(8)) as \(wanted.prefix(8))")
        }
        shape[open] = count / known
        return shape
    }
}

/// Flatten: everything before the axis, everything from it on.
func importFlatten(_ node: NodeReader, _ graph: inout GraphImport) throws(ONNXError) {
    let axis = try node.int("axis", default: 1)
    try graph.view(node) { extents throws(ONNXError) in
        let rank = extents.count
        guard axis >= -rank, axis <= rank else { throw node.failure(.invalidGraph, "axis \(axis) of \(rank)") }
        let cut = axis < 0 ? axis + rank : axis
        return [extents[..<cut].reduce(1, *), extents[cut...].reduce(1, *)]
    }
}

/// Squeeze: axes are an attribute before version 13, an input since; none means all of extent 1.
func importSqueeze(_ node: NodeReader, _ graph: inout GraphImport) throws(ONNXError) {
    let named = try graph.axes(node)
    try graph.view(node) { extents throws(ONNXError) in
        let removed: Set<Int>
        if let named {
            removed = Set(try node.axes(named, rank: extents.count))
        } else {
            removed = Set(extents.indices.filter { extents[$0] == 1 })
        }
        guard removed.allSatisfy({ extents[$0] == 1 }) else {
            throw node.failure(.invalidGraph, "removes an axis whose extent is not 1 from \(extents.prefix(8))")
        }
        return extents.indices.filter { !removed.contains($0) }.map { extents[$0] }
    }
}

/// Unsqueeze: axes are of the output; an attribute before version 13, an input since.
func importUnsqueeze(_ node: NodeReader, _ graph: inout GraphImport) throws(ONNXError) {
    guard let named = try graph.axes(node), named.count <= TensorShape.maximumRank else {
        throw node.failure(.invalidGraph, "does not name 1 to \(TensorShape.maximumRank) axes")
    }
    try graph.view(node) { extents throws(ONNXError) in
        let added = Set(try node.axes(named, rank: extents.count + named.count))
        var rest = extents[...]
        return (0..<(extents.count + named.count)).map { added.contains($0) ? 1 : rest.popFirst() ?? 1 }
    }
}

func importTranspose(_ node: NodeReader, _ graph: inout GraphImport) throws(ONNXError) {
    let named = try node.ints("perm")
    if case .constant(let constant) = try graph.operand(node, 0) {
        let order = named ?? Array(constant.dimensions.indices.reversed())
        guard order.sorted() == Array(constant.dimensions.indices) else {
            throw node.failure(.invalidGraph, "perm does not name each axis once")
        }
        return try graph.define(node, .constant(constant.transposed(order)))
    }
    let input = try graph.value(node, 0)
    let order = named ?? Array((0..<graph.draft.shape(input).rank).reversed())
    guard order.count == graph.draft.shape(input).rank, order.sorted() == Array(order.indices) else {
        throw node.failure(.invalidGraph, "perm does not name each axis once")
    }
    try graph.define(node, .value(try graph.transpose(input, order, node, nil)))
}

/// DepthToSpace: blocks of channels become blocks of pixels.
func importDepthToSpace(_ node: NodeReader, _ graph: inout GraphImport) throws(ONNXError) {
    let input = try graph.value(node, 0)
    let shape = graph.draft.shape(input)
    let block = try node.int("blocksize", default: 0)
    guard shape.rank == 4, (1...4_096).contains(block), shape.channels % (block * block) == 0 else {
        throw node.failure(.invalidGraph, "blocks of \(block) of an input of shape \(shape)")
    }
    let channels = shape.channels / (block * block)
    let (height, width) = (shape.height, shape.width)
    let isColumnRowDepth = try node.string("mode", default: "DCR") == "CRD"
    let view =
        isColumnRowDepth
        ? [shape.batch, channels, block, block, height, width] : [shape.batch, block, block, channels, height, width]
    let order = isColumnRowDepth ? [0, 1, 4, 2, 5, 3] : [0, 3, 4, 1, 5, 2]
    let blocks = try graph.reshape(input, view, node, "blocks")
    let moved = try graph.transpose(blocks, order, node, "moved")
    let output = try graph.reshape(moved, [shape.batch, channels, height * block, width * block], node, nil)
    try graph.define(node, .value(output))
}

/// SpaceToDepth: blocks of pixels become blocks of channels.
func importSpaceToDepth(_ node: NodeReader, _ graph: inout GraphImport) throws(ONNXError) {
    let input = try graph.value(node, 0)
    let shape = graph.draft.shape(input)
    let block = try node.int("blocksize", default: 0)
    guard shape.rank == 4, (1...4_096).contains(block), shape.height % block == 0, shape.width % block == 0 else {
        throw node.failure(.invalidGraph, "blocks of \(block) of an input of shape \(shape)")
    }
    let (height, width) = (shape.height / block, shape.width / block)
    let blocks = try graph.reshape(input, [shape.batch, shape.channels, height, block, width, block], node, "blocks")
    let moved = try graph.transpose(blocks, [0, 3, 5, 1, 2, 4], node, "moved")
    let output = try graph.reshape(moved, [shape.batch, shape.channels * block * block, height, width], node, nil)
    try graph.define(node, .value(output))
}

extension GraphImport {
    /// Views the first input under another shape, be it a constant or a value.
    mutating func view(
        _ node: NodeReader,
        _ shape: ([Int]) throws(ONNXError) -> [Int]
    ) throws(ONNXError) {
        guard case .constant(let constant) = try operand(node, 0) else {
            let input = try value(node, 0)
            let result = try shape(draft.shape(input).dimensions)
            return try define(node, .value(try reshape(input, result, node, nil)))
        }
        let result = try shape(constant.dimensions)
        guard result.allSatisfy({ $0 >= 0 }), result.boundedProduct == constant.elementCount else {
            throw node.failure(
                .invalidGraph,
                "cannot see extents \(constant.dimensions.prefix(8)) as \(result.prefix(8))"
            )
        }
        if let view = constant.reshaped(result) { return try define(node, .constant(view)) }
        try charge(constant.byteCount, node)
        guard let view = constant.dense().reshaped(result) else {
            throw node.failure(.unsupportedModel, "cuts an axis that is quantized per channel; quantize after it")
        }
        try define(node, .constant(view))
    }

    /// Axes from the attribute or, since version 13, the second input.
    fileprivate func axes(_ node: NodeReader) throws(ONNXError) -> [Int]? {
        if node.version < 13 { return try node.ints("axes") }
        return node.hasInput(1) ? try integers(node, 1, "axes") : nil
    }

    /// A value under another shape; itself where that is its shape.
    ///
    /// N x (C·H·W) of an image is a flatten.
    mutating func reshape(
        _ value: ValueID,
        _ dimensions: [Int],
        _ node: NodeReader,
        _ step: String?
    ) throws(ONNXError) -> ValueID {
        let shape = draft.shape(value)
        if shape.dimensions == dimensions { return value }
        if case .reshape? = draft.layer(value)?.operation, let source = draft.layer(value)?.node.inputs.first,
            draft.shape(source).dimensions == dimensions
        {
            return source
        }
        if let shuffled = try channelShuffle(value, to: dimensions, node, step) { return shuffled }
        guard !dimensions.isEmpty else {
            throw node.failure(.unsupportedModel, "leaves a number without axes; keep one of extent 1")
        }
        let isFlatten = shape.rank >= 3 && dimensions == [shape.batch, shape.elementCount / shape.batch]
        return try add(isFlatten ? .flatten : .reshape(TensorShape(dimensions)), node, step, inputs: [value])
    }

    /// A value with its axes in another order; a view where only axes of extent 1 move.
    mutating func transpose(
        _ value: ValueID,
        _ order: [Int],
        _ node: NodeReader,
        _ step: String?
    ) throws(ONNXError) -> ValueID {
        let shape = draft.shape(value)
        if order == Array(order.indices) { return value }
        let moving = order.filter { shape.dimensions.indices.contains($0) && shape.dimensions[$0] != 1 }
        if moving == moving.sorted(), order.count == shape.rank {
            return try reshape(value, order.map { shape.dimensions[$0] }, node, step)
        }
        if case .transpose(let earlier)? = draft.layer(value)?.operation, earlier.count == order.count,
            let source = draft.layer(value)?.node.inputs.first
        {
            return try transpose(source, order.map { earlier[$0] }, node, step)
        }
        return try add(.transpose(permutation: order), node, step, inputs: [value])
    }

    /// Reshape to N x G x C/G x H x W, Transpose of axes 1 and 2, Reshape back: a channel shuffle.
    private mutating func channelShuffle(
        _ value: ValueID,
        to dimensions: [Int],
        _ node: NodeReader,
        _ step: String?
    ) throws(ONNXError) -> ValueID? {
        guard case .transpose(let order)? = draft.layer(value)?.operation,
            let grouped = draft.layer(value)?.node.inputs.first,
            case .reshape(let view)? = draft.layer(grouped)?.operation,
            let source = draft.layer(grouped)?.node.inputs.first
        else { return nil }
        let shape = draft.shape(source)
        guard shape.dimensions == dimensions, shape.rank == 4, order == [0, 2, 1] + Array(3..<max(view.rank, 3)),
            view.batch == shape.batch, view.rank >= 4, view.dimensions[1] * view.dimensions[2] == shape.channels
        else { return nil }
        return try add(.channelShuffle(groups: view.dimensions[1]), node, step, inputs: [source])
    }
}

extension [Int] {
    /// Product of extents, nil where it leaves what a tensor may have or one is negative.
    var boundedProduct: Int? {
        var product = 1
        for extent in self {
            let (next, overflow) = product.multipliedReportingOverflow(by: extent)
            guard extent >= 0, !overflow else { return nil }
            product = next
        }
        return product
    }
}
