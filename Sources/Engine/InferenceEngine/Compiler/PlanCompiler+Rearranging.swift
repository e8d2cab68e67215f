import NetworkGraph
import Quantization

extension PlanCompiler {
    /// Packs the map of an operator that moves elements.
    mutating func pack(_ operation: Rearrangement, _ node: LoweredNode, into step: inout PlanStep) {
        step.kind = operation.kind
        var fill: Int32 = 0
        if case .pad(let padding) = operation, case .constant(let number) = padding.mode {
            fill = network.values[node.outputs[0]].quantization.stored(number)
        }
        let map = ElementMap(
            operation,
            network.layout(of: node.inputs[0]),
            network.layout(of: node.outputs[0]),
            fill: UInt8(truncatingIfNeeded: fill)
        )
        step.groups = map.axes.count
        step.weights = map.append(to: &blob)
    }
}

extension LoweredNetwork {
    /// Where a value's elements lie.
    func layout(of value: Int) -> StoredLayout {
        let (root, _) = place(of: value)
        return StoredLayout(values[value].shape, pixelStride: values[root].channels)
    }

    /// Makes two of each reshape whose shapes share no factors: into row-major order, and from there.
    mutating func expandReshapes() {
        var expanded: [LoweredNode] = []
        for node in nodes {
            guard case .rearrange(.reshape) = node.operation else {
                expanded.append(node)
                continue
            }
            // Writing over an input, which is decided later, changes no strides.
            let (input, output) = (node.inputs[0], node.outputs[0])
            guard StoredLayout.commonAxes(layout(of: input), layout(of: output)) == nil else {
                expanded.append(node)
                continue
            }
            let vector = addValue(
                LoweredValue(
                    name: "\(values[output].name) in row-major order",
                    shape: TensorShape([1, values[input].shape.elementCount]),
                    quantization: values[input].quantization
                )
            )
            var (first, second) = (node, node)
            (first.outputs, second.inputs) = ([vector], [vector])
            expanded += [first, second]
        }
        nodes = expanded
    }
}
