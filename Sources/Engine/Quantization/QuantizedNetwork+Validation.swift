import NetworkGraph

extension QuantizedNetwork {
    /// Checks everything an engine relies on: order, shapes, counts, parameters.
    ///
    /// Networks come from files too, so nothing is taken for granted; a network that passes can be run.
    ///
    /// - Throws: `QuantizationError` naming the node or value at fault.
    public func validate() throws(QuantizationError) {
        for value in values { try value.validate() }
        var written = Array(repeating: false, count: values.count)
        func claim(_ id: ValueID, by name: String) throws(QuantizationError) {
            guard values.indices.contains(id.index), !written[id.index] else {
                throw QuantizationError(
                    .inconsistent,
                    "\(name): writes a value that does not exist or is written twice"
                )
            }
            written[id.index] = true
        }
        func require(_ id: ValueID, by name: String) throws(QuantizationError) {
            guard values.indices.contains(id.index), written[id.index] else {
                throw QuantizationError(.inconsistent, "\(name): reads a value that nothing before it has written")
            }
        }
        guard !inputs.isEmpty, !outputs.isEmpty else {
            throw QuantizationError(.inconsistent, "\(name): has no input or no output")
        }
        for input in inputs { try claim(input, by: name) }
        for node in nodes {
            for input in node.inputs { try require(input, by: node.name) }
            for output in node.outputs { try claim(output, by: node.name) }
            do throws(QuantizationError) {
                try NodeValidation(
                    operation: node.operation,
                    inputs: node.inputs.map { self[$0] },
                    outputs: node.outputs.map { self[$0] }
                ).validate()
            } catch {
                throw QuantizationError(error.code, "\(node.name): \(error.message)")
            }
        }
        for output in outputs { try require(output, by: name) }
    }
}

extension QuantizedValue {
    /// The largest extent of an axis and the largest element count: a gigabyte of u8, and products that fit in Int.
    private static let largestElementCount = 1 << 30

    fileprivate func validate() throws(QuantizationError) {
        var count = 1
        for dimension in shape.dimensions {
            guard dimension >= 1, dimension <= Self.largestElementCount / count else {
                throw QuantizationError(.unsupported, "\(name): shape \(shape) is empty or has over 2^30 elements")
            }
            count *= dimension
        }
        guard (1...TensorShape.maximumRank).contains(shape.rank) else {
            throw QuantizationError(
                .unsupported,
                "\(name): shape \(shape) does not have 1 to \(TensorShape.maximumRank) axes"
            )
        }
        guard quantization.scale.isFinite, quantization.scale > 0 else {
            throw QuantizationError(.notFinite, "\(name): scale \(quantization.scale) is not a positive number")
        }
        let stored: ClosedRange<Int32> = quantization.storage == .unsigned8 ? 0...255 : -128...127
        guard stored.contains(quantization.zeroPoint) else {
            throw QuantizationError(.inconsistent, "\(name): zero point \(quantization.zeroPoint) is not in \(stored)")
        }
    }
}
