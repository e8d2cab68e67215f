import NetworkGraph
import ONNXFormat

/// Slice: starts and ends are attributes before version 10, inputs since.
func importSlice(_ node: NodeReader, _ graph: inout GraphImport) throws(ONNXError) {
    let operand = try graph.operand(node, 0)
    let extents: [Int]
    if case .constant(let constant) = operand {
        extents = constant.dimensions
    } else {
        extents = graph.draft.shape(try graph.value(node, 0)).dimensions
    }
    let isOld = node.version < 10
    let starts = try isOld ? node.ints("starts") ?? [] : graph.integers(node, 1, "starts")
    let ends = try isOld ? node.ints("ends") ?? [] : graph.integers(node, 2, "ends")
    var named = try node.ints("axes")
    if !isOld { named = node.hasInput(3) ? try graph.integers(node, 3, "axes") : nil }
    let steps = !isOld && node.hasInput(4) ? try graph.integers(node, 4, "steps") : starts.map { _ in 1 }
    let axes = try node.axes(named ?? Array(starts.indices), rank: extents.count)
    guard starts.count == axes.count, ends.count == axes.count, steps.count == axes.count else {
        throw node.failure(.invalidGraph, "starts, ends, axes and steps differ in length")
    }

    var slice = Slice(starts: extents.map { _ in 0 }, steps: extents.map { _ in 1 }, counts: extents)
    for (index, axis) in axes.enumerated() {
        guard steps[index] != 0 else { throw node.failure(.invalidGraph, "steps by 0") }
        let part = slicedPart(extent: extents[axis], start: starts[index], end: ends[index], step: steps[index])
        (slice.starts[axis], slice.steps[axis], slice.counts[axis]) = part
    }
    if case .constant(var constant) = operand {
        for axis in extents.indices {
            constant = constant.sliced(
                axis: axis,
                start: slice.starts[axis],
                step: slice.steps[axis],
                count: slice.counts[axis]
            )
        }
        return try graph.define(node, .constant(constant))
    }
    try graph.define(node, .value(try graph.slice(try graph.value(node, 0), slice, node, nil)))
}

/// Start, step and count of a slice after the clamping of ONNX's Slice; any integers are safe.
func slicedPart(extent: Int, start: Int, end: Int, step: Int) -> (start: Int, step: Int, count: Int) {
    // Negative positions count from the end; extents are far from Int's own bounds.
    let first = start < 0 ? max(start, -extent - 1) + extent : min(start, extent)
    let last = end < 0 ? max(end, -extent - 1) + extent : min(end, extent)
    if step > 0 {
        let low = max(first, 0)
        let stride = min(step, max(extent, 1))
        let count = max(last, 0) > low ? (last - low - 1) / stride + 1 : 0
        return (low, stride, step > extent ? min(count, 1) : count)
    }
    let high = min(first, extent - 1)
    let stride = min(step.magnitude, UInt(max(extent, 1)))
    let count = high > last ? (high - max(last, -1) - 1) / Int(stride) + 1 : 0
    return (high, -Int(stride), step.magnitude > UInt(extent) ? min(count, 1) : count)
}

/// Split: sizes are an attribute before version 13, an input since; num_outputs since 18.
func importSplit(_ node: NodeReader, _ graph: inout GraphImport) throws(ONNXError) {
    let input = try graph.value(node, 0)
    let shape = graph.draft.shape(input)
    let axis = try node.axis(try node.int("axis", default: 0), rank: shape.rank)
    let extent = shape.dimensions[axis]
    let parts = node.node.outputs.count
    var sizes = try node.version < 13 ? node.ints("split") : nil
    if node.version >= 13, node.hasInput(1) { sizes = try graph.integers(node, 1, "sizes") }
    guard parts >= 1, parts <= extent else {
        throw node.failure(.invalidGraph, "splits \(extent) elements in \(parts)")
    }
    let each = (extent + parts - 1) / parts
    let given = sizes ?? (0..<parts).map { min(each, extent - $0 * each) }
    guard given.count == parts, given.allSatisfy({ (1...extent).contains($0) }), given.reduce(0, +) == extent else {
        throw node.failure(.invalidGraph, "cannot split \(extent) elements into \(given.prefix(16))")
    }

    let names = node.node.outputs.enumerated().map { $1.isEmpty ? "\(node.label)/part\($0)" : $1 }
    if axis == 1 {
        let outputs = try graph.add(
            .split(sizes: given),
            node,
            name: node.label,
            inputs: [input],
            outputNames: names
        )
        for (index, output) in outputs.enumerated() { try graph.define(node, index, .value(output)) }
        return
    }
    var start = 0
    for (index, size) in given.enumerated() {
        var slice = Slice(
            starts: shape.dimensions.map { _ in 0 },
            steps: shape.dimensions.map { _ in 1 },
            counts: shape.dimensions
        )
        slice.starts[axis] = start
        slice.counts[axis] = size
        start += size
        if graph.isLive(node, index) {
            try graph.define(node, index, .value(try graph.slice(input, slice, node, "part\(index)")))
        }
    }
}

/// Gather with constant indices that are a regular part of an axis is a slice; of constants, anything.
func importGather(_ node: NodeReader, _ graph: inout GraphImport) throws(ONNXError) {
    let indices = try graph.constant(node, 1, "indices")
    guard indices.isInteger else { throw node.failure(.invalidGraph, "indices are not integers") }
    if case .constant(let constant) = try graph.operand(node, 0) {
        return try graph.foldGather(constant, indices, node)
    }
    let input = try graph.value(node, 0)
    let shape = graph.draft.shape(input)
    let axis = try node.axis(try node.int("axis", default: 0), rank: shape.rank)
    let extent = shape.dimensions[axis]
    guard indices.dimensions.count <= 1, (1...extent).contains(indices.elementCount) else {
        throw node.failure(.unsupportedModel, "gathers more than a part of one axis, which is not supported")
    }
    var positions: [Int] = []
    for index in try indices.int64s() {
        guard index >= -extent, index < extent else { throw node.failure(.invalidGraph, "index \(index) of \(extent)") }
        positions.append(Int(index) + (index < 0 ? extent : 0))
    }
    let step = positions.count > 1 ? positions[1] - positions[0] : 1
    guard step != 0, zip(positions, positions.dropFirst()).allSatisfy({ $1 - $0 == step }) else {
        throw node.failure(.unsupportedModel, "gathers elements at irregular positions, which is not supported")
    }
    var slice = Slice(
        starts: shape.dimensions.map { _ in 0 },
        steps: shape.dimensions.map { _ in 1 },
        counts: shape.dimensions
    )
    (slice.starts[axis], slice.steps[axis], slice.counts[axis]) = (positions[0], step, positions.count)
    let isScalar = indices.dimensions.isEmpty
    let part = try graph.slice(input, slice, node, isScalar ? "part" : nil)
    var result = draft(slice.counts, without: isScalar ? axis : nil)
    if result.isEmpty { result = [1] }
    try graph.define(node, .value(try graph.reshape(part, result, node, nil)))
}

private func draft(_ dimensions: [Int], without axis: Int?) -> [Int] {
    dimensions.indices.filter { $0 != axis }.map { dimensions[$0] }
}

extension GraphImport {
    /// A part of a value; itself where that is everything.
    mutating func slice(
        _ value: ValueID,
        _ slice: Slice,
        _ node: NodeReader,
        _ step: String?
    ) throws(ONNXError) -> ValueID {
        let shape = draft.shape(value)
        if slice.counts == shape.dimensions, slice.steps.allSatisfy({ $0 > 0 }) { return value }
        return try add(.slice(slice), node, step, inputs: [value])
    }
}
