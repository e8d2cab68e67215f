import NetworkGraph
import ONNXFormat

extension GraphImport {
    /// The shape of an input: the file's, where it is open the options'.
    func inputShape(_ input: ONNXValueInfo, _ options: ImportOptions) throws(ONNXError) -> TensorShape {
        let quoted = ONNXError.quoted(input.name)
        let given = options.inputShapes[input.name]
        guard let dimensions = input.dimensions ?? given?.map({ _ in .unknown }) else {
            throw ONNXError(.unsupportedModel, "input \(quoted) has no shape in the file; \(Self.shapeRemedy)")
        }
        if let given, given.count != dimensions.count {
            throw ONNXError(
                .unsupportedModel,
                "input \(quoted) has \(dimensions.count) axes, but its shape is given with \(given.count)"
            )
        }
        var shape: [Int] = []
        for (axis, dimension) in dimensions.enumerated() {
            switch dimension {
            // Some exporters write -1 for what is not known.
            case .fixed(let extent) where extent >= 0:
                if let given, given[axis] != Int(extent) {
                    throw ONNXError(
                        .unsupportedModel,
                        "input \(quoted): axis \(axis) is \(extent) in the file and cannot become \(given[axis]); "
                            + "export with that axis left open"
                    )
                }
                shape.append(Int(extent))
            case .symbolic, .unknown, .fixed:
                guard let extent = given?[axis] ?? (axis == 0 ? options.batch ?? 1 : nil) else {
                    throw ONNXError(
                        .unsupportedModel,
                        "input \(quoted): the extent of axis \(axis) is open in the file; \(Self.shapeRemedy)"
                    )
                }
                shape.append(extent)
            }
        }
        let result = TensorShape(shape)
        guard (1...TensorShape.maximumRank).contains(shape.count), result.checkedElementCount != nil else {
            throw ONNXError(
                .unsupportedModel,
                "input \(quoted) has shape \(ONNXError.quoted(result.description)); 1 to \(TensorShape.maximumRank) axes "
                    + "and at most \(TensorShape.maximumElementCount) elements are possible"
            )
        }
        return result
    }

    /// Throws for a batch that no input can take.
    func requireUse(of batch: Int?, _ inputs: [ONNXValueInfo]) throws(ONNXError) {
        guard let batch, !inputs.isEmpty else { return }
        let takes = inputs.contains { input in
            switch input.dimensions?.first {
            case .fixed(let extent)? where extent >= 0: Int(extent) == batch
            default: true
            }
        }
        guard !takes else { return }
        throw ONNXError(
            .unsupportedModel,
            "the batch is fixed in the file and cannot become \(batch); export with axis 0 left open"
        )
    }

    private static var shapeRemedy: String { "export the model with it fixed, or give ImportOptions.inputShapes" }
}
