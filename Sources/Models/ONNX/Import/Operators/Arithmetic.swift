import NetworkGraph
import ONNXFormat

func importAdd(_ node: NodeReader, _ graph: inout GraphImport) throws(ONNXError) {
    try importArithmetic(.add, node, &graph)
}

func importSubtract(_ node: NodeReader, _ graph: inout GraphImport) throws(ONNXError) {
    try importArithmetic(.subtract, node, &graph)
}

func importMultiply(_ node: NodeReader, _ graph: inout GraphImport) throws(ONNXError) {
    try importArithmetic(.multiply, node, &graph)
}

func importDivide(_ node: NodeReader, _ graph: inout GraphImport) throws(ONNXError) {
    try importArithmetic(.divide, node, &graph)
}

/// Sum of two is an addition, of one nothing; of more, several additions.
func importSum(_ node: NodeReader, _ graph: inout GraphImport) throws(ONNXError) {
    var sum = try graph.value(node, 0)
    for index in node.node.inputs.indices.dropFirst() {
        let isLast = index == node.node.inputs.count - 1
        sum = try graph.combine(.add, sum, try graph.value(node, index), node, isLast ? nil : "sum\(index)")
    }
    try graph.define(node, .value(sum))
}

func importNegate(_ node: NodeReader, _ graph: inout GraphImport) throws(ONNXError) {
    if case .constant = try graph.operand(node, 0) {
        return try graph.foldUnary(node, ints: { $0.isMin ? nil : -$0 }, floats: { -$0 })
    }
    let input = try graph.value(node, 0)
    let channels = graph.draft.shape(input).channels
    let factors = [Float](repeating: -1, count: channels)
    let offsets = [Float](repeating: 0, count: channels)
    try graph.define(node, .value(try graph.affine(input, factors: factors, offsets: offsets, node)))
}

extension Int64 {
    fileprivate var isMin: Bool { self == .min }
}

/// The four operations, on constants and on values.
enum Arithmetic {
    case add, subtract, multiply, divide

    /// The engine's operator; it has no division.
    var operation: Operation? {
        switch self {
        case .add: .add
        case .subtract: .subtract
        case .multiply: .multiply
        case .divide: nil
        }
    }

    /// y = factor·x + offset for a constant operand: at the right, or at the left of x.
    func affine(_ constant: Float, isLeft: Bool) -> (factor: Float, offset: Float)? {
        switch (self, isLeft) {
        case (.add, _): (1, constant)
        case (.subtract, false): (1, -constant)
        case (.subtract, true): (-1, constant)
        case (.multiply, _): (constant, 0)
        case (.divide, false): (1 / constant, 0)
        case (.divide, true): nil
        }
    }
}

private func importArithmetic(
    _ arithmetic: Arithmetic,
    _ node: NodeReader,
    _ graph: inout GraphImport
) throws(ONNXError) {
    let left = try graph.operand(node, 0)
    let right = try graph.operand(node, 1)
    let output: ValueID
    switch (left, right) {
    case (.constant(let left), .constant(let right)):
        return try graph.define(node, .constant(try graph.fold(arithmetic, left, right, node)))
    case (.constant(let constant), _):
        output = try graph.combine(arithmetic, try graph.value(node, 1), constant, isLeft: true, node)
    case (_, .constant(let constant)):
        output = try graph.combine(arithmetic, try graph.value(node, 0), constant, isLeft: false, node)
    default:
        guard let operation = arithmetic.operation else {
            throw node.failure(.unsupportedModel, "divides two computed values; a constant divisor is supported")
        }
        let operands = (try graph.value(node, 0), try graph.value(node, 1))
        if arithmetic == .multiply, let source = graph.hardSwishOperand(operands.0, operands.1) {
            output = try graph.add(.function(.hardSwish), node, inputs: [source])
        } else {
            output = try graph.combine(operation, operands.0, operands.1, node)
        }
    }
    try graph.define(node, .value(output))
}

extension GraphImport {
    /// Two values, the one of fewer axes seen with leading ones of extent 1.
    mutating func combine(
        _ operation: Operation,
        _ left: ValueID,
        _ right: ValueID,
        _ node: NodeReader,
        _ step: String? = nil
    ) throws(ONNXError) -> ValueID {
        let rank = max(draft.shape(left).rank, draft.shape(right).rank)
        let operands = [
            try widened(left, rank: rank, node, "left"), try widened(right, rank: rank, node, "right"),
        ]
        return try add(operation, node, step, inputs: operands)
    }

    private mutating func widened(
        _ value: ValueID,
        rank: Int,
        _ node: NodeReader,
        _ step: String
    ) throws(ONNXError) -> ValueID {
        let shape = draft.shape(value).dimensions
        return try reshape(value, Array(repeating: 1, count: rank - shape.count) + shape, node, step)
    }

    /// A value and a constant: per channel where the constant is, else as two values.
    fileprivate mutating func combine(
        _ arithmetic: Arithmetic,
        _ value: ValueID,
        _ constant: Constant,
        isLeft: Bool,
        _ node: NodeReader
    ) throws(ONNXError) -> ValueID {
        guard constant.isReal else {
            throw node.failure(.unsupportedModel, "combines a value and a \(constant.tensor.elementType.name) constant")
        }
        let shape = draft.shape(value)
        if let numbers = try perChannel(constant, over: shape, node),
            let pairs = numbers.map({ arithmetic.affine($0, isLeft: isLeft) }) as? [(factor: Float, offset: Float)]
        {
            return try affine(value, factors: pairs.map(\.factor), offsets: pairs.map(\.offset), node)
        }
        var other = constant
        var operation = arithmetic.operation
        if arithmetic == .divide, !isLeft {
            try charge(constant.elementCount * 4, node)
            other = Constant(floats: try constant.floats().map { 1 / $0 }, dimensions: constant.dimensions)
            operation = .multiply
        }
        guard let operation else {
            throw node.failure(.unsupportedModel, "divides a constant by a computed value, which is not supported")
        }
        let second = try self.value(other, node, name: node.label + "/constant")
        return try isLeft ? combine(operation, second, value, node) : combine(operation, value, second, node)
    }

    /// One number a channel, where a constant changes along axis 1 alone; nil for others.
    private mutating func perChannel(
        _ constant: Constant,
        over shape: TensorShape,
        _ node: NodeReader
    ) throws(ONNXError) -> [Float]? {
        let count = constant.elementCount
        guard shape.rank >= 2, constant.dimensions.count <= shape.rank, count == 1 || count == shape.channels else {
            return nil
        }
        // Axis 1 of the value is this axis of the constant, counted from the end.
        let axis = constant.dimensions.count - shape.rank + 1
        guard count == 1 || (axis >= 0 && constant.dimensions[axis] == count) else { return nil }
        try charge(shape.channels * 16, node)
        let numbers = try constant.floats()
        return count == 1 ? Array(repeating: numbers[0], count: shape.channels) : numbers
    }
}
