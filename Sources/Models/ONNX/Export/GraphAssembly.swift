import NetworkGraph
import ONNXFormat

/// An ONNX graph as it grows: nodes, constants and the names taken.
struct GraphAssembly {
    private(set) var nodes: [ONNXNode] = []
    private(set) var initializers: [ONNXTensor] = []
    /// Raised where an operator needs it.
    var operatorSet = ONNXExporter.operatorSet
    private var valueNames: Set<String>
    private var nodeNames: Set<String>

    /// Starts an empty graph in which a network's own names are taken.
    ///
    /// An empty name means "left out" in ONNX, so it is taken too.
    init(valueNames: [String], nodeNames: [String]) {
        self.valueNames = Set(valueNames + [""])
        self.nodeNames = Set(nodeNames)
    }

    /// Takes a value name like `name` that nothing else has.
    mutating func unique(_ name: String) -> String { Self.unique(name, &valueNames) }

    /// Takes a node name like `name` that no other node has.
    mutating func unique(node name: String) -> String { Self.unique(name, &nodeNames) }

    private static func unique(_ name: String, _ taken: inout Set<String>) -> String {
        var candidate = name
        var number = 2
        while !taken.insert(candidate).inserted {
            candidate = "\(name)_\(number)"
            number += 1
        }
        return candidate
    }

    /// Adds a node.
    mutating func node(
        _ type: String,
        name: String,
        inputs: [String],
        outputs: [String],
        attributes: [String: ONNXAttribute] = [:]
    ) {
        nodes.append(
            ONNXNode(name: name, operatorType: type, inputs: inputs, outputs: outputs, attributes: attributes)
        )
    }

    /// Adds a constant and returns its name, made unique.
    mutating func constant(_ tensor: ONNXTensor) -> String {
        var tensor = tensor
        tensor.name = unique(tensor.name)
        initializers.append(tensor)
        return tensor.name
    }

    /// Adds a list of integers.
    mutating func integers(_ name: String, _ numbers: [Int]) -> String {
        constant(ONNXTensor(name: name, int64s: numbers.map(Int64.init), dimensions: [numbers.count]))
    }

    /// Adds one number.
    mutating func scalar(_ name: String, _ number: Float) -> String {
        constant(ONNXTensor(name: name, floats: [number], dimensions: []))
    }

    /// Adds a float parameter whose rows are made when the file is written.
    mutating func parameter(_ name: String, _ parameter: Parameter) -> String {
        constant(ONNXTensor(name: name, parameter))
    }

    /// Adds one after the other: the operator and, where there is one, its activation.
    mutating func node(
        _ type: String,
        name: String,
        inputs: [String],
        output: String,
        activation: Activation?,
        attributes: [String: ONNXAttribute] = [:]
    ) {
        guard let activation else {
            return node(type, name: name, inputs: inputs, outputs: [output], attributes: attributes)
        }
        let unclamped = unique(output + "_unclamped")
        node(type, name: name, inputs: inputs, outputs: [unclamped], attributes: attributes)
        append(activation, name: unique(node: name + "_activation"), input: unclamped, output: output)
    }

    /// Adds an activation.
    mutating func append(_ activation: Activation, name: String, input: String, output: String) {
        switch activation {
        case .relu: node("Relu", name: name, inputs: [input], outputs: [output])
        case .clip(let lower, let upper):
            var inputs = [input, lower == -.infinity ? "" : scalar(name + ".min", lower)]
            if upper != .infinity { inputs.append(scalar(name + ".max", upper)) }
            node("Clip", name: name, inputs: inputs, outputs: [output])
        }
    }

    /// The finished model.
    func model(name: String, inputs: [ONNXValueInfo], outputs: [ONNXValueInfo]) -> ONNXModel {
        ONNXModel(
            // The file format of the operator set's time, which every later runtime reads.
            irVersion: operatorSet < 19 ? 8 : 9,
            operatorSets: ["": operatorSet],
            producerName: "edgeprof",
            graph: ONNXGraph(
                // The format asks for a name.
                name: name.isEmpty ? "network" : name,
                nodes: nodes,
                initializers: initializers,
                inputs: inputs,
                outputs: outputs
            )
        )
    }
}
