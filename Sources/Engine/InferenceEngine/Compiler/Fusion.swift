import NetworkGraph
import Quantization

extension LoweredNetwork {
    /// Rewrites the network for the fused plan.
    mutating func fuse() {
        foldResiduals()
        flattenInPlace()
        viewSplits()
        viewRearrangements()
        shareConcatenations()
        placeConcatenations()
        foldChannelMaps()
    }

    /// Puts a sum into the epilogue of the convolution that computes one summand and runs last of the two.
    ///
    /// The summand's own requantization is skipped: one rounding less. Where the summand's step is more than twice the
    /// sum's, the two roundings could differ by more than a step, so such sums stay apart.
    private mutating func foldResiduals() {
        for index in nodes.indices {
            guard case .add(let activation) = nodes[index].operation else { continue }
            let readers = readers()
            let writers = writers()
            let output = nodes[index].outputs[0]
            let operands = nodes[index].inputs.sorted { (writers[$0] ?? -1) > (writers[$1] ?? -1) }
            guard operands.count == 2, operands[0] != operands[1], let writer = writers[operands[0]],
                case .matrix(var layer) = nodes[writer].operation,
                layer.activation == nil, layer.residual == nil,
                readers[operands[0]].count == 1, !values[operands[0]].isPinned,
                values[operands[0]].quantization.scale <= 2 * values[output].quantization.scale
            else { continue }
            layer.residual = (operands[1], values[operands[0]].quantization)
            layer.activation = activation
            nodes[writer].operation = .matrix(layer)
            nodes[writer].outputs = [output]
            nodes[index].inputs = []
            nodes[index].outputs = []
        }
        dropEmptyNodes()
    }

    /// Makes a flattening of single pixels a view, and lets a fully connected layer read an image as it lies.
    private mutating func flattenInPlace() {
        let readers = readers()
        for index in nodes.indices {
            guard case .flatten = nodes[index].operation else { continue }
            let input = nodes[index].inputs[0]
            let output = nodes[index].outputs[0]
            let shape = values[input].shape
            if shape.storedPixels == 1 {
                guard !values[output].isPinned else { continue }
                values[output].parent = input
                nodes[index].inputs = []
            } else if readers[output].count == 1, !values[output].isPinned, values[input].parent == nil,
                case .matrix(var layer) = nodes[readers[output][0]].operation, layer.kind == .fullyConnected,
                nodes[readers[output][0]].inputs == [output]
            {
                // Both orders of [outputs][channels · height · width] weights agree: the row is a filter of that window.
                layer.window.kernelHeight = shape.storedHeight
                layer.window.kernelWidth = shape.storedWidth
                nodes[readers[output][0]].operation = .matrix(layer)
                nodes[readers[output][0]].inputs = [input]
                nodes[index].inputs = []
            }
        }
        dropEmptyNodes()
    }

    /// Makes the outputs of a split views of its input.
    private mutating func viewSplits() {
        for index in nodes.indices {
            guard case .split = nodes[index].operation,
                nodes[index].outputs.allSatisfy({ !values[$0].isPinned })
            else { continue }
            var channel = 0
            for output in nodes[index].outputs {
                values[output].parent = nodes[index].inputs[0]
                values[output].channelOffset = channel
                channel += values[output].channels
            }
            nodes[index].inputs = []
        }
        dropEmptyNodes()
    }

    /// Folds an affine map into the pointwise convolution that alone reads it.
    private mutating func foldChannelMaps() {
        let readers = readers()
        let viewed = viewedValues()
        for index in nodes.indices {
            let mapped = nodes[index].outputs[0]
            guard case .channelAffine(let map) = nodes[index].operation,
                readers[mapped].count == 1, !values[mapped].isPinned, values[mapped].parent == nil,
                !viewed.contains(mapped),
                case .matrix(var layer) = nodes[readers[mapped][0]].operation,
                layer.isPointwise, layer.groups == 1, nodes[readers[mapped][0]].inputs == [mapped]
            else { continue }
            layer.prologue = (map, values[mapped].quantization)
            nodes[readers[mapped][0]].operation = .matrix(layer)
            nodes[readers[mapped][0]].inputs = nodes[index].inputs
            nodes[index].inputs = []
        }
        dropEmptyNodes()
    }

    /// Removes the nodes whose work another has taken over.
    mutating func dropEmptyNodes() {
        nodes.removeAll { node in
            if case .constant = node.operation { return false }
            return node.inputs.isEmpty
        }
    }
}
