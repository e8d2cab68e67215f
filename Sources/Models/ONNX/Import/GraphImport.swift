import NetworkGraph
import ONNXFormat
import Quantization

/// What a name of the file stands for while it is imported.
enum Operand {
    /// Known before anything runs.
    case constant(Constant)
    /// Real numbers.
    case value(ValueID)
    /// The 8-bit integers of a value on a grid; nil while the grid of a graph input is not known.
    case stored(ValueID, QuantizationParameters?, ONNXElementType)
}

/// The state of an import: what each name stands for, and the network so far.
struct GraphImport {
    var draft = Draft()
    /// Bytes that constant folding may still make.
    private var foldingBudget: Int
    private var operands: [String: Operand] = [:]
    private let live: Set<String>
    /// While a node that moves integers is imported: what they are.
    private(set) var stored: (parameters: QuantizationParameters?, type: ONNXElementType)?

    /// The most bytes one folded constant may have, unless it is made of larger ones.
    private static let smallestBudget = 1 << 26

    init(
        _ graph: ONNXGraph,
        name: String,
        options: ImportOptions,
        live: Set<String>
    ) throws(ONNXError) {
        self.live = live
        // Folding a file's constants makes at most a few copies of them, whatever its nodes say.
        var bytes = 0
        var constants: Set<String> = []
        for tensor in graph.initializers {
            bytes += min(tensor.byteCount, 1 << 40)
            constants.insert(tensor.name)
            operands[tensor.name] = .constant(Constant(tensor))
        }
        foldingBudget = Self.smallestBudget + bytes &* 2
        let inputs = graph.inputs.filter { !constants.contains($0.name) && live.contains($0.name) }
        try requireUse(of: options.batch, inputs)
        for input in inputs { try addInput(input, options) }
    }

    /// Imports one node.
    mutating func append(_ node: ONNXNode, _ registry: OperatorRegistry) throws(ONNXError) {
        guard let imported = registry[node] else { throw ONNXError(.unsupportedOperator, node.operatorType) }
        let reader = NodeReader(node: node, version: registry.version)
        stored = nil
        if imported.movesElements { stored = try storedOperand(reader) }
        try imported.importNode(reader, &self)
        guard let stored else { return }
        self.stored = nil
        for name in node.outputs {
            if case .value(let id) = operands[name] { operands[name] = .stored(id, stored.parameters, stored.type) }
        }
    }

    /// What the first operand's integers are; throws where others are something else.
    private func storedOperand(
        _ node: NodeReader
    ) throws(ONNXError) -> (parameters: QuantizationParameters?, type: ONNXElementType)? {
        guard case .stored(_, let first, let type) = node.node.inputs.first.flatMap({ operands[$0] }) else {
            return nil
        }
        guard node.node.operatorType == "Concat" else { return (first, type) }
        for name in node.node.inputs {
            guard case .stored(_, let other, type) = operands[name], first?.scale == other?.scale,
                first?.zeroPoint == other?.zeroPoint
            else {
                throw node.failure(
                    .unsupportedModel,
                    "joins integers of different scales; put DequantizeLinear before it and QuantizeLinear after"
                )
            }
        }
        return (first, type)
    }

    // MARK: Operands

    /// What an input stands for.
    func operand(_ node: NodeReader, _ index: Int) throws(ONNXError) -> Operand {
        guard node.hasInput(index) else { throw node.failure(.invalidGraph, "input \(index) is missing") }
        guard let operand = operands[node.node.inputs[index]] else {
            throw node.failure(
                .invalidGraph,
                "input \(ONNXError.quoted(node.node.inputs[index])) has no value; an optional output that is not computed?"
            )
        }
        return operand
    }

    /// The value an input stands for; a constant becomes one.
    mutating func value(_ node: NodeReader, _ index: Int) throws(ONNXError) -> ValueID {
        switch try operand(node, index) {
        case .value(let id): return id
        case .stored(let id, _, let type):
            guard stored != nil else {
                throw node.failure(
                    .unsupportedModel,
                    "reads \(type.name) integers; export in QDQ format, with DequantizeLinear before it"
                )
            }
            return id
        case .constant(let constant): return try self.value(constant, node, name: node.node.inputs[index])
        }
    }

    /// A constant as a value that a node of its own writes.
    mutating func value(_ constant: Constant, _ node: NodeReader, name: String) throws(ONNXError) -> ValueID {
        guard constant.isReal else {
            throw node.failure(
                .unsupportedModel,
                "reads a \(constant.tensor.elementType.name) constant as real numbers"
            )
        }
        var shaped = constant
        if shaped.dimensions.isEmpty, let vector = shaped.reshaped([1]) { shaped = vector }
        try requireParameter(shaped, node, "constant")
        return try add(
            .constant(shaped.parameter()),
            constants: LayerConstants(weights: shaped),
            node,
            name: name,
            inputs: []
        )
    }

    /// A constant input; throws where it is computed from the network's inputs.
    func constant(_ node: NodeReader, _ index: Int, _ role: String) throws(ONNXError) -> Constant {
        guard case .constant(let constant) = try operand(node, index) else {
            throw node.failure(
                .unsupportedModel,
                "\(role) \(ONNXError.quoted(node.node.inputs[index])) is not a constant; fix the input shapes and fold "
                    + "constants when exporting"
            )
        }
        return constant
    }

    /// A constant input of real numbers as a layer's parameter.
    func parameter(_ node: NodeReader, _ index: Int, _ role: String) throws(ONNXError) -> Constant {
        let constant = try constant(node, index, role)
        try requireParameter(constant, node, role)
        return constant
    }

    /// A short constant list of integers.
    func integers(_ node: NodeReader, _ index: Int, _ role: String) throws(ONNXError) -> [Int] {
        let constant = try constant(node, index, role)
        guard constant.isInteger, constant.dimensions.count <= 1, constant.elementCount <= 65_536 else {
            throw node.failure(.invalidGraph, "\(role) is not a short list of integers")
        }
        return try constant.int64s().map { Int($0) }
    }

    /// A constant of one real number.
    func number(_ node: NodeReader, _ index: Int, _ role: String) throws(ONNXError) -> Float {
        let constant = try constant(node, index, role)
        guard constant.elementCount == 1, constant.isReal || constant.isInteger else {
            throw node.failure(.invalidGraph, "\(role) is not one number")
        }
        return try constant.floats()[0]
    }

    private func requireParameter(_ constant: Constant, _ node: NodeReader, _ role: String) throws(ONNXError) {
        guard constant.isReal else {
            throw node.failure(
                .unsupportedModel,
                "\(role) \(ONNXError.quoted(constant.tensor.name)) holds \(constant.tensor.elementType.name), not real "
                    + "numbers"
            )
        }
        let extents = constant.dimensions.isEmpty ? [1] : constant.dimensions
        guard TensorShape(extents).checkedElementCount != nil else {
            throw node.failure(
                .invalidGraph,
                "\(role) \(ONNXError.quoted(constant.tensor.name)) has extents \(constant.dimensions.prefix(8))"
            )
        }
    }

    // MARK: Results

    /// Says what a node's first output stands for.
    mutating func define(_ node: NodeReader, _ operand: Operand) throws(ONNXError) {
        try define(node, 0, operand)
    }

    /// Says what an output of a node stands for.
    mutating func define(_ node: NodeReader, _ index: Int, _ operand: Operand) throws(ONNXError) {
        guard node.hasOutput(index) else { return }
        operands[node.node.outputs[index]] = operand
    }

    /// Adds an operator that writes one value, named after the node, or with a suffix where it is a step on the way.
    mutating func add(
        _ operation: Operation,
        constants: LayerConstants? = nil,
        _ node: NodeReader,
        _ step: String? = nil,
        name: String? = nil,
        inputs: [ValueID]
    ) throws(ONNXError) -> ValueID {
        let suffix = step.map { "/\($0)" } ?? ""
        let output = name ?? ((node.node.outputs.first ?? node.label) + suffix)
        let outputs = try add(
            operation,
            constants: constants,
            node,
            name: name ?? (node.label + suffix),
            inputs: inputs,
            outputNames: [output]
        )
        return outputs[0]
    }

    /// Adds an operator that may write several values.
    mutating func add(
        _ operation: Operation,
        constants: LayerConstants? = nil,
        _ node: NodeReader,
        name: String,
        inputs: [ValueID],
        outputNames: [String]
    ) throws(ONNXError) -> [ValueID] {
        do throws(GraphError) {
            return try draft.add(operation, constants: constants, name: name, inputs: inputs, outputNames: outputNames)
        } catch {
            throw node.failure(error)
        }
    }

    /// Whether anything reads an output.
    func isLive(_ node: NodeReader, _ index: Int) -> Bool {
        node.hasOutput(index) && live.contains(node.node.outputs[index])
    }

    /// Takes bytes from what constant folding may make; throws when none are left.
    mutating func charge(_ bytes: Int, _ node: NodeReader) throws(ONNXError) {
        guard bytes >= 0, bytes <= foldingBudget else {
            throw node.failure(
                .unsupportedModel,
                "computes constants far larger than the file's own; fold constants when exporting"
            )
        }
        foldingBudget -= bytes
    }

    mutating func addInput(_ input: ONNXValueInfo, _ options: ImportOptions) throws(ONNXError) {
        let shape = try inputShape(input, options)
        let id = draft.addInput(input.name, shape: shape)
        switch input.elementType {
        case .float32: operands[input.name] = .value(id)
        case .uint8: operands[input.name] = .stored(id, nil, .uint8)
        case .int8: operands[input.name] = .stored(id, nil, .int8)
        case let type:
            throw ONNXError(
                .unsupportedModel,
                "input \(ONNXError.quoted(input.name)) is of type \(type?.name ?? "unknown"); float32, uint8 and int8 "
                    + "can be given"
            )
        }
    }

    /// The network's outputs and the values they are; an output of integers is the value they stand for.
    func outputs(of graph: ONNXGraph) throws(ONNXError) -> [(name: String, value: ValueID)] {
        var result: [(String, ValueID)] = []
        var names: Set<String> = []
        for output in graph.outputs {
            let quoted = ONNXError.quoted(output.name)
            guard names.insert(output.name).inserted else {
                throw ONNXError(.invalidGraph, "output \(quoted) is listed twice")
            }
            switch operands[output.name] {
            case .value(let id): result.append((output.name, id))
            case .stored(let id, let parameters, _) where parameters != nil: result.append((output.name, id))
            case .stored, nil:
                throw ONNXError(.unsupportedModel, "output \(quoted) is not computed as a tensor of numbers")
            case .constant:
                throw ONNXError(.unsupportedModel, "output \(quoted) does not depend on any input")
            }
        }
        return result
    }
}
