import NetworkGraph
import Quantization

extension PlanCompiler {
    /// Where a value's elements lie.
    private func layout(of value: Int) -> StoredLayout {
        let (root, _) = network.place(of: value)
        return StoredLayout(network.values[value].shape, pixelStride: network.values[root].channels)
    }

    /// Packs the map of an operator that moves elements.
    mutating func pack(_ operation: Rearrangement, _ node: LoweredNode, into step: inout PlanStep) {
        step.kind = operation.kind
        var fill: Int32 = 0
        if case .pad(let padding) = operation, case .constant(let number) = padding.mode {
            fill = network.values[node.outputs[0]].quantization.stored(number)
        }
        let map = ElementMap(
            operation,
            layout(of: node.inputs[0]),
            layout(of: node.outputs[0]),
            fill: UInt8(truncatingIfNeeded: fill)
        )
        step.groups = map.axes.count
        step.weights = map.append(to: &blob)
    }
}

extension LoweredNetwork {
    /// Makes two of each reshape whose shapes share no factors: into row-major order, and from there.
    mutating func expandReshapes() {
        var expanded: [LoweredNode] = []
        for node in nodes {
            guard case .rearrange(.reshape) = node.operation else {
                expanded.append(node)
                continue
            }
            let (input, output) = (values[node.inputs[0]], values[node.outputs[0]])
            // Factors do not depend on strides.
            let layouts = [input, output].map { StoredLayout($0.shape, pixelStride: $0.channels) }
            guard StoredLayout.commonAxes(layouts[0], layouts[1]) == nil else {
                expanded.append(node)
                continue
            }
            let vector = addValue(
                LoweredValue(
                    name: "\(output.name) in row-major order",
                    shape: TensorShape([1, input.shape.elementCount]),
                    quantization: input.quantization
                )
            )
            var (first, second) = (node, node)
            (first.outputs, second.inputs) = ([vector], [vector])
            expanded += [first, second]
        }
        nodes = expanded
    }
}
