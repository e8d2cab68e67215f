extension NetworkGraph {
    /// Checks what `GraphBuilder` guarantees, for a graph made or changed by other means.
    ///
    /// Identifiers are in range, names unique, every value written once (by the caller or one node) and before it is
    /// read, recorded shapes equal to the inferred ones, and at least one output named.
    ///
    /// - Throws: `GraphError` for the first fault met.
    public func validate() throws(GraphError) {
        try requireUniqueNames(values.map(\.name), kind: "value")
        try requireUniqueNames(nodes.map(\.name), kind: "node")
        for value in values { try value.shape.validateAsValue(of: value.name) }
        var written = [Bool](repeating: false, count: values.count)
        try markWritten(inputs, in: &written, node: name)
        for node in nodes {
            guard node.inputs.allSatisfy({ values.indices.contains($0.index) && written[$0.index] }) else {
                throw GraphError(
                    .unknownValue,
                    node: node.name,
                    problem: "reads a value that no earlier node writes",
                    remedy: "order nodes so that each comes after those it reads from"
                )
            }
            try markWritten(node.outputs, in: &written, node: node.name)
            let inferred = try node.operation.outputShapes(forInputs: node.inputs.map(shape(of:)), node: node.name)
            guard inferred == node.outputs.map(shape(of:)) else {
                throw GraphError(
                    .shapeMismatch,
                    node: node.name,
                    problem: "writes \(inferred) but \(node.outputs.map(shape(of:))) is recorded",
                    remedy: "record the inferred shape"
                )
            }
        }
        guard let orphan = written.firstIndex(of: false) else { return try validateOutputs() }
        throw GraphError(
            .unknownValue,
            node: values[orphan].name,
            problem: "nothing writes this value",
            remedy: "remove it or make it an input"
        )
    }

    /// Throws unless there are outputs, each of them a value and named once.
    func validateOutputs() throws(GraphError) {
        guard !outputs.isEmpty, outputs.allSatisfy({ values.indices.contains($0.index) }),
            Set(outputs).count == outputs.count
        else {
            throw GraphError(
                .unknownValue,
                node: name,
                problem: "outputs \(outputs.prefix(16).map(\.index)) of \(values.count) values",
                remedy: "name at least one existing value as output, each once"
            )
        }
    }

    private func markWritten(_ ids: [ValueID], in written: inout [Bool], node: String) throws(GraphError) {
        for id in ids {
            guard values.indices.contains(id.index), !written[id.index] else {
                throw GraphError(
                    .unknownValue,
                    node: node,
                    problem: "writes value \(id.index), which is missing or written already",
                    remedy: "each value is written exactly once"
                )
            }
            written[id.index] = true
        }
    }

    private func requireUniqueNames(_ names: [String], kind: String) throws(GraphError) {
        var seen: Set<String> = []
        for name in names where !seen.insert(name).inserted {
            throw GraphError(
                .duplicateName,
                node: name,
                problem: "two \(kind)s have this name",
                remedy: "give each \(kind) a name of its own"
            )
        }
    }
}
