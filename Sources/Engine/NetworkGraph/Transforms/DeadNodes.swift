extension NetworkGraph {
    /// Removes nodes and values that no output depends on; graph inputs stay, read or not.
    public func removingDeadNodes() -> RewrittenGraph {
        var isNeeded = [Bool](repeating: false, count: values.count)
        for value in outputs { isNeeded[value.index] = true }
        var kept: [Node] = []
        for node in nodes.reversed() where node.outputs.contains(where: { isNeeded[$0.index] }) {
            for value in node.inputs { isNeeded[value.index] = true }
            kept.append(node)
        }
        return replacingNodes(kept.reversed())
    }
}
