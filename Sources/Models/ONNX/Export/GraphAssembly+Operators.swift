import NetworkGraph
import ONNXFormat

extension GraphAssembly {
    /// Adds a float operator.
    ///
    /// - Parameters:
    ///   - operation: What is computed.
    ///   - name: Name of its node; helping nodes take names like it.
    ///   - inputs: Names of the values read.
    ///   - outputs: Names of the values written.
    ///   - input: Shape of the first value read.
    /// - Throws: `ONNXError` `unsupportedModel` for a resize whose scales ONNX cannot say.
    mutating func append(
        _ operation: Operation,
        name: String,
        inputs: [String],
        outputs: [String],
        input: TensorShape
    ) throws(ONNXError) {
        func simple(_ type: String, _ attributes: [String: ONNXAttribute] = [:]) {
            node(type, name: name, inputs: inputs, outputs: outputs, attributes: attributes)
        }
        switch operation {
        case .convolution(let convolution):
            var all = inputs + [parameter(name + ".weight", convolution.weights)]
            if let bias = convolution.bias { all.append(parameter(name + ".bias", bias)) }
            let attributes = convolution.window.convolutionAttributes(groups: convolution.groups)
            node("Conv", name: name, inputs: all, outputs: outputs, attributes: attributes)
        case .convolutionTranspose(let convolution):
            let weights = transposedFilters(
                convolution.weights.elements(),
                convolution.weights.shape,
                groups: convolution.groups
            )
            let tensor = ONNXTensor(name: name + ".weight", floats: weights.elements, dimensions: weights.dimensions)
            var all = inputs + [constant(tensor)]
            if let bias = convolution.bias { all.append(parameter(name + ".bias", bias)) }
            let attributes = convolution.window.transposedAttributes(
                groups: convolution.groups,
                outputPadding: [convolution.outputPaddingHeight, convolution.outputPaddingWidth]
            )
            node("ConvTranspose", name: name, inputs: all, outputs: outputs, attributes: attributes)
        case .fullyConnected(let layer):
            var all = inputs + [parameter(name + ".weight", layer.weights)]
            if let bias = layer.bias { all.append(parameter(name + ".bias", bias)) }
            node("Gemm", name: name, inputs: all, outputs: outputs, attributes: ["transB": .int(1)])
        case .batchNormalization(let normalization):
            let all =
                inputs + [
                    parameter(name + ".weight", normalization.scale), parameter(name + ".bias", normalization.shift),
                    parameter(name + ".running_mean", normalization.mean),
                    parameter(name + ".running_var", normalization.variance),
                ]
            let attributes = ["epsilon": ONNXAttribute.float(normalization.epsilon)]
            node("BatchNormalization", name: name, inputs: all, outputs: outputs, attributes: attributes)
        case .activation(let activation): append(activation, name: name, input: inputs[0], output: outputs[0])
        case .function(let function): simple(function.operatorType, function.attributes)
        case .maxPool(let window): simple("MaxPool", window.poolAttributes)
        case .averagePool(let window, let countIncludesPadding):
            var attributes = window.poolAttributes
            attributes["count_include_pad"] = .int(countIncludesPadding ? 1 : 0)
            if window.dilationHeight == 1, window.dilationWidth == 1 {
                attributes["dilations"] = nil
            } else {
                // Dilated means came late.
                operatorSet = 19
            }
            simple("AveragePool", attributes)
        case .globalAveragePool: simple("GlobalAveragePool")
        case .add: simple("Add")
        case .subtract: simple("Sub")
        case .multiply: simple("Mul")
        case .softmax: simple("Softmax", ["axis": .int(1)])
        case .concatenate: simple("Concat", ["axis": .int(1)])
        case .flatten: simple("Flatten", ["axis": .int(1)])
        case .transpose(let permutation): simple("Transpose", ["perm": .ints(permutation.map(Int64.init))])
        case .constant(let parameter):
            // An initializer alone could not be a graph output in every runtime.
            let tensor = ONNXTensor(name: "", floats: parameter.elements(), dimensions: parameter.shape.dimensions)
            simple("Constant", ["value": .tensor(tensor)])
        case .split(let sizes):
            let all = inputs + [integers(name + ".sizes", sizes)]
            node("Split", name: name, inputs: all, outputs: outputs, attributes: ["axis": .int(1)])
        case .reshape(let shape):
            let all = inputs + [integers(name + ".shape", shape.dimensions)]
            node("Reshape", name: name, inputs: all, outputs: outputs)
        case .channelShuffle(let groups):
            let shuffle = ChannelShuffle(shape: input, groups: groups)
            let grouped = unique(outputs[0] + "_grouped")
            let transposed = unique(outputs[0] + "_transposed")
            let steps = (unique(node: name + "_group"), unique(node: name + "_transpose"))
            try append(.reshape(shuffle.grouped), name: steps.0, inputs: inputs, outputs: [grouped], input: input)
            try append(
                .transpose(permutation: shuffle.permutation),
                name: steps.1,
                inputs: [grouped],
                outputs: [transposed],
                input: shuffle.grouped
            )
            try append(.reshape(input), name: name, inputs: [transposed], outputs: outputs, input: shuffle.transposed)
        case .slice(let slice): append(slice, over: input, name: name, inputs: inputs, outputs: outputs)
        case .pad(let padding): append(padding, name: name, inputs: inputs, outputs: outputs)
        case .resize(let resize): try append(resize, over: input, name: name, inputs: inputs, outputs: outputs)
        }
    }
}

/// Channel shuffle as ONNX says it: two reshapes around a transposition.
struct ChannelShuffle {
    let grouped, transposed: TensorShape
    let permutation: [Int]

    init(shape: TensorShape, groups: Int) {
        let rest = shape.dimensions.dropFirst(2)
        grouped = TensorShape([shape.batch, groups, shape.channels / groups] + rest)
        transposed = TensorShape([shape.batch, shape.channels / groups, groups] + rest)
        permutation = [0, 2, 1] + (3..<(3 + rest.count))
    }
}

extension Window {
    var poolAttributes: [String: ONNXAttribute] {
        var attributes = geometry
        attributes["ceil_mode"] = .int(ceilMode ? 1 : 0)
        return attributes
    }

    func convolutionAttributes(groups: Int) -> [String: ONNXAttribute] {
        geometry.merging(["group": .int(Int64(groups))]) { $1 }
    }

    func transposedAttributes(groups: Int, outputPadding: [Int]) -> [String: ONNXAttribute] {
        convolutionAttributes(groups: groups).merging(["output_padding": .ints(outputPadding.map(Int64.init))]) { $1 }
    }

    private var geometry: [String: ONNXAttribute] {
        func ints(_ numbers: Int...) -> ONNXAttribute { .ints(numbers.map(Int64.init)) }
        return [
            "kernel_shape": ints(kernelHeight, kernelWidth), "strides": ints(strideHeight, strideWidth),
            "pads": ints(padTop, padLeft, padBottom, padRight), "dilations": ints(dilationHeight, dilationWidth),
        ]
    }
}

extension UnaryFunction {
    var operatorType: String {
        switch self {
        case .leakyRelu: "LeakyRelu"
        case .sigmoid: "Sigmoid"
        case .hardSigmoid: "HardSigmoid"
        case .hardSwish: "HardSwish"
        case .tanh: "Tanh"
        }
    }

    var attributes: [String: ONNXAttribute] {
        switch self {
        case .leakyRelu(let slope): ["alpha": .float(slope)]
        case .hardSigmoid(let alpha, let beta): ["alpha": .float(alpha), "beta": .float(beta)]
        case .sigmoid, .hardSwish, .tanh: [:]
        }
    }
}
