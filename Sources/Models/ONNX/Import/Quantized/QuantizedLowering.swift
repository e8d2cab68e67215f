import NetworkGraph
import ONNXFormat
import Quantization

extension Draft {
    /// The draft as an int8 network, every value on the grid the file rounds it to.
    func quantizedNetwork(
        name: String,
        outputs: [(name: String, value: ValueID)],
        options: ImportOptions,
        constantBytes: Int
    ) throws(ONNXError) -> QuantizedNetwork {
        var lowering = QuantizedLowering(draft: self, name: name, options: options, constantBytes: constantBytes)
        try lowering.emit(outputs.map(\.value))
        return try lowering.finish(outputs)
    }
}

/// Makes quantized nodes from float operators between roundings.
///
/// A draft value on a grid exists in the network as such (`materialize`). A float value is made when something rounds
/// it, on that rounding's grid (`resolve`): its operator requantizes to it, clamps and moved elements on the way are
/// applied to the rounded numbers, which is the same because rounding is monotone. Two roundings of one float value
/// therefore make its operator twice, exactly.
struct QuantizedLowering {
    let draft: Draft
    let options: ImportOptions
    var network: QuantizedNetwork
    /// Per draft value and demand, the network's value.
    private var made: [Demand: ValueID] = [:]
    /// Per draft value on a grid, the network's value.
    private var own: [ValueID?]
    private var valueNames = UniqueNames()
    private var nodeNames = UniqueNames()
    private var depth = 0
    /// Bytes of weights that layers may still copy.
    private var weightBudget: Int

    /// The most float operators followed from a rounding to the operands it rests on.
    static let deepestChain = 100

    /// A value on a grid, clamped.
    private struct Demand: Hashable {
        var value: ValueID
        var grid: QuantizationParameters
        var activation: Activation?
    }

    init(draft: Draft, name: String, options: ImportOptions, constantBytes: Int) {
        // Every layer owns its weights; a file shares them among a few, a hostile one among thousands.
        weightBudget = (1 << 26) + min(constantBytes, 1 << 40) * 4
        self.draft = draft
        self.options = options
        network = QuantizedNetwork(name: name, values: [], nodes: [], inputs: [], outputs: [])
        own = Array(repeating: nil, count: draft.values.count)
    }

    /// Makes all roundings that outputs depend on, in the draft's order, so that no chain is followed far.
    mutating func emit(_ outputs: [ValueID]) throws(ONNXError) {
        var isLive = [Bool](repeating: false, count: draft.values.count)
        for output in outputs { isLive[output.index] = true }
        for node in draft.nodes.reversed() where node.outputs.contains(where: { isLive[$0.index] }) {
            for input in node.inputs { isLive[input.index] = true }
        }
        for input in draft.inputs where isLive[input.index] && draft.parameters[input.index] != nil {
            _ = try materialize(input, readBy: nil)
        }
        for node in draft.nodes where isLive[node.outputs[0].index] {
            guard case .quantize = node.operation else { continue }
            _ = try materialize(node.outputs[0], readBy: nil)
        }
    }

    /// Takes a layer's weights from what layers may copy; throws when the file shares them too often.
    mutating func chargeWeights(_ bytes: Int, node: String) throws(ONNXError) {
        guard bytes <= weightBudget else {
            throw ONNXError(
                .unsupportedModel,
                "node \(ONNXError.quoted(node)): layers that share weights copy far more than the file holds; share them "
                    + "among fewer layers"
            )
        }
        weightBudget -= bytes
    }

    /// The network's value of a draft value that lies on a grid; throws where it lies on none.
    mutating func materialize(_ value: ValueID, readBy reader: String?) throws(ONNXError) -> ValueID {
        if let known = own[value.index] { return known }
        guard let grid = draft.parameters[value.index] else {
            guard let range = options.valueRanges[draft.values[value.index].name] else {
                throw floatEdge(value, readBy: reader)
            }
            return try resolve(value, try covering(range, value), nil, name: draft.values[value.index].name)
        }
        try descend(value)
        defer { depth -= 1 }
        let name = draft.values[value.index].name
        guard let producer = draft.producers[value.index] else {
            let id = addValue(name, draft.shape(value), grid)
            network.inputs.append(id)
            own[value.index] = id
            return id
        }
        let node = draft.nodes[producer]
        switch node.operation {
        case .quantize(let grid):
            let source = node.inputs[0]
            // The file's own name for what is rounded says more than the rounding's.
            let id = try resolve(source, grid, nil, name: draft.values[source.index].name)
            own[value.index] = id
            return id
        case .layer(let operation, let constants):
            var inputs: [ValueID] = []
            for input in node.inputs { inputs.append(try materialize(input, readBy: node.name)) }
            let outputs = node.outputs.map { addValue(draft.values[$0.index].name, draft.shape($0), grid) }
            let kept = try keptOperation(operation, constants, node)
            append(QuantizedNode(name: node.name, operation: kept, inputs: inputs, outputs: outputs))
            for (old, new) in zip(node.outputs, outputs) { own[old.index] = new }
            return own[value.index] ?? outputs[0]
        }
    }

    /// The network's value of a draft value rounded to a grid and clamped.
    mutating func resolve(
        _ value: ValueID,
        _ grid: QuantizationParameters,
        _ activation: Activation?,
        name: String
    ) throws(ONNXError) -> ValueID {
        let demand = Demand(value: value, grid: grid, activation: activation)
        if let known = made[demand] { return known }
        try descend(value)
        defer { depth -= 1 }
        let result = try resolved(value, grid, activation, name: name)
        made[demand] = result
        return result
    }

    private mutating func resolved(
        _ value: ValueID,
        _ grid: QuantizationParameters,
        _ activation: Activation?,
        name: String
    ) throws(ONNXError) -> ValueID {
        if case (.activation(let earlier), _, let node)? = draft.layer(value) {
            return try resolve(node.inputs[0], grid, try earlier.followed(by: activation), name: name)
        }
        if let own = draft.parameters[value.index] {
            let source = try materialize(value, readBy: nil)
            if own.hasSameReals(as: grid), activation == nil { return source }
            let operation = activation.map(QuantizedOperation.activation) ?? .requantize
            return emit(operation, [source], draft.shape(value), grid, node: name, name: name)
        }
        guard let (operation, constants, node) = draft.layer(value) else {
            return try resolveInput(value, grid, activation, name: name)
        }
        if operation.movesElements {
            return try resolveMoved(value, operation, node, grid, activation, name: name)
        }
        return try resolveLayer(
            Layer(value: value, operation: operation, constants: constants, node: node),
            grid,
            activation,
            name: name
        )
    }

    /// A graph input takes the grid of its rounding; it can have but one.
    private mutating func resolveInput(
        _ value: ValueID,
        _ grid: QuantizationParameters,
        _ activation: Activation?,
        name: String
    ) throws(ONNXError) -> ValueID {
        let input: ValueID
        if let known = own[value.index] {
            guard network[known].quantization.hasSameReals(as: grid) else {
                throw ONNXError(
                    .unsupportedModel,
                    "input \(ONNXError.quoted(draft.values[value.index].name)) is quantized in two ways; quantize it once"
                )
            }
            input = known
        } else {
            input = addValue(draft.values[value.index].name, draft.shape(value), grid)
            network.inputs.append(input)
            own[value.index] = input
        }
        guard let activation else { return input }
        return emit(.activation(activation), [input], draft.shape(value), grid, node: name, name: name)
    }

    /// Moving elements and rounding them commute, so the operands are rounded.
    private mutating func resolveMoved(
        _ value: ValueID,
        _ operation: Operation,
        _ node: Draft.Node,
        _ grid: QuantizationParameters,
        _ activation: Activation?,
        name: String
    ) throws(ONNXError) -> ValueID {
        var operation = operation
        var inputs: [ValueID] = []
        for input in node.inputs {
            if case .concatenate = operation, activation == nil, draft.parameters[input.index] != nil {
                // Joining requantizes each part itself.
                inputs.append(try materialize(input, readBy: node.name))
            } else {
                inputs.append(try resolve(input, grid, activation, name: draft.values[input.index].name))
            }
        }
        if case .split(let sizes) = operation {
            // One part alone: others may be rounded otherwise.
            let shape = draft.shape(node.inputs[0])
            let part = node.outputs.firstIndex(of: value) ?? 0
            var slice = Slice(
                starts: shape.dimensions.map { _ in 0 },
                steps: shape.dimensions.map { _ in 1 },
                counts: shape.dimensions
            )
            slice.starts[1] = sizes[..<part].reduce(0, +)
            slice.counts[1] = sizes[part]
            operation = .slice(slice)
        }
        if case .pad(var padding) = operation, case .constant(let number) = padding.mode, let activation {
            padding.mode = .constant(activation.apply(number))
            operation = .pad(padding)
        }
        let kept = try keptOperation(operation, nil, node)
        return emit(kept, inputs, draft.shape(value), grid, node: node.name, name: name)
    }

    // MARK: Building

    mutating func emit(
        _ operation: QuantizedOperation,
        _ inputs: [ValueID],
        _ shape: TensorShape,
        _ grid: QuantizationParameters,
        node: String,
        name: String
    ) -> ValueID {
        let output = addValue(name, shape, grid)
        append(QuantizedNode(name: node, operation: operation, inputs: inputs, outputs: [output]))
        return output
    }

    mutating func addValue(_ name: String, _ shape: TensorShape, _ grid: QuantizationParameters) -> ValueID {
        network.values.append(QuantizedValue(name: valueNames.unique(name), shape: shape, quantization: grid))
        return ValueID(network.values.count - 1)
    }

    private mutating func append(_ node: QuantizedNode) {
        var node = node
        node.name = nodeNames.unique(node.name)
        network.nodes.append(node)
    }

    func covering(_ range: ClosedRange<Float>, _ value: ValueID) throws(ONNXError) -> QuantizationParameters {
        do throws(QuantizationError) {
            return try QuantizationParameters(covering: range)
        } catch {
            throw ONNXError(
                .unsupportedModel,
                "value \(ONNXError.quoted(draft.values[value.index].name)): \(error.message)"
            )
        }
    }

    private mutating func descend(_ value: ValueID) throws(ONNXError) {
        guard depth < Self.deepestChain else {
            throw ONNXError(
                .unsupportedModel,
                "value \(ONNXError.quoted(draft.values[value.index].name)): over \(Self.deepestChain) operators without "
                    + "a QuantizeLinear between them"
            )
        }
        depth += 1
    }

    func floatEdge(_ value: ValueID, readBy reader: String?) -> ONNXError {
        let writer = draft.producers[value.index].map {
            ", written by node \(ONNXError.quoted(draft.nodes[$0].name))"
        }
        let by = reader.map { " and read by node \(ONNXError.quoted($0))" }
        return ONNXError(
            .unsupportedModel,
            "value \(ONNXError.quoted(draft.values[value.index].name))\(writer ?? "")\(by ?? "") is not quantized, while "
                + "others are; quantize the float model with \"edgeprof quantize\""
        )
    }
}

extension Activation {
    /// The number after clamping.
    func apply(_ number: Float) -> Float {
        switch self {
        case .relu: max(number, 0)
        case .clip(let lower, let upper): min(max(number, lower), upper)
        }
    }

    /// This clamp and then another, as one.
    func followed(by other: Activation?) throws(ONNXError) -> Activation {
        guard let other else { return self }
        if self == other { return self }
        let (first, second) = (bounds, other.bounds)
        let lower = min(max(first.lower, second.lower), second.upper)
        let upper = min(max(first.upper, second.lower), second.upper)
        guard lower <= upper else { throw ONNXError(.invalidGraph, "clamps to \(lower)...\(upper)") }
        return lower == 0 && upper == .infinity ? .relu : .clip(lower: lower, upper: upper)
    }

    private var bounds: (lower: Float, upper: Float) {
        switch self {
        case .relu: (0, .infinity)
        case .clip(let lower, let upper): (lower, upper)
        }
    }
}
