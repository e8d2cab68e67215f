import NetworkGraph
import ONNXFormat
import Quantization

extension QuantizedLowering {
    /// Closes the network: outputs under the file's names, checked.
    mutating func finish(_ outputs: [(name: String, value: ValueID)]) throws(ONNXError) -> QuantizedNetwork {
        var results: [(String, ValueID)] = []
        var taken = Set<ValueID>()
        for (name, value) in outputs {
            var id = try outputValue(value, name)
            if !taken.insert(id).inserted || network.inputs.contains(id) {
                // The caller's own input, or given already under another name: a value of its own.
                let source = network[id]
                id = emit(.reshape, [id], source.shape, source.quantization, node: "\(name)/copy", name: name)
                taken.insert(id)
            }
            results.append((name, id))
        }
        var naming = OutputNaming(network.values.map(\.name))
        for (name, id) in results {
            naming.rename(id, name)
            network.outputs.append(id)
        }
        for (index, name) in naming.names.enumerated() { network.values[index].name = name }
        guard !network.inputs.isEmpty else { throw ONNXError(.invalidGraph, "no output depends on an input") }
        inputsInOrder()
        do throws(QuantizationError) { try network.validate() } catch {
            throw ONNXError(.unsupportedModel, error.message)
        }
        return network
    }

    /// Inputs were added as they were met; the file's order is the caller's.
    private mutating func inputsInOrder() {
        let order = Dictionary(draft.inputs.enumerated().map { (draft.values[$1.index].name, $0) }) { first, _ in first
        }
        let names = network.values.map(\.name)
        network.inputs.sort { (order[names[$0.index]] ?? 0) < (order[names[$1.index]] ?? 0) }
    }

    /// An output's value; one the file leaves in float gets a grid that holds all it can be.
    private mutating func outputValue(_ value: ValueID, _ name: String) throws(ONNXError) -> ValueID {
        if draft.parameters[value.index] != nil { return try materialize(value, readBy: nil) }
        if let range = options.valueRanges[name] {
            return try resolve(value, try covering(range, value), nil, name: name)
        }
        if let grid = functionGrid(value) { return try resolve(value, grid, nil, name: name) }
        guard let range = try range(of: value) else { throw floatEdge(value, readBy: nil) }
        let grid = try covering(range, value)
        options.note?(
            "output \(ONNXError.quoted(name)) is not quantized in the file: it gets the range \(range.lowerBound) to "
                + "\(range.upperBound) it cannot leave, in steps of \(grid.scale); give its range for finer ones"
        )
        return try resolve(value, grid, nil, name: name)
    }

    /// The grid of functions whose results lie between fixed bounds, seen through moved elements.
    private func functionGrid(_ value: ValueID) -> QuantizationParameters? {
        var value = value
        for _ in 0..<Self.deepestChain {
            guard let (operation, _, node) = draft.layer(value) else { return nil }
            switch operation {
            case .softmax, .function(.sigmoid), .function(.hardSigmoid):
                return QuantizationParameters(scale: 1 / 256, zeroPoint: 0)
            case .function(.tanh): return QuantizationParameters(scale: 1 / 128, zeroPoint: 128)
            default:
                guard operation.movesElements, node.inputs.count == 1 else { return nil }
                value = node.inputs[0]
            }
        }
        return nil
    }

    /// The least and largest number a value can be, whatever the inputs: nil where that is not known.
    private func range(of value: ValueID, depth: Int = 0) throws(ONNXError) -> ClosedRange<Float>? {
        if let grid = draft.parameters[value.index] { return grid.range }
        guard depth < Self.deepestChain, let (operation, constants, node) = draft.layer(value) else { return nil }
        var inputs: [ClosedRange<Float>] = []
        for input in node.inputs {
            guard let range = try range(of: input, depth: depth + 1) else { return nil }
            inputs.append(range)
        }
        let first = inputs.first ?? 0...0
        switch operation {
        case .convolution, .fullyConnected, .convolutionTranspose:
            guard let constants else { return nil }
            return try constants.range(over: first)
        case .activation(let activation): return activation.apply(first.lowerBound)...activation.apply(first.upperBound)
        case .batchNormalization(let normalization):
            var result: ClosedRange<Float>?
            for (factor, offset) in zip(normalization.factors(), normalization.offsets()) {
                let ends = [factor * first.lowerBound + offset, factor * first.upperBound + offset]
                guard ends.allSatisfy(\.isFinite) else { return nil }
                result = joined(result, min(ends[0], ends[1])...max(ends[0], ends[1]))
            }
            return result
        case .add:
            return (inputs[0].lowerBound + inputs[1].lowerBound)...(inputs[0].upperBound + inputs[1].upperBound)
        case .subtract:
            return (inputs[0].lowerBound - inputs[1].upperBound)...(inputs[0].upperBound - inputs[1].lowerBound)
        case .multiply:
            let products = [inputs[0].lowerBound, inputs[0].upperBound].flatMap { left in
                [left * inputs[1].lowerBound, left * inputs[1].upperBound]
            }
            guard let low = products.min(), let high = products.max() else { return nil }
            return low...high
        case .function, .softmax: return nil
        case .pad(let padding):
            if case .constant(let number) = padding.mode, number.isFinite { return joined(first, number...number) }
            return first
        case .concatenate: return inputs.dropFirst().reduce(first) { joined($0, $1) }
        // Means, picks and moves stay between the least and largest; padding may add zeros.
        default: return joined(first, 0...0)
        }
    }

    private func joined(_ left: ClosedRange<Float>?, _ right: ClosedRange<Float>) -> ClosedRange<Float> {
        guard let left else { return right }
        return min(left.lowerBound, right.lowerBound)...max(left.upperBound, right.upperBound)
    }
}

extension LayerConstants {
    /// The least and largest result of a linear layer over inputs of a range, from each row's own weights.
    fileprivate func range(over input: ClosedRange<Float>) throws(ONNXError) -> ClosedRange<Float>? {
        // Padding adds zeros.
        let low = Double(min(input.lowerBound, 0))
        let high = Double(max(input.upperBound, 0))
        let biases = try bias?.floats()
        let rows = weights.parameter(factor: weightFactor)
        let buffer = UnsafeMutableBufferPointer<Float>.allocate(capacity: rows.rowLength)
        defer { buffer.deallocate() }
        var lowest = Double.infinity
        var highest = -Double.infinity
        for row in 0..<rows.rowCount {
            rows.readRow(row, into: buffer)
            var sums = (low: 0.0, high: 0.0)
            for index in 0..<rows.rowLength {
                let weight = Double(buffer[index])
                sums.low += weight * (weight > 0 ? low : high)
                sums.high += weight * (weight > 0 ? high : low)
            }
            let offset = Double(biases?[row] ?? 0) * Double(biasFactor)
            lowest = min(lowest, sums.low + offset)
            highest = max(highest, sums.high + offset)
        }
        let range = (Float(lowest), Float(highest))
        guard range.0.isFinite, range.1.isFinite, range.0 <= range.1 else { return nil }
        return range.0...range.1
    }
}
