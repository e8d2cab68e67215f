import NetworkGraph
import ONNXFormat

/// Constant, in all its kinds of value.
func importConstant(_ node: NodeReader, _ graph: inout GraphImport) throws(ONNXError) {
    for (name, attribute) in node.node.attributes {
        let constant: Constant
        switch (name, attribute) {
        case ("value", .tensor(let tensor)): constant = Constant(tensor)
        case ("value_float", .float(let number)): constant = Constant(floats: [number], dimensions: [])
        case ("value_floats", .floats(let numbers)): constant = Constant(floats: numbers, dimensions: [numbers.count])
        case ("value_int", .int(let number)): constant = Constant(int64s: [number], dimensions: [])
        case ("value_ints", .ints(let numbers)): constant = Constant(int64s: numbers, dimensions: [numbers.count])
        default: continue
        }
        return try graph.define(node, .constant(constant))
    }
    throw node.failure(.unsupportedModel, "has no value that is a dense tensor or numbers")
}

func importConstantOfShape(_ node: NodeReader, _ graph: inout GraphImport) throws(ONNXError) {
    let shape = try graph.integers(node, 0, "shape")
    var value = ONNXTensor(name: "", floats: [0], dimensions: [1])
    if case .tensor(let given)? = node.node.attributes["value"] { value = given }
    guard value.elementCount == 1 else { throw node.failure(.invalidGraph, "value is not one element") }
    try graph.define(
        node,
        .constant(try graph.broadcast(Constant(value).reshaped([]) ?? Constant(value), to: shape, node))
    )
}

func importExpand(_ node: NodeReader, _ graph: inout GraphImport) throws(ONNXError) {
    let wanted = try graph.integers(node, 1, "shape")
    guard case .constant(let constant) = try graph.operand(node, 0) else {
        let input = try graph.value(node, 0)
        let shape = graph.draft.shape(input)
        guard wanted.count <= shape.rank,
            zip(shape.dimensions.reversed(), wanted.reversed()).allSatisfy({ $1 == 1 || $1 == $0 })
        else { throw node.failure(.unsupportedModel, "repeats a computed value; let Add or Mul broadcast it") }
        return try graph.define(node, .value(input))
    }
    guard let shape = broadcastShape(constant.dimensions, wanted) else {
        throw node.failure(.invalidGraph, "cannot expand \(constant.dimensions.prefix(8)) to \(wanted.prefix(8))")
    }
    try graph.define(node, .constant(try graph.broadcast(constant, to: shape, node)))
}

/// Shape: extents are known for every value.
func importShape(_ node: NodeReader, _ graph: inout GraphImport) throws(ONNXError) {
    let extents = try graph.extents(node)
    let rank = extents.count
    func position(_ index: Int) -> Int { min(max(index < 0 ? max(index, -rank) + rank : index, 0), rank) }
    let start = position(try node.int("start", default: 0))
    let end = position(try node.int("end", default: rank))
    let part = start < end ? extents[start..<end].map(Int64.init) : []
    try graph.define(node, .constant(Constant(int64s: part, dimensions: [part.count])))
}

func importSize(_ node: NodeReader, _ graph: inout GraphImport) throws(ONNXError) {
    let count = try graph.extents(node).boundedProduct ?? 0
    try graph.define(node, .constant(Constant(int64s: [Int64(count)], dimensions: [])))
}

func importRange(_ node: NodeReader, _ graph: inout GraphImport) throws(ONNXError) {
    var numbers: [Int64] = []
    for index in 0..<3 {
        let constant = try graph.constant(node, index, "bound")
        guard constant.elementCount == 1, constant.isInteger else {
            throw node.failure(.unsupportedModel, "bounds are not integers")
        }
        numbers.append(try constant.int64s()[0])
    }
    let (start, limit, step) = (numbers[0], numbers[1], numbers[2])
    let limits: ClosedRange<Int64> = -(1 << 40)...(1 << 40)
    guard step != 0, numbers.allSatisfy(limits.contains) else { throw node.failure(.invalidGraph, "bounds or step") }
    let distance = step > 0 ? limit - start : start - limit
    let count = distance > 0 ? (distance - 1) / Int64(step.magnitude) + 1 : 0
    try graph.charge(Int(count).multipliedReportingOverflow(by: 8).partialValue, node)
    let elements = (0..<count).map { start + $0 * step }
    try graph.define(node, .constant(Constant(int64s: elements, dimensions: [elements.count])))
}

extension GraphImport {
    /// Extents of the first input, be it a constant or a value.
    fileprivate mutating func extents(_ node: NodeReader) throws(ONNXError) -> [Int] {
        if case .constant(let constant) = try operand(node, 0) { return constant.dimensions }
        return draft.shape(try value(node, 0)).dimensions
    }

    /// A constant repeated to a shape.
    mutating func broadcast(_ constant: Constant, to shape: [Int], _ node: NodeReader) throws(ONNXError) -> Constant {
        guard shape.count <= 16, let count = shape.boundedProduct, constant.dequantization == nil else {
            throw node.failure(.invalidGraph, "cannot make a constant of extents \(shape.prefix(8))")
        }
        let size = constant.tensor.elementType.byteCount
        let (bytes, overflow) = count.multipliedReportingOverflow(by: size)
        try charge(overflow ? -1 : bytes, node)
        let source = constant.dense()
        let positions = BroadcastPositions(of: source.dimensions, in: shape)
        var result = [UInt8](repeating: 0, count: bytes)
        result.withUnsafeMutableBytes { target in
            source.tensor.withBytes(0..<source.byteCount) { stored in
                for index in 0..<count {
                    let from = positions[index] * size
                    target[(index * size)..<((index + 1) * size)].copyBytes(from: stored[from..<(from + size)])
                }
            }
        }
        return Constant(
            ONNXTensor(
                name: node.label,
                elementType: constant.tensor.elementType,
                dimensions: shape,
                bytes: result
            )
        )
    }
}
