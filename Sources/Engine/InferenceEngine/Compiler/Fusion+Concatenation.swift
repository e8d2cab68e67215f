import Quantization

extension LoweredNetwork {
    /// Lets chains of concatenations that only feed per-channel affine maps share one buffer, each slice keeping its
    /// own parameters (DenseNet): the maps absorb them.
    ///
    /// Later concatenations go first, so the widest owns the buffer and the others are its leading slices.
    mutating func shareConcatenations() {
        let readers = readers()
        let writers = writers()
        let viewed = viewedValues()
        var leaves = [Int: [Int]]()
        for index in nodes.indices.reversed() {
            guard case .concatenate = nodes[index].operation else { continue }
            let output = nodes[index].outputs[0]
            let feedsMapsOnly = readers[output].allSatisfy { reader in
                switch nodes[reader].operation {
                case .channelAffine: true
                case .concatenate: leaves[nodes[reader].outputs[0]] != nil
                default: false
                }
            }
            guard feedsMapsOnly, !readers[output].isEmpty, !values[output].isPinned, !viewed.contains(output) else {
                continue
            }
            leaves[output] = nodes[index].inputs
        }
        for index in nodes.indices.reversed() {
            let output = nodes[index].outputs[0]
            guard case .concatenate = nodes[index].operation else { continue }
            guard leaves[output] != nil else {
                // It reads whole values, also where it would have been shared but for a later one that is not.
                for input in nodes[index].inputs { leaves[input] = nil }
                continue
            }
            let parts = expand(nodes[index].inputs, leaves)
            let whole = values[output].quantization
            if parts.contains(where: { !whole.holds(values[$0].quantization) }) {
                // A part would saturate on the whole's scale, which the maps could not repeat.
                for input in nodes[index].inputs { leaves[input] = nil }
                continue
            }
            if Set(parts).count == parts.count, parts.allSatisfy({ canPlace($0, writers) }),
                values[output].parent == nil
            {
                var channel = 0
                for part in parts {
                    values[part].parent = output
                    values[part].channelOffset = channel
                    channel += values[part].channels
                }
            } else if let first = consecutivePlace(of: parts) {
                values[output].parent = first.root
                values[output].channelOffset = first.channelOffset
            } else {
                // It stays, and reads whole values.
                for input in nodes[index].inputs { leaves[input] = nil }
                continue
            }
            values[output].parts = parts
            nodes[index].inputs = []
        }
        dropEmptyNodes()
    }

    /// Lets the producers of a concatenation write straight into their slices of it, on its scale.
    ///
    /// A producer with other readers, or one that cannot change its scale, does so only where the scales agree; what
    /// is left is copied (`expandConcatenationsAndSplits`).
    mutating func placeConcatenations() {
        let readers = readers()
        let writers = writers()
        let viewed = viewedValues()
        for node in nodes {
            guard case .concatenate = node.operation else { continue }
            let output = node.outputs[0]
            let parameters = values[output].quantization
            var channel = 0
            for input in node.inputs {
                let isSame = values[input].quantization.hasSameReals(as: parameters)
                let isOnlyHere = readers[input].count == 1 && !viewed.contains(input) && canRequantize(input, writers)
                let occurrences = node.inputs.count { $0 == input }
                if occurrences == 1, canPlace(input, writers), isSame || isOnlyHere {
                    if !isSame { values[input].saturation = values[input].quantization.reals }
                    values[input].quantization = parameters
                    values[input].parent = output
                    values[input].channelOffset = channel
                }
                channel += values[input].channels
            }
        }
    }

    /// The inputs with those that are shared concatenations themselves replaced by their own.
    private func expand(_ inputs: [Int], _ leaves: [Int: [Int]]) -> [Int] {
        inputs.flatMap { input in leaves[input].map { expand($0, leaves) } ?? [input] }
    }

    /// Whether a value may lie in another's memory: it has its own so far and a node that writes with any stride.
    private func canPlace(_ value: Int, _ writers: [Int?]) -> Bool {
        guard values[value].parent == nil, !values[value].isPinned, let writer = writers[value] else { return false }
        switch nodes[writer].operation {
        case .concatenate, .split: return false
        default: return true
        }
    }

    /// Whether the node that writes a value can do so on another scale.
    private func canRequantize(_ value: Int, _ writers: [Int?]) -> Bool {
        guard let writer = writers[value] else { return false }
        switch nodes[writer].operation {
        case .matrix, .depthwise, .add, .combine, .channelAffine, .function, .softmax, .resizeLinear, .lookup,
            .averagePool:
            return true
        case .maxPool, .copy, .channelShuffle, .flatten, .rearrange, .concatenate, .split, .depthToSpace, .constant:
            return false
        }
    }

    /// Where values begin that already lie one after another in one buffer, in this order.
    private func consecutivePlace(of parts: [Int]) -> (root: Int, channelOffset: Int)? {
        guard let first = parts.first, values[first].parent != nil else { return nil }
        let start = place(of: first)
        var channel = start.channelOffset
        for part in parts {
            let own = place(of: part)
            guard own.root == start.root, own.channelOffset == channel else { return nil }
            channel += values[part].channels
        }
        return start
    }
}

extension QuantizationParameters {
    /// What can be represented.
    fileprivate var reals: ClosedRange<Float> { real(0)...real(255) }

    /// Whether all that others can represent lies within what these can, or less than a step outside.
    fileprivate func holds(_ other: QuantizationParameters) -> Bool {
        other.reals.lowerBound > reals.lowerBound - scale && other.reals.upperBound < reals.upperBound + scale
    }
}
