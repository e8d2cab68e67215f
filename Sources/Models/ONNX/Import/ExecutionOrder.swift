import ONNXFormat

/// The nodes that outputs depend on, each after those it reads from.
struct ExecutionOrder {
    /// Live nodes in execution order.
    private(set) var nodes: [ONNXNode] = []
    /// Names of the values they read, and of the outputs.
    private(set) var liveValues: Set<String> = []

    /// Orders a graph; throws for duplicate definitions, values nothing defines, and cycles.
    init(_ graph: ONNXGraph) throws(ONNXError) {
        let producers = try Self.producers(graph)
        guard !graph.outputs.isEmpty else { throw ONNXError(.invalidGraph, "the graph has no output") }

        // Depth first, with a stack of its own: a chain of a million nodes is no deep recursion.
        var state = [UInt8](repeating: 0, count: graph.nodes.count)  // 1: inputs pending, 2: done
        var stack: [(node: Int, input: Int)] = []
        var order: [Int] = []
        func visit(_ name: String, readBy reader: ONNXNode?) throws(ONNXError) {
            guard !name.isEmpty else { return }
            liveValues.insert(name)
            guard let producer = producers[name] else {
                let by = reader.map { ", read by node \(ONNXError.quoted($0.label))," } ?? ""
                throw ONNXError(.invalidGraph, "value \(ONNXError.quoted(name))\(by) is written by nothing")
            }
            guard let producer else { return }
            switch state[producer] {
            case 0:
                state[producer] = 1
                stack.append((producer, 0))
            case 1:
                let label = ONNXError.quoted(graph.nodes[producer].label)
                throw ONNXError(.invalidGraph, "node \(label) depends on its own result: the graph has a cycle")
            default: break
            }
        }
        for output in graph.outputs {
            try visit(output.name, readBy: nil)
            while let top = stack.last {
                let node = graph.nodes[top.node]
                if top.input < node.inputs.count {
                    stack[stack.count - 1].input += 1
                    try visit(node.inputs[top.input], readBy: node)
                } else {
                    state[top.node] = 2
                    order.append(top.node)
                    stack.removeLast()
                }
            }
        }
        // The file's own order where it serves, as the format asks: it decides how much memory is needed at once.
        let serves = order.allSatisfy { index in
            graph.nodes[index].inputs.allSatisfy { name in
                guard let producer = producers[name] ?? nil else { return true }
                return producer < index
            }
        }
        if serves { order.sort() }
        nodes = order.map { graph.nodes[$0] }
    }

    /// Per value, the node that writes it, nil inside for inputs and constants.
    private static func producers(_ graph: ONNXGraph) throws(ONNXError) -> [String: Int?] {
        var producers: [String: Int?] = [:]
        for tensor in graph.initializers {
            guard producers.updateValue(Int?.none, forKey: tensor.name) == nil else { throw duplicate(tensor.name) }
        }
        var inputs: Set<String> = []
        for input in graph.inputs {
            guard inputs.insert(input.name).inserted else { throw duplicate(input.name) }
            // Files before version 4 of the format list constants as inputs too.
            producers.updateValue(Int?.none, forKey: input.name)
        }
        for (index, node) in graph.nodes.enumerated() {
            for output in node.outputs where !output.isEmpty {
                guard producers.updateValue(index, forKey: output) == nil else { throw duplicate(output) }
            }
        }
        return producers
    }

    private static func duplicate(_ name: String) -> ONNXError {
        ONNXError(.invalidGraph, "value \(ONNXError.quoted(name)) is defined twice")
    }
}

extension ONNXNode {
    /// The node's name, or its first output where it has none.
    var label: String {
        name.isEmpty ? outputs.first { !$0.isEmpty } ?? operatorType : name
    }
}
