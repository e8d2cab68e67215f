import NetworkGraph
import ONNXFormat
import Quantization

/// Pad: pads and value are attributes before version 11, inputs since; negative pads cut.
func importPad(_ node: NodeReader, _ graph: inout GraphImport) throws(ONNXError) {
    var input = try graph.value(node, 0)
    let shape = graph.draft.shape(input)
    let isOld = node.version < 11
    let pads = try isOld ? node.ints("pads") ?? [] : graph.integers(node, 1, "pads")
    var axes = Array(0..<shape.rank)
    if !isOld, node.hasInput(3) { axes = try node.axes(try graph.integers(node, 3, "axes"), rank: shape.rank) }
    guard pads.count == 2 * axes.count, pads.allSatisfy((-Int(Int32.max)...Int(Int32.max)).contains) else {
        throw node.failure(.invalidGraph, "pads do not fit \(axes.count) axes")
    }
    var before = [Int](repeating: 0, count: shape.rank)
    var after = before
    for (index, axis) in axes.enumerated() {
        before[axis] = pads[index]
        after[axis] = pads[index + axes.count]
    }
    if (before + after).contains(where: { $0 < 0 }) {
        let counts = shape.dimensions.indices.map { shape.dimensions[$0] + min(before[$0], 0) + min(after[$0], 0) }
        let slice = Slice(starts: before.map { max(-$0, 0) }, steps: counts.map { _ in 1 }, counts: counts)
        input = try graph.slice(input, slice, node, "cut")
        before = before.map { max($0, 0) }
        after = after.map { max($0, 0) }
    }
    let mode = try graph.paddingMode(node)
    guard (before + after).contains(where: { $0 > 0 }) else { return try graph.define(node, .value(input)) }
    let padding = Padding(before: before, after: after, mode: mode)
    try graph.define(node, .value(try graph.add(.pad(padding), node, inputs: [input])))
}

extension GraphImport {
    fileprivate func paddingMode(_ node: NodeReader) throws(ONNXError) -> Padding.Mode {
        switch try node.string("mode", default: "constant") {
        case "edge": return .edge
        case "reflect": return .reflect
        case "constant": break
        case let other: throw node.failure(.unsupportedModel, "mode \(ONNXError.quoted(other)) is not supported")
        }
        if node.version < 11 { return .constant(try node.float("value", default: 0)) }
        guard let stored else { return .constant(node.hasInput(2) ? try number(node, 2, "value") : 0) }
        // Integers are padded with an integer: the number it stands for.
        guard let grid = stored.parameters else {
            throw node.failure(.unsupportedModel, "pads integers whose scale is not known; dequantize them first")
        }
        let integer = node.hasInput(2) ? try number(node, 2, "value") : 0
        return .constant((integer - Float(grid.zeroPoint)) * grid.scale)
    }
}
