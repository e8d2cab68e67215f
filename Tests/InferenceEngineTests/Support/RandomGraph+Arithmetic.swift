import NetworkGraph

extension RandomGraph {
    /// Combines, scales or enlarges an image.
    mutating func addArithmetic() throws {
        let x = pick()
        let shape = builder.shape(of: x)
        func append(_ operation: Operation, _ inputs: [ValueID]) throws -> ValueID {
            count += 1
            return try builder.add(operation, name: "node\(count)", inputs: inputs)
        }
        func pointwise(_ outputs: Int, of value: ValueID) throws -> ValueID {
            let inputs = builder.shape(of: value).channels
            return try append(
                random.convolution(inputs: inputs, outputs: outputs, window: Window(kernel: 1), gain: 1),
                [value]
            )
        }
        let combination = [Operation.add, .subtract, .multiply].randomElement(using: &random) ?? .add
        switch Int.random(in: 0..<8, using: &random) {
        case 0:
            // Squeeze and excite.
            let mean = try append(.globalAveragePool, [x])
            let factors = try append(
                .function(.hardSigmoid(alpha: 0.2, beta: 0.5)),
                [pointwise(shape.channels, of: mean)]
            )
            images.append(try append(.multiply, [x, factors]))
        case 1:
            let factors = try append(.function(.sigmoid), [pointwise(1, of: x)])
            images.append(try append(combination, [factors, x]))
        case 2:
            let functions: [UnaryFunction] = [.leakyRelu(slope: 0.1), .hardSwish, .tanh, .sigmoid]
            images.append(try append(.function(functions.randomElement(using: &random) ?? .tanh), [x]))
        case 3:
            let partner = images.last { builder.shape(of: $0).broadcast(with: shape) != nil } ?? x
            images.append(try append(combination, [x, partner]))
        case 4 where shape.height < 9 && shape.width < 12:
            let layer = ConvolutionTranspose(
                window: Window(kernel: 3, stride: 2, padding: 1),
                outputPaddingHeight: 1,
                weights: random.parameter([9, shape.channels, 3, 3], in: -0.2...0.2)
            )
            images.append(try append(.convolutionTranspose(layer), [x]))
        case 5 where shape.height < 9 && shape.width < 12:
            let resize = Resize(
                height: shape.height + 3,
                width: shape.width * 2,
                scaleHeight: Float(shape.height + 3) / Float(shape.height),
                scaleWidth: 2,
                mode: .linear,
                coordinates: .halfPixel
            )
            images.append(try append(.resize(resize), [x]))
        case 6:
            let dimensions = shape.dimensions.map { Int.random(in: 0..<3, using: &random) == 0 ? 1 : $0 }
            let constant = try append(.constant(random.parameter(dimensions)), [])
            images.append(try append(combination, [constant, x]))
        case 7: images.append(try append(.softmax, [x]))
        default: break
        }
    }
}
