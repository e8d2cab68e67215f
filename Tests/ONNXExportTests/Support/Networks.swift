import NetworkGraph
import Quantization

/// Numbers that differ, the same each time.
func ramp(_ shape: [Int], _ scale: Float = 0.01) -> Parameter {
    let count = shape.reduce(1, *)
    return Parameter(shape: TensorShape(shape), elements: (0..<count).map { Float($0 % 61 - 30) * scale })
}

/// A float network with every operator.
func everyOperator() throws -> NetworkGraph {
    var builder = GraphBuilder(name: "every")
    let x = try builder.addInput("x", shape: TensorShape(channels: 4, height: 6, width: 6))
    func add(_ name: String, _ operation: Operation, _ inputs: [ValueID]) throws -> ValueID {
        try builder.add(operation, name: name, inputs: inputs, outputName: name + ".out")
    }
    let convolution = Convolution(
        window: Window(kernel: 3, padding: 1),
        groups: 2,
        weights: ramp([4, 2, 3, 3]),
        bias: ramp([4])
    )
    let conv = try add("conv", .convolution(convolution), [x])
    let norm = try add(
        "norm",
        .batchNormalization(
            BatchNormalization(
                scale: ramp([4]),
                shift: ramp([4]),
                mean: ramp([4]),
                variance: Parameter(shape: TensorShape([4]), elements: [1, 2, 3, 4])
            )
        ),
        [conv]
    )
    let relu = try add("relu", .activation(.relu), [norm])
    let clip = try add("clip", .activation(.clip(lower: -.infinity, upper: 6)), [conv])
    let added = try add("add", .add, [relu, clip])
    let less = try add("less", .subtract, [added, conv])
    let constant = try add("constant", .constant(ramp([1, 4, 1, 1])), [])
    let product = try add("product", .multiply, [less, constant])
    var value = product
    let functions: [UnaryFunction] = [
        .leakyRelu(slope: 0.1), .sigmoid, .hardSigmoid(alpha: 0.2, beta: 0.5), .hardSwish, .tanh,
    ]
    for (index, function) in functions.enumerated() { value = try add("f\(index)", .function(function), [value]) }
    value = try add("shuffle", .channelShuffle(groups: 2), [value])
    let parts = try builder.add(
        .split(sizes: [1, 3]),
        name: "split",
        inputs: [value],
        outputNames: ["split.0", "split.1"]
    )
    value = try add("concat", .concatenate, [parts[1], parts[0]])
    let up = ConvolutionTranspose(
        window: Window(kernel: 2, stride: 2),
        outputPaddingHeight: 1,
        weights: ramp([6, 4, 2, 2]),
        bias: ramp([6])
    )
    value = try add("up", .convolutionTranspose(up), [value])
    let padding = Padding(before: [0, 0, 1, 2], after: [0, 0, 3, 0], mode: .constant(0.5))
    value = try add("pad", .pad(padding), [value])
    let cut = Slice(starts: [0, 5, 16, 0], steps: [1, -2, -1, 3], counts: [1, 3, 17, 5])
    value = try add("cut", .slice(cut), [value])
    let resize = Resize(
        height: 8,
        width: 8,
        scaleHeight: 8.0 / 17,
        scaleWidth: 8.0 / 5,
        mode: .linear,
        coordinates: .halfPixel
    )
    value = try add("resize", .resize(resize), [value])
    let nearest = Resize(
        height: 12,
        width: 16,
        scaleHeight: 1.6,
        scaleWidth: 2,
        mode: .nearest(.floor),
        coordinates: .asymmetric
    )
    value = try add("nearest", .resize(nearest), [value])
    value = try add("maxpool", .maxPool(Window(kernel: 3, stride: 2, padding: 1, ceilMode: true)), [value])
    value = try add("avgpool", .averagePool(Window(kernel: 2), countIncludesPadding: true), [value])
    let mean = try add("mean", .globalAveragePool, [value])
    value = try add("turn", .transpose(permutation: [0, 2, 3, 1]), [value])
    value = try add("reshape", .reshape(TensorShape([1, 12, 10, 2])), [try even(value, &builder)])
    value = try add("flatten", .flatten, [value])
    let features = builder.shape(of: value).channels
    value = try add("fc", .fullyConnected(FullyConnected(weights: ramp([5, features]), bias: ramp([5]))), [value])
    value = try add("softmax", .softmax, [value])
    return try builder.build(outputs: [value, mean, added])
}

/// The value flattened and cut to the 240 elements the reshape asks for.
private func even(_ value: ValueID, _ builder: inout GraphBuilder) throws -> ValueID {
    let flat = try builder.add(.flatten, name: "flat", inputs: [value])
    let count = builder.shape(of: flat).channels
    precondition(count >= 120)
    let first = Slice(starts: [0, 0], steps: [1, 1], counts: [1, 120])
    let half = try builder.add(.slice(first), name: "half", inputs: [flat])
    return try builder.add(.concatenate, name: "double", inputs: [half, half])
}

/// The same as an int8 network; every value in −4...4.
func everyQuantizedOperator() throws -> QuantizedNetwork {
    let graph = try everyOperator()
    return try quantize(graph: graph, activationRanges: graph.values.map { _ in -4...4 })
}
