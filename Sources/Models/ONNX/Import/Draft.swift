import NetworkGraph
import Quantization

/// The network while it is imported: real-valued operators, and the places where the file quantizes.
///
/// QuantizeLinear followed by DequantizeLinear is one `quantize` here: it rounds real numbers to a grid. Values that
/// lie on a known grid have `parameters`; moving elements keeps them.
struct Draft {
    enum NodeOperation {
        case layer(Operation, LayerConstants?)
        case quantize(QuantizationParameters)
    }

    struct Node {
        var name: String
        var operation: NodeOperation
        var inputs: [ValueID]
        var outputs: [ValueID]
    }

    private(set) var values: [Value] = []
    /// Per value, the grid its numbers lie on, nil when none is known.
    private(set) var parameters: [QuantizationParameters?] = []
    /// Per value, the node that writes it; nil for inputs.
    private(set) var producers: [Int?] = []
    private(set) var nodes: [Node] = []
    private(set) var inputs: [ValueID] = []
    /// Whether the file quantizes any activation.
    private(set) var isQuantized = false

    private var valueNames = UniqueNames()
    private var nodeNames = UniqueNames()
    /// Values that are already the rounding of another to some grid.
    private var roundings: [Rounding: ValueID] = [:]

    private struct Rounding: Hashable {
        var value: ValueID
        var parameters: QuantizationParameters
    }

    func shape(_ id: ValueID) -> TensorShape { values[id.index].shape }

    /// The operator that writes a value, nil for inputs and for roundings.
    func layer(_ id: ValueID) -> (operation: Operation, constants: LayerConstants?, node: Node)? {
        guard let producer = producers[id.index], case .layer(let operation, let constants) = nodes[producer].operation
        else { return nil }
        return (operation, constants, nodes[producer])
    }

    mutating func addInput(_ name: String, shape: TensorShape) -> ValueID {
        let id = addValue(name, shape: shape, parameters: nil, producer: nil)
        inputs.append(id)
        return id
    }

    /// Adds an operator; shapes are inferred, names made unique.
    mutating func add(
        _ operation: Operation,
        constants: LayerConstants? = nil,
        name: String,
        inputs: [ValueID],
        outputNames: [String]
    ) throws(GraphError) -> [ValueID] {
        let shapes = try operation.outputShapes(forInputs: inputs.map(shape), node: name)
        guard shapes.count == outputNames.count else {
            throw GraphError(
                .wrongValueCount,
                node: name,
                problem: "\(outputNames.count) outputs are named",
                remedy: "this operator writes \(shapes.count)"
            )
        }
        let kept = operation.keptParameters(inputs.map { parameters[$0.index] }, constants)
        let outputs = zip(outputNames, shapes).map { name, shape in
            addValue(name, shape: shape, parameters: kept, producer: nodes.count)
        }
        nodes.append(
            Node(
                name: nodeNames.unique(name),
                operation: .layer(operation, constants),
                inputs: inputs,
                outputs: outputs
            )
        )
        return outputs
    }

    /// The value rounded to a grid; itself where it lies on that grid already.
    mutating func quantize(_ value: ValueID, to grid: QuantizationParameters, name: String) -> ValueID {
        isQuantized = true
        if let own = parameters[value.index], own.hasSameReals(as: grid) { return value }
        let key = Rounding(value: value, parameters: grid)
        if let rounded = roundings[key] { return rounded }
        let id = addValue(name, shape: shape(value), parameters: grid, producer: nodes.count)
        nodes.append(
            Node(name: nodeNames.unique(name), operation: .quantize(grid), inputs: [value], outputs: [id])
        )
        roundings[key] = id
        return id
    }

    /// States the grid of a graph input whose integers the caller gives; false if another was stated before.
    mutating func stateGrid(_ grid: QuantizationParameters, of input: ValueID, quantizes: Bool) -> Bool {
        if quantizes { isQuantized = true }
        if let own = parameters[input.index] { return own.hasSameReals(as: grid) }
        parameters[input.index] = grid
        return true
    }

    private mutating func addValue(
        _ name: String,
        shape: TensorShape,
        parameters grid: QuantizationParameters?,
        producer: Int?
    ) -> ValueID {
        values.append(Value(name: valueNames.unique(name), shape: shape))
        parameters.append(grid)
        producers.append(producer)
        return ValueID(values.count - 1)
    }
}

/// Constants of a linear layer, or a constant itself, as the file has them.
struct LayerConstants {
    /// In the layout of the operation's parameter.
    var weights: Constant
    /// One per output.
    var bias: Constant?
    /// What weights and bias are multiplied by.
    var weightFactor: Float = 1
    var biasFactor: Float = 1
}

/// Hands out each name once; later ones get a number.
struct UniqueNames {
    private var taken: Set<String> = []
    private var next: [String: Int] = [:]

    mutating func unique(_ name: String) -> String {
        if taken.insert(name).inserted { return name }
        var number = next[name] ?? 2
        while !taken.insert("\(name)#\(number)").inserted { number += 1 }
        next[name] = number + 1
        return "\(name)#\(number)"
    }
}

extension Operation {
    /// The grid the results lie on, given the operands': nil unless it is exactly theirs.
    func keptParameters(
        _ inputs: [QuantizationParameters?],
        _ constants: LayerConstants?
    ) -> QuantizationParameters? {
        if case .constant = self { return constants?.weights.tensorParameters }
        guard let first = inputs.first, let grid = first,
            inputs.allSatisfy({ $0?.hasSameReals(as: grid) ?? false })
        else { return nil }
        switch self {
        case .maxPool, .concatenate, .split, .channelShuffle, .flatten, .reshape, .transpose, .slice: return grid
        case .pad(let padding):
            if case .constant(let number) = padding.mode, !grid.represents(number) { return nil }
            return grid
        case .resize(let resize):
            if case .nearest = resize.mode { return grid }
            return nil
        case .activation(.relu): return grid
        case .activation(.clip(let lower, let upper)):
            let isExact =
                (lower <= grid.range.lowerBound || grid.represents(lower))
                && (upper >= grid.range.upperBound || grid.represents(upper))
            return isExact ? grid : nil
        default: return nil
        }
    }

    /// Whether elements are only moved or picked, so that rounding them before or after is the same.
    var movesElements: Bool {
        switch self {
        case .maxPool, .concatenate, .split, .channelShuffle, .flatten, .reshape, .transpose, .slice, .pad: true
        case .resize(let resize): if case .nearest = resize.mode { true } else { false }
        default: false
        }
    }
}

extension QuantizationParameters {
    /// The least and largest number of the grid.
    var range: ClosedRange<Float> { real(0)...real(255) }

    /// Whether a number lies on the grid.
    func represents(_ number: Float) -> Bool {
        number.isFinite && real(UInt8(stored(number))) == number
    }
}
