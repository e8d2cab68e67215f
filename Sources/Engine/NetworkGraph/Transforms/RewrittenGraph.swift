/// What a graph transform gives: the new graph and where its values come from.
public struct RewrittenGraph: Sendable {
    /// The graph after the transform.
    public var graph: NetworkGraph
    /// Per value of the new graph, the value of the old one that holds the same numbers.
    ///
    /// A table kept per value of the old graph, such as calibration ranges, carries over as
    /// `origins.map { table[$0.index] }`.
    public var origins: [ValueID]

    /// Follows another transform: its origins in terms of this one's old graph.
    public func followed(by next: RewrittenGraph) -> RewrittenGraph {
        RewrittenGraph(graph: next.graph, origins: next.origins.map { origins[$0.index] })
    }
}

extension NetworkGraph {
    /// Replaces the nodes and drops values that neither they nor the graph's inputs and outputs mention.
    func replacingNodes(_ newNodes: [Node]) -> RewrittenGraph {
        var isUsed = [Bool](repeating: false, count: values.count)
        for value in inputs + outputs { isUsed[value.index] = true }
        for node in newNodes {
            for value in node.inputs + node.outputs { isUsed[value.index] = true }
        }
        let origins = values.indices.filter { isUsed[$0] }.map(ValueID.init)
        var renumbered = [ValueID](repeating: ValueID(-1), count: values.count)
        for (new, old) in origins.enumerated() { renumbered[old.index] = ValueID(new) }

        var result = NetworkGraph(name: name, values: origins.map { self[$0] })
        result.nodes = newNodes.map { node in
            var node = node
            node.inputs = node.inputs.map { renumbered[$0.index] }
            node.outputs = node.outputs.map { renumbered[$0.index] }
            return node
        }
        result.inputs = inputs.map { renumbered[$0.index] }
        result.outputs = outputs.map { renumbered[$0.index] }
        return RewrittenGraph(graph: result, origins: origins)
    }
}
