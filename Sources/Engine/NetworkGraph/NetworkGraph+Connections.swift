/// Who writes and who reads each value of a graph.
struct GraphConnections {
    /// Per value, the node that writes it; nil for graph inputs.
    let producers: [Int?]
    /// Per value, the nodes that read it, in order; a node that reads it twice appears twice.
    let consumers: [[Int]]
    /// Per value, whether the caller gets it.
    let isOutput: [Bool]

    init(_ graph: NetworkGraph) {
        var producers = [Int?](repeating: nil, count: graph.values.count)
        var consumers = [[Int]](repeating: [], count: graph.values.count)
        var isOutput = [Bool](repeating: false, count: graph.values.count)
        for (index, node) in graph.nodes.enumerated() {
            for value in node.inputs { consumers[value.index].append(index) }
            for value in node.outputs { producers[value.index] = index }
        }
        for value in graph.outputs { isOutput[value.index] = true }
        self.producers = producers
        self.consumers = consumers
        self.isOutput = isOutput
    }

    /// The node that writes a value which one node alone reads and the caller does not get.
    func soleProducer(of value: ValueID) -> Int? {
        guard consumers[value.index].count == 1, !isOutput[value.index] else { return nil }
        return producers[value.index]
    }

    /// Whether a value is a constant of the model.
    func isConstant(_ value: ValueID, in graph: NetworkGraph) -> Bool {
        guard let producer = producers[value.index], case .constant = graph.nodes[producer].operation else {
            return false
        }
        return true
    }
}
