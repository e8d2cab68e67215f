import NetworkGraph

extension LoweredNetwork {
    /// Makes views of reshapes that keep batch and channels, which move nothing, and of slices that cut only channels.
    mutating func viewRearrangements() {
        for index in nodes.indices {
            guard case .rearrange(let operation) = nodes[index].operation else { continue }
            let input = nodes[index].inputs[0]
            let output = nodes[index].outputs[0]
            guard !values[output].isPinned else { continue }
            let (from, to) = (values[input].shape, values[output].shape)
            if case .reshape = operation, from.batch == to.batch, from.channels == to.channels {
                values[output].parent = input
            } else if let channels = operation.channelSlice(of: from) {
                values[output].parent = input
                values[output].channelOffset = channels.lowerBound
            } else {
                continue
            }
            nodes[index].inputs = []
        }
        dropEmptyNodes()
    }
}
