import Quantization

extension LoweredNetwork {
    /// Rewrites what concatenations and splits are left into copies from and to channel slices.
    mutating func expandConcatenationsAndSplits() {
        var expanded: [LoweredNode] = []
        for node in nodes {
            switch node.operation {
            case .concatenate:
                var channel = 0
                for (index, input) in node.inputs.enumerated() where values[input].parent != node.outputs[0] {
                    channel = node.inputs[..<index].reduce(0) { $0 + values[$1].channels }
                    let slice = addSlice(of: node.outputs[0], like: input, channelOffset: channel)
                    expanded.append(copy(input, to: slice, name: "\(node.name)[\(index)]"))
                }
            case .split:
                var channel = 0
                for (index, output) in node.outputs.enumerated() {
                    let slice = addSlice(of: node.inputs[0], like: output, channelOffset: channel)
                    channel += values[output].channels
                    expanded.append(copy(slice, to: output, name: "\(node.name)[\(index)]"))
                }
            default: expanded.append(node)
            }
        }
        nodes = expanded
    }

    /// A view of some channels of a whole, with the whole's parameters.
    private mutating func addSlice(of whole: Int, like value: Int, channelOffset: Int) -> Int {
        addValue(
            LoweredValue(
                name: values[value].name,
                shape: values[value].shape,
                quantization: values[whole].quantization,
                parent: whole,
                channelOffset: channelOffset
            )
        )
    }

    /// A copy, with requantization where the parameters differ.
    private func copy(_ input: Int, to output: Int, name: String) -> LoweredNode {
        let isSame = values[input].quantization.hasSameReals(as: values[output].quantization)
        return LoweredNode(name: name, operation: isSame ? .copy : .lookup(nil), inputs: [input], outputs: [output])
    }
}
