import NetworkGraph
import ONNXFormat

func importRelu(_ node: NodeReader, _ graph: inout GraphImport) throws(ONNXError) {
    try graph.defineUnary(.activation(.relu), node)
}

func importSigmoid(_ node: NodeReader, _ graph: inout GraphImport) throws(ONNXError) {
    try graph.defineUnary(.function(.sigmoid), node)
}

func importTanh(_ node: NodeReader, _ graph: inout GraphImport) throws(ONNXError) {
    try graph.defineUnary(.function(.tanh), node)
}

func importHardSwish(_ node: NodeReader, _ graph: inout GraphImport) throws(ONNXError) {
    try graph.defineUnary(.function(.hardSwish), node)
}

func importLeakyRelu(_ node: NodeReader, _ graph: inout GraphImport) throws(ONNXError) {
    try graph.defineUnary(.function(.leakyRelu(slope: try node.float("alpha", default: 0.01))), node)
}

func importHardSigmoid(_ node: NodeReader, _ graph: inout GraphImport) throws(ONNXError) {
    let alpha = try node.float("alpha", default: 0.2)
    let beta = try node.float("beta", default: 0.5)
    try graph.defineUnary(.function(.hardSigmoid(alpha: alpha, beta: beta)), node)
}

/// Clip: bounds are attributes before version 11, inputs since.
func importClip(_ node: NodeReader, _ graph: inout GraphImport) throws(ONNXError) {
    var lower = -Float.infinity
    var upper = Float.infinity
    if node.version < 11 {
        lower = try node.float("min", default: lower)
        upper = try node.float("max", default: upper)
    } else {
        if node.hasInput(1) { lower = try graph.number(node, 1, "lower bound") }
        if node.hasInput(2) { upper = try graph.number(node, 2, "upper bound") }
    }
    // Exporters write Float's largest number for none.
    if upper >= .greatestFiniteMagnitude { upper = .infinity }
    if lower <= -.greatestFiniteMagnitude { lower = -.infinity }
    if lower == -.infinity, upper == .infinity {
        return try graph.define(node, .value(try graph.value(node, 0)))
    }
    let activation: Activation = lower == 0 && upper == .infinity ? .relu : .clip(lower: lower, upper: upper)
    try graph.defineUnary(.activation(activation), node)
}

/// Max of a value and one number is a clamp.
func importMaximum(_ node: NodeReader, _ graph: inout GraphImport) throws(ONNXError) {
    try importBound(node, &graph) { $0 == 0 ? .relu : .clip(lower: $0, upper: .infinity) }
}

/// Min of a value and one number is a clamp.
func importMinimum(_ node: NodeReader, _ graph: inout GraphImport) throws(ONNXError) {
    try importBound(node, &graph) { .clip(lower: -.infinity, upper: $0) }
}

private func importBound(
    _ node: NodeReader,
    _ graph: inout GraphImport,
    _ activation: (Float) -> Activation
) throws(ONNXError) {
    guard node.node.inputs.count == 2 else {
        throw node.failure(
            .unsupportedModel,
            "of \(node.node.inputs.count) inputs; a value and one number is supported"
        )
    }
    for (value, bound) in [(0, 1), (1, 0)] {
        guard case .constant(let constant) = try graph.operand(node, bound), constant.elementCount == 1 else {
            continue
        }
        let number = try graph.number(node, bound, "bound")
        let output = try graph.add(.activation(activation(number)), node, inputs: [try graph.value(node, value)])
        return try graph.define(node, .value(output))
    }
    throw node.failure(.unsupportedModel, "of two computed values; a value and one number is supported")
}

extension GraphImport {
    /// An operator of one value without further arguments.
    mutating func defineUnary(_ operation: Operation, _ node: NodeReader) throws(ONNXError) {
        let input = try value(node, 0)
        try define(node, .value(try add(operation, node, inputs: [input])))
    }
}
