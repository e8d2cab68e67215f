import FloatInference
import NetworkGraph
import Quantization

/// An int8 network as a float one.
///
/// Weights are what the integers stand for, and each value is rounded to its integers' reals as soon as it is written. It
/// differs from the integer arithmetic by float rounding alone, and lets anyone look at,
/// or change, a layer's result before its activation.
struct SimulatedNetwork {
    /// The network it stands for.
    let network: QuantizedNetwork
    /// Operators with real weights; an activation is a node of its own.
    let graph: NetworkGraph
    /// Per value of the graph, how it is rounded; nil before a fused activation.
    let quantization: [QuantizationParameters?]
    /// Per node of the network, the value that holds its (first) result before the activation.
    let linearValues: [ValueID]
    /// Per value of the network, its value in the graph.
    let values: [ValueID]

    init(_ network: QuantizedNetwork) throws {
        var builder = GraphBuilder(name: network.name)
        var quantization: [QuantizationParameters?] = []
        var values = [ValueID?](repeating: nil, count: network.values.count)
        var linearValues: [ValueID] = []
        for input in network.inputs {
            values[input.index] = try builder.addInput(network[input].name, shape: network[input].shape)
            quantization.append(network[input].quantization)
        }
        for node in network.nodes {
            let inputs = node.inputs.compactMap { values[$0.index] }
            let (operation, activation) = node.realOperation(network)
            let parameters = node.outputs.map { network[$0].quantization }
            let names = node.outputs.map { network[$0].name }
            if let activation {
                // Names of values inside a fused operator belong to nobody else: no name of a network ends like this.
                let inner = try builder.add(
                    operation,
                    name: node.name,
                    inputs: inputs,
                    outputName: names[0] + "\u{0}linear"
                )
                let outer = try builder.add(
                    .activation(activation),
                    name: node.name + "\u{0}activation",
                    inputs: [inner],
                    outputName: names[0]
                )
                quantization += [nil, parameters[0]]
                linearValues.append(inner)
                values[node.outputs[0].index] = outer
            } else {
                let outputs = try builder.add(operation, name: node.name, inputs: inputs, outputNames: names)
                quantization += parameters
                linearValues.append(outputs[0])
                for (output, made) in zip(node.outputs, outputs) { values[output.index] = made }
            }
        }
        self.network = network
        self.values = values.map { $0 ?? ValueID(0) }
        self.linearValues = linearValues
        self.quantization = quantization
        let outputs = network.outputs.compactMap { values[$0.index] }
        graph = try builder.build(outputs: outputs)
    }

    /// Rounds a value's elements to what its integers stand for.
    func quantize(_ value: ValueID, _ elements: UnsafeMutableBufferPointer<Float>) {
        guard let parameters = quantization[value.index], let base = elements.baseAddress else { return }
        let inverse = 1 / parameters.scale
        let scale = parameters.scale
        let lowest = Float(-parameters.engineZeroPoint)
        let highest = Float(255 - parameters.engineZeroPoint)
        var index = 0
        // Adding 1.5 · 2^23 and taking it away again rounds to the nearest integer, ties to even.
        let magic = SIMD8<Float>(repeating: 0x1.8p23)
        while index + 8 <= elements.count {
            let place = UnsafeMutableRawPointer(base + index)
            var steps = place.loadUnaligned(as: SIMD8<Float>.self) * inverse
            steps.clamp(lowerBound: SIMD8(repeating: lowest), upperBound: SIMD8(repeating: highest))
            place.storeBytes(of: (steps + magic - magic) * scale, as: SIMD8<Float>.self)
            index += 8
        }
        while index < elements.count {
            let steps = min(max(base[index] * inverse, lowest), highest)
            base[index] = steps.rounded(.toNearestOrEven) * scale
            index += 1
        }
    }
}

extension QuantizedNode {
    /// The operator on real numbers, and the activation fused to it.
    fileprivate func realOperation(_ network: QuantizedNetwork) -> (Operation, Activation?) {
        let inputScale = inputs.first.map { network[$0].quantization.scale } ?? 1
        func real(_ weights: [Int8], _ scales: [Float], _ shape: [Int]) -> Parameter {
            let length = weights.count / max(scales.count, 1)
            return Parameter(shape: TensorShape(shape)) { row, buffer in
                for k in 0..<length { buffer[k] = Float(weights[row * length + k]) * scales[row] }
            }
        }
        func real(_ bias: [Int32], _ scales: [Float]) -> Parameter {
            let elements = zip(bias, scales).map { Float(Double($0) * Double(inputScale) * Double($1)) }
            return Parameter(shape: TensorShape([bias.count]), elements: elements)
        }
        func filters(_ window: Window, _ outputs: Int, _ count: Int) -> [Int] {
            [outputs, count / outputs / window.elementCount, window.kernelHeight, window.kernelWidth]
        }
        switch operation {
        case .convolution(let layer):
            let shape = filters(layer.window, layer.bias.count, layer.weights.count)
            let weights = real(layer.weights, layer.weightScales, shape)
            let bias = real(layer.bias, layer.weightScales)
            let float = Convolution(window: layer.window, groups: layer.groups, weights: weights, bias: bias)
            return (.convolution(float), layer.activation)
        case .convolutionTranspose(let layer):
            let shape = filters(layer.window, layer.bias.count, layer.weights.count)
            let float = ConvolutionTranspose(
                window: layer.window,
                outputPaddingHeight: layer.outputPaddingHeight,
                outputPaddingWidth: layer.outputPaddingWidth,
                groups: layer.groups,
                weights: real(layer.weights, layer.weightScales, shape),
                bias: real(layer.bias, layer.weightScales)
            )
            return (.convolutionTranspose(float), layer.activation)
        case .fullyConnected(let layer):
            let shape = [layer.bias.count, layer.weights.count / max(layer.bias.count, 1)]
            let float = FullyConnected(
                weights: real(layer.weights, layer.weightScales, shape),
                bias: real(layer.bias, layer.weightScales)
            )
            return (.fullyConnected(float), layer.activation)
        case .channelAffine(let multipliers, let offsets, let activation):
            return (.batchNormalization(.affine(multipliers, offsets)), activation)
        case .add(let activation): return (.add, activation)
        case .subtract(let activation): return (.subtract, activation)
        case .multiply(let activation): return (.multiply, activation)
        case .function(let function, let activation): return (.function(function), activation)
        case .activation(let activation): return (.activation(activation), nil)
        // A copy: the result is rounded to other integers, its input is not.
        case .requantize: return (.activation(.clip(lower: -.infinity, upper: .infinity)), nil)
        case .constant(let elements):
            let (shape, quantization) = (network[outputs[0]].shape, network[outputs[0]].quantization)
            return (.constant(Parameter(shape: shape, elements: elements.map(quantization.real))), nil)
        case .softmax: return (.softmax, nil)
        case .maxPool(let window): return (.maxPool(window), nil)
        case .averagePool(let window, let counts): return (.averagePool(window, countIncludesPadding: counts), nil)
        case .globalAveragePool: return (.globalAveragePool, nil)
        case .concatenate: return (.concatenate, nil)
        case .split(let sizes): return (.split(sizes: sizes), nil)
        case .channelShuffle(let groups): return (.channelShuffle(groups: groups), nil)
        case .flatten: return (.flatten, nil)
        case .reshape: return (.reshape(network[outputs[0]].shape), nil)
        case .transpose(let permutation): return (.transpose(permutation: permutation), nil)
        case .slice(let slice): return (.slice(slice), nil)
        case .pad(let padding): return (.pad(padding), nil)
        case .resize(let resize): return (.resize(resize), nil)
        }
    }
}

extension BatchNormalization {
    /// multiplier·x + offset per channel.
    fileprivate static func affine(_ multipliers: [Float], _ offsets: [Float]) -> BatchNormalization {
        let shape = TensorShape([multipliers.count])
        func vector(_ elements: [Float]) -> Parameter { Parameter(shape: shape, elements: elements) }
        return BatchNormalization(
            scale: vector(multipliers),
            shift: vector(offsets),
            mean: vector(multipliers.map { _ in 0 }),
            variance: vector(multipliers.map { _ in 1 }),
            epsilon: 0
        )
    }
}
