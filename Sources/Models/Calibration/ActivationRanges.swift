import NetworkGraph

extension NetworkGraph {
    /// Ranges made fit for quantization: parts of a range that nothing can tell from its end are cut off, and what is
    /// only joined to other values takes their joint range.
    func adjusted(_ ranges: [ClosedRange<Float>]) -> [ClosedRange<Float>] {
        var readers = [[Int]](repeating: [], count: values.count)
        for (index, node) in nodes.enumerated() {
            for input in node.inputs { readers[input.index].append(index) }
        }
        let isOutput = Set(outputs)
        var result = ranges
        // Backwards, so that what a reader needs is known.
        for node in nodes.reversed() {
            for value in node.outputs where !isOutput.contains(value) && !readers[value.index].isEmpty {
                let needs = readers[value.index].map { needed(by: nodes[$0], result) }
                let lower = needs.map(\.lowerBound).min() ?? -.infinity
                let upper = needs.map(\.upperBound).max() ?? .infinity
                result[value.index] = ranges[value.index].clamped(to: lower...upper)
            }
        }
        for (index, node) in nodes.enumerated().reversed() {
            guard case .concatenate = node.operation, let output = node.outputs.first else { continue }
            for input in node.inputs where readers[input.index] == [index] && !isOutput.contains(input) {
                result[input.index] = result[output.index]
            }
        }
        return result
    }

    /// What a reader can tell apart: a clamp only what it lets through, a move what its own readers can.
    private func needed(by node: Node, _ ranges: [ClosedRange<Float>]) -> ClosedRange<Float> {
        switch node.operation {
        case .activation(.relu): return 0 ... .infinity
        case .activation(.clip(let lower, let upper)): return min(lower, 0)...max(upper, 0)
        case .maxPool, .flatten, .reshape, .transpose, .channelShuffle:
            return ranges[node.outputs[0].index]
        default: return -.infinity ... .infinity
        }
    }
}
