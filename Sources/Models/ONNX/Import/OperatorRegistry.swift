import ONNXFormat

/// One operator: how a node of it is imported.
struct ImportedOperator: Sendable {
    /// Reads the node's operands, adds what it computes to the graph, and defines its outputs.
    let importNode: @Sendable (_ node: NodeReader, _ graph: inout GraphImport) throws(ONNXError) -> Void
    /// Whether it only moves elements or picks some, so that it may as well work on the integers themselves.
    let movesElements: Bool

    init(
        movesElements: Bool = false,
        _ importNode: @escaping @Sendable (_ node: NodeReader, _ graph: inout GraphImport) throws(ONNXError) -> Void
    ) {
        self.importNode = importNode
        self.movesElements = movesElements
    }
}

/// The operators that can be imported (docs/adding/onnx-operator.md).
struct OperatorRegistry {
    /// Versions of ONNX's own operator set whose attributes and inputs are known.
    static let versions: ClosedRange<Int64> = 7...26

    static let operators: [String: ImportedOperator] = [
        // Operators/Convolution.swift, ConvolutionTranspose.swift, FullyConnected.swift
        "Conv": .init(importConvolution),
        "ConvTranspose": .init(importConvolutionTranspose),
        "Gemm": .init(importGemm),
        "MatMul": .init(importMatMul),
        // Operators/Arithmetic.swift
        "Add": .init(importAdd),
        "Div": .init(importDivide),
        "Mul": .init(importMultiply),
        "Neg": .init(importNegate),
        "Sub": .init(importSubtract),
        "Sum": .init(importSum),
        // Operators/Activations.swift, Softmax.swift
        "Clip": .init(importClip),
        "HardSigmoid": .init(importHardSigmoid),
        "HardSwish": .init(importHardSwish),
        "LeakyRelu": .init(importLeakyRelu),
        "Max": .init(importMaximum),
        "Min": .init(importMinimum),
        "Relu": .init(importRelu),
        "Sigmoid": .init(importSigmoid),
        "Softmax": .init(importSoftmax),
        "Tanh": .init(importTanh),
        // Operators/Normalization.swift
        "BatchNormalization": .init(importBatchNormalization),
        // Operators/Pooling.swift, Reduction.swift
        "AveragePool": .init(importAveragePool),
        "GlobalAveragePool": .init(importGlobalAveragePool),
        "GlobalMaxPool": .init(movesElements: true, importGlobalMaxPool),
        "MaxPool": .init(movesElements: true, importMaxPool),
        "ReduceMax": .init(movesElements: true, importReduceMax),
        "ReduceMean": .init(importReduceMean),
        // Operators/Layout.swift, Slicing.swift, Padding.swift, Resizing.swift, Joining.swift
        "Concat": .init(movesElements: true, importConcatenate),
        "DepthToSpace": .init(movesElements: true, importDepthToSpace),
        "Flatten": .init(movesElements: true, importFlatten),
        "Gather": .init(movesElements: true, importGather),
        "Pad": .init(movesElements: true, importPad),
        "Reshape": .init(movesElements: true, importReshape),
        "Resize": .init(movesElements: true, importResize),
        "Slice": .init(movesElements: true, importSlice),
        "SpaceToDepth": .init(movesElements: true, importSpaceToDepth),
        "Split": .init(movesElements: true, importSplit),
        "Squeeze": .init(movesElements: true, importSqueeze),
        "Transpose": .init(movesElements: true, importTranspose),
        "Unsqueeze": .init(movesElements: true, importUnsqueeze),
        "Upsample": .init(movesElements: true, importUpsample),
        // Operators/Passing.swift
        "Cast": .init(importCast),
        "Dropout": .init(movesElements: true, importIdentity),
        "Identity": .init(movesElements: true, importIdentity),
        // Operators/Quantization.swift
        "DequantizeLinear": .init(importDequantizeLinear),
        "QuantizeLinear": .init(importQuantizeLinear),
        // Operators/Constants.swift, ShapeArithmetic.swift
        "Constant": .init(importConstant),
        "ConstantOfShape": .init(importConstantOfShape),
        "Equal": .init(importEqual),
        "Expand": .init(importExpand),
        "Floor": .init(importFloor),
        "Ceil": .init(importCeiling),
        "Range": .init(importRange),
        "Shape": .init(movesElements: true, importShape),
        "Size": .init(movesElements: true, importSize),
        "Sqrt": .init(importSquareRoot),
        "Where": .init(importWhere),
    ]

    /// Domains that have operators of ours: ONNX's own and ONNX Runtime's, whose Q and DQ are the same.
    private static let runtimeDomain = "com.microsoft"

    private let operatorSets: [String: Int64]
    /// Version of ONNX's own operator set that the model is written in.
    let version: Int64

    init(_ operatorSets: [String: Int64]) throws(ONNXError) {
        self.operatorSets = operatorSets
        version = operatorSets[""] ?? operatorSets["ai.onnx"] ?? 0
        guard Self.versions.contains(version) else {
            throw ONNXError(
                .unsupportedModel,
                "the model is of operator set \(version); \(Self.versions.lowerBound) to "
                    + "\(Self.versions.upperBound) can be read: convert it with onnx.version_converter"
            )
        }
    }

    /// The operator of a node, nil where there is none.
    subscript(node: ONNXNode) -> ImportedOperator? {
        switch node.domain {
        case "", "ai.onnx": Self.operators[node.operatorType]
        case Self.runtimeDomain:
            ["QuantizeLinear", "DequantizeLinear"].contains(node.operatorType) ? Self.operators[node.operatorType] : nil
        default: nil
        }
    }

    /// Throws for the first node whose operator is missing, before anything is imported.
    func requireAll(_ nodes: [ONNXNode]) throws(ONNXError) {
        for node in nodes where self[node] == nil {
            let domain = node.domain.isEmpty ? "ai.onnx" : node.domain
            let known = operatorSets[node.domain].map { "opset \($0)" } ?? "no opset given"
            var remedy = "replace it, or leave it out of the exported part"
            let type = node.operatorType
            if type.hasPrefix("QLinear") || type.hasSuffix("Integer") || type.hasPrefix("QGemm") {
                remedy = "export in QDQ format"
            } else if type.hasPrefix("Fused"), node.domain == Self.runtimeDomain {
                remedy = "take the file from before ONNX Runtime optimized it"
            }
            throw ONNXError(
                .unsupportedOperator,
                "node \(ONNXError.quoted(node.label)): operator \(ONNXError.quoted(type)) of domain "
                    + "\(ONNXError.quoted(domain)), \(known), is not supported; \(remedy)"
            )
        }
    }
}
