import ONNXFormat

// What exporters compute from known shapes to say a Reshape's or Resize's target.

func importFloor(_ node: NodeReader, _ graph: inout GraphImport) throws(ONNXError) {
    try graph.foldUnary(node, ints: { $0 }, floats: { $0.rounded(.down) })
}

func importCeiling(_ node: NodeReader, _ graph: inout GraphImport) throws(ONNXError) {
    try graph.foldUnary(node, ints: { $0 }, floats: { $0.rounded(.up) })
}

func importSquareRoot(_ node: NodeReader, _ graph: inout GraphImport) throws(ONNXError) {
    try graph.foldUnary(node, ints: { _ in nil }, floats: { $0.squareRoot() })
}

func importEqual(_ node: NodeReader, _ graph: inout GraphImport) throws(ONNXError) {
    let left = try graph.constant(node, 0, "operand")
    let right = try graph.constant(node, 1, "operand")
    let (shape, count) = try graph.broadcastShape([left, right], node)
    let lefts = BroadcastPositions(of: left.dimensions, in: shape)
    let rights = BroadcastPositions(of: right.dimensions, in: shape)
    let elements: [UInt8]
    if left.isInteger, right.isInteger {
        let (a, b) = (try left.int64s(), try right.int64s())
        elements = (0..<count).map { a[lefts[$0]] == b[rights[$0]] ? 1 : 0 }
    } else {
        let (a, b) = (try left.floats(), try right.floats())
        elements = (0..<count).map { a[lefts[$0]] == b[rights[$0]] ? 1 : 0 }
    }
    try graph.define(
        node,
        .constant(Constant(ONNXTensor(name: "", elementType: .bool, dimensions: shape, bytes: elements)))
    )
}

func importWhere(_ node: NodeReader, _ graph: inout GraphImport) throws(ONNXError) {
    let condition = try graph.constant(node, 0, "condition")
    let yes = try graph.constant(node, 1, "operand")
    let no = try graph.constant(node, 2, "operand")
    let (shape, count) = try graph.broadcastShape([condition, yes, no], node)
    let places = [condition, yes, no].map { BroadcastPositions(of: $0.dimensions, in: shape) }
    let conditions = try condition.int64s()
    func choose<Element>(_ yes: [Element], _ no: [Element]) -> [Element] {
        (0..<count).map { conditions[places[0][$0]] != 0 ? yes[places[1][$0]] : no[places[2][$0]] }
    }
    let result: Constant
    if yes.isInteger, no.isInteger {
        result = Constant(int64s: choose(try yes.int64s(), try no.int64s()), dimensions: shape)
    } else {
        result = Constant(floats: choose(try yes.floats(), try no.floats()), dimensions: shape)
    }
    try graph.define(node, .constant(result))
}

extension GraphImport {
    /// The shape constants broadcast to, its size charged.
    fileprivate mutating func broadcastShape(
        _ constants: [Constant],
        _ node: NodeReader
    ) throws(ONNXError) -> (shape: [Int], count: Int) {
        var shape: [Int] = []
        for constant in constants {
            guard let next = ONNXImport.broadcastShape(shape, constant.dimensions) else {
                throw node.failure(.invalidGraph, "constants of extents that do not fit each other")
            }
            shape = next
        }
        guard let count = shape.boundedProduct, shape.count <= 16 else {
            throw node.failure(.invalidGraph, "constants of extents \(shape.prefix(8))")
        }
        var bytes = count.multipliedReportingOverflow(by: 8)
        for constant in constants {
            bytes = bytes.partialValue.addingReportingOverflow(constant.elementCount &* 8)
        }
        try charge(bytes.overflow || count > 1 << 40 ? -1 : bytes.partialValue, node)
        return (shape, count)
    }

    /// Two constants combined element by element.
    mutating func fold(
        _ arithmetic: Arithmetic,
        _ left: Constant,
        _ right: Constant,
        _ node: NodeReader
    ) throws(ONNXError) -> Constant {
        let (shape, count) = try broadcastShape([left, right], node)
        let lefts = BroadcastPositions(of: left.dimensions, in: shape)
        let rights = BroadcastPositions(of: right.dimensions, in: shape)
        if left.isInteger, right.isInteger {
            let (a, b) = (try left.int64s(), try right.int64s())
            var result: [Int64] = []
            result.reserveCapacity(count)
            for index in 0..<count {
                guard let number = arithmetic.apply(a[lefts[index]], b[rights[index]]) else {
                    throw node.failure(.invalidGraph, "divides by 0 or leaves 64 bits")
                }
                result.append(number)
            }
            return Constant(int64s: result, dimensions: shape)
        }
        let (a, b) = (try left.floats(), try right.floats())
        return Constant(
            floats: (0..<count).map { arithmetic.apply(a[lefts[$0]], b[rights[$0]]) },
            dimensions: shape
        )
    }

    /// A function of every element of a constant; nil for an integer it is not defined for.
    mutating func foldUnary(
        _ node: NodeReader,
        ints: (Int64) -> Int64?,
        floats: (Float) -> Float
    ) throws(ONNXError) {
        let constant = try constant(node, 0, "operand")
        try charge(constant.elementCount &* 16, node)
        guard constant.isInteger else {
            let result = Constant(floats: try constant.floats().map(floats), dimensions: constant.dimensions)
            return try define(node, .constant(result))
        }
        var result: [Int64] = []
        for number in try constant.int64s() {
            guard let image = ints(number) else { throw node.failure(.invalidGraph, "is not defined for \(number)") }
            result.append(image)
        }
        try define(node, .constant(Constant(int64s: result, dimensions: constant.dimensions)))
    }

    /// Elements of a constant's axis at constant positions.
    mutating func foldGather(_ constant: Constant, _ indices: Constant, _ node: NodeReader) throws(ONNXError) {
        let extents = constant.dimensions
        let axis = try node.axis(try node.int("axis", default: 0), rank: extents.count)
        let inner = extents[(axis + 1)...].reduce(1, *)
        let outer = extents[..<axis].reduce(1, *)
        let size = constant.tensor.elementType.byteCount
        var total = outer.multipliedReportingOverflow(by: indices.elementCount)
        if !total.overflow { total = total.partialValue.multipliedReportingOverflow(by: inner &* max(size, 8)) }
        try charge(total.overflow ? -1 : total.partialValue, node)
        guard constant.dequantization == nil else {
            throw node.failure(.unsupportedModel, "gathers from a quantized constant")
        }
        var positions: [Int] = []
        for index in try indices.int64s() {
            guard index >= -extents[axis], index < extents[axis] else {
                throw node.failure(.invalidGraph, "index \(index) of \(extents[axis])")
            }
            positions.append(Int(index) + (index < 0 ? extents[axis] : 0))
        }
        try charge(constant.byteCount, node)
        let source = constant.dense()
        var bytes: [UInt8] = []
        source.tensor.withBytes(0..<source.byteCount) { stored in
            for block in 0..<outer {
                for position in positions {
                    let start = (block * extents[axis] + position) * inner * size
                    bytes.append(contentsOf: stored[start..<(start + inner * size)])
                }
            }
        }
        let shape = Array(extents[..<axis]) + indices.dimensions + Array(extents[(axis + 1)...])
        try define(
            node,
            .constant(
                Constant(
                    ONNXTensor(
                        name: node.label,
                        elementType: constant.tensor.elementType,
                        dimensions: shape,
                        bytes: bytes
                    )
                )
            )
        )
    }

    /// Constants joined, nil where an input is none.
    mutating func foldConcatenation(_ node: NodeReader) throws(ONNXError) -> Constant? {
        var parts: [Constant] = []
        for index in node.node.inputs.indices {
            guard case .constant(let part) = try operand(node, index) else { return nil }
            parts.append(part)
        }
        let first = parts[0]
        let rank = first.dimensions.count
        let axis = try node.axis(try node.int("axis", default: 0), rank: rank)
        var shape = first.dimensions
        shape[axis] = 0
        for part in parts {
            var extents = part.dimensions
            guard extents.count == rank, part.tensor.elementType == first.tensor.elementType,
                part.dequantization == nil
            else { throw node.failure(.unsupportedModel, "joins constants of different kinds") }
            try charge(part.byteCount * 2, node)
            shape[axis] += extents[axis]
            extents[axis] = shape[axis]
            guard extents == shape else { throw node.failure(.invalidGraph, "joins constants of other extents") }
        }
        let outer = shape[..<axis].reduce(1, *)
        var bytes: [UInt8] = []
        let dense = parts.map { $0.dense() }
        for block in 0..<outer {
            for part in dense {
                let size = part.byteCount / outer
                part.tensor.withBytes((block * size)..<((block + 1) * size)) { bytes.append(contentsOf: $0) }
            }
        }
        return Constant(
            ONNXTensor(name: node.label, elementType: first.tensor.elementType, dimensions: shape, bytes: bytes)
        )
    }

    /// A constant's elements as another type.
    mutating func cast(_ constant: Constant, to type: ONNXElementType, _ node: NodeReader) throws(ONNXError) -> Constant
    {
        if constant.tensor.elementType == type, constant.dequantization == nil { return constant }
        try charge(constant.elementCount &* 12, node)
        switch type {
        case .float32, .float64:
            let numbers = constant.isInteger ? try constant.int64s().map { Float($0) } : try constant.floats()
            return Constant(floats: numbers, dimensions: constant.dimensions)
        case .int64, .int32:
            if constant.isInteger { return Constant(int64s: try constant.int64s(), dimensions: constant.dimensions) }
            let numbers = try constant.floats()
            guard numbers.allSatisfy({ $0.magnitude < 0x1p62 }) else {
                throw node.failure(.invalidGraph, "casts a number to an integer that cannot hold it")
            }
            return Constant(int64s: numbers.map { Int64($0) }, dimensions: constant.dimensions)
        case .bool:
            let truths: [UInt8] =
                constant.isInteger
                ? try constant.int64s().map { $0 == 0 ? 0 : 1 } : try constant.floats().map { $0 == 0 ? 0 : 1 }
            return Constant(
                ONNXTensor(name: node.label, elementType: .bool, dimensions: constant.dimensions, bytes: truths)
            )
        default:
            throw node.failure(.unsupportedModel, "casts a constant to \(type.name), which is not supported")
        }
    }
}

extension Arithmetic {
    func apply(_ left: Float, _ right: Float) -> Float {
        switch self {
        case .add: left + right
        case .subtract: left - right
        case .multiply: left * right
        case .divide: left / right
        }
    }

    /// nil where the result is not defined or leaves 64 bits.
    func apply(_ left: Int64, _ right: Int64) -> Int64? {
        if self == .divide, right == 0 { return nil }
        let (result, overflow) =
            switch self {
            case .add: left.addingReportingOverflow(right)
            case .subtract: left.subtractingReportingOverflow(right)
            case .multiply: left.multipliedReportingOverflow(by: right)
            case .divide: left.dividedReportingOverflow(by: right)
            }
        return overflow ? nil : result
    }
}
