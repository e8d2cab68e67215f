import NetworkGraph
import ONNXFormat

extension Draft {
    /// The draft as a float network; for files that quantize no activation.
    func floatGraph(name: String, outputs: [(name: String, value: ValueID)]) throws(ONNXError) -> NetworkGraph {
        var graph = NetworkGraph(name: name, values: values, inputs: inputs)
        for node in nodes {
            guard case .layer(let operation, _) = node.operation else { continue }
            graph.nodes.append(
                GraphNode(name: node.name, operation: operation, inputs: node.inputs, outputs: node.outputs)
            )
        }
        var naming = OutputNaming(values.map(\.name))
        var taken = Set(inputs)
        for (name, value) in outputs {
            var value = value
            if !taken.insert(value).inserted {
                // The caller's own input, or given already under another name: a value of its own.
                graph.nodes.append(
                    GraphNode(
                        name: "\(name)/copy",
                        operation: .reshape(graph.shape(of: value)),
                        inputs: [value],
                        outputs: [ValueID(graph.values.count)]
                    )
                )
                graph.values.append(Value(name: name, shape: graph.shape(of: value)))
                value = ValueID(graph.values.count - 1)
                taken.insert(value)
                naming.append()
            }
            naming.rename(value, name)
            graph.outputs.append(value)
        }
        for (index, name) in naming.names.enumerated() { graph.values[index].name = name }
        var result = graph.removingDeadNodes().graph
        result.dropUnreadInputs()
        do throws(GraphError) { try result.validate() } catch { throw ONNXError(.invalidGraph, "\(error)") }
        guard !result.inputs.isEmpty else { throw ONNXError(.invalidGraph, "no output depends on an input") }
        return result
    }
}

private typealias GraphNode = Node

/// Names of a network's values, of which some are given the file's output names.
struct OutputNaming {
    private(set) var names: [String]
    private var owners: [String: Int] = [:]

    init(_ names: [String]) {
        self.names = names
        for (index, name) in names.enumerated() { owners[name] = index }
    }

    /// Makes room for a value that `rename` will name.
    mutating func append() { names.append("") }

    /// Gives a value its name; one that had it before gets another.
    mutating func rename(_ value: ValueID, _ name: String) {
        guard names[value.index] != name else { return }
        if let owner = owners[name], owner != value.index {
            var other = "\(name)#inner"
            while owners[other] != nil { other += "'" }
            names[owner] = other
            owners[other] = owner
        }
        if owners[names[value.index]] == value.index { owners[names[value.index]] = nil }
        names[value.index] = name
        owners[name] = value.index
    }
}

extension NetworkGraph {
    /// Removes inputs that nothing reads.
    fileprivate mutating func dropUnreadInputs() {
        var isRead = [Bool](repeating: false, count: values.count)
        for node in nodes {
            for value in node.inputs { isRead[value.index] = true }
        }
        for value in outputs { isRead[value.index] = true }
        let unread = Set(inputs.filter { !isRead[$0.index] })
        guard !unread.isEmpty else { return }
        var renumbered: [ValueID: ValueID] = [:]
        var kept: [Value] = []
        for index in values.indices where !unread.contains(ValueID(index)) {
            renumbered[ValueID(index)] = ValueID(kept.count)
            kept.append(values[index])
        }
        func moved(_ ids: [ValueID]) -> [ValueID] { ids.compactMap { renumbered[$0] } }
        values = kept
        inputs = moved(inputs)
        outputs = moved(outputs)
        for index in nodes.indices {
            nodes[index].inputs = moved(nodes[index].inputs)
            nodes[index].outputs = moved(nodes[index].outputs)
        }
    }
}
