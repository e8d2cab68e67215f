import NetworkGraph
import ONNXFormat

/// BatchNormalization with running statistics.
func importBatchNormalization(_ node: NodeReader, _ graph: inout GraphImport) throws(ONNXError) {
    guard try node.int("training_mode", default: 0) == 0, try node.int("spatial", default: 1) == 1 else {
        throw node.failure(.unsupportedModel, "is in training mode or not per channel; export for inference")
    }
    for index in node.node.outputs.indices.dropFirst() where graph.isLive(node, index) {
        throw node.failure(.unsupportedModel, "writes its statistics to someone; export for inference")
    }
    let input = try graph.value(node, 0)
    let normalization = BatchNormalization(
        scale: try graph.parameter(node, 1, "scale").parameter(),
        shift: try graph.parameter(node, 2, "shift").parameter(),
        mean: try graph.parameter(node, 3, "mean").parameter(),
        variance: try graph.parameter(node, 4, "variance").parameter(),
        epsilon: try node.float("epsilon", default: 1e-5)
    )
    try graph.define(node, .value(try graph.add(.batchNormalization(normalization), node, inputs: [input])))
}

extension BatchNormalization {
    /// y = factor·x + offset per channel.
    init(factors: [Float], offsets: [Float]) {
        func vector(_ elements: [Float]) -> Parameter {
            Parameter(shape: TensorShape([elements.count]), elements: elements)
        }
        let count = factors.count
        self.init(
            scale: vector(factors),
            shift: vector(offsets),
            mean: vector(Array(repeating: 0, count: count)),
            variance: vector(Array(repeating: 1, count: count)),
            epsilon: 0
        )
    }
}

extension GraphImport {
    /// y = factor·x + offset per channel; two in a row become one.
    mutating func affine(
        _ input: ValueID,
        factors: [Float],
        offsets: [Float],
        _ node: NodeReader
    ) throws(ONNXError) -> ValueID {
        if let source = hardSwishOperand(ofProduct: input, factors: factors, offsets: offsets) {
            return try add(.function(.hardSwish), node, inputs: [source])
        }
        guard case .batchNormalization(let first)? = draft.layer(input)?.operation,
            let source = draft.layer(input)?.node.inputs.first
        else {
            return try add(
                .batchNormalization(BatchNormalization(factors: factors, offsets: offsets)),
                node,
                inputs: [input]
            )
        }
        let earlier = zip(first.factors(), first.offsets())
        let merged = BatchNormalization(
            factors: zip(earlier, factors).map { Float(Double($0.0) * Double($1)) },
            offsets: zip(earlier, zip(factors, offsets)).map {
                Float(Double($0.1) * Double($1.0) + Double($1.1))
            }
        )
        return try add(.batchNormalization(merged), node, inputs: [source])
    }
}
