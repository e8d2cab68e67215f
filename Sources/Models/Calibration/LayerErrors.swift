import FloatInference
import Glibc
import NetworkGraph
import Quantization

func logarithm(_ number: Double) -> Double { log10(number) }

/// Sums over samples that a layer's error is made of.
private struct ErrorSums {
    var signal = 0.0
    var cumulativeNoise = 0.0
    var ownNoise = 0.0
    var clippedNoise = 0.0
    var sum = 0.0
    var count = 0
    /// Largest magnitude per channel.
    var extents: [Float] = []
}

extension FloatExecutor {
    /// Compares an int8 network with the float one it was made of, layer by layer.
    ///
    /// Values are matched by name. The int8 network runs in a float simulation that rounds as it does.
    ///
    /// - Parameters:
    ///   - network: The int8 network.
    ///   - samples: Where samples come from.
    ///   - indices: The samples to run; the error is over all of them.
    ///   - threads: Threads.
    /// - Returns: One entry per node of the int8 network, in its order, but for constants and moves, which add no error.
    /// - Throws: Errors of the samples, and `FloatInferenceError` when memory runs out.
    func layerErrors(
        of network: QuantizedNetwork,
        samples: CalibrationSamples,
        indices: [Int],
        threads: Int
    ) throws -> [LayerError] {
        let simulated = try SimulatedNetwork(network)
        let executor = try FloatExecutor(graph: simulated.graph, threads: threads)
        let ids = Dictionary(uniqueKeysWithValues: graph.values.enumerated().map { ($1.name, $0) })
        // Per value of the simulation, the float value of the same name.
        let originals = simulated.graph.values.map { ids[$0.name] }
        let wanted = Set(originals.compactMap(\.self))
        var sums = [ErrorSums](repeating: ErrorSums(), count: simulated.graph.values.count)
        for index in indices {
            let sample = try samples.sample(index)
            var float: [Int: [Float]] = [:]
            _ = try run(sample) { value, elements in
                if wanted.contains(value.index) { float[value.index] = Array(elements) }
            }
            _ = try executor.run(samples: [sample]) { value, elements in
                simulated.quantize(value, elements[0])
                guard let expected = originals[value.index].flatMap({ float[$0] }) else { return }
                sums[value.index].cumulativeNoise += noise(elements[0], expected)
            }
            _ = try executor.run(samples: [sample]) { value, elements in
                let actual = elements[0]
                guard let expected = originals[value.index].flatMap({ float[$0] }) else {
                    return simulated.quantize(value, actual)
                }
                simulated.quantize(value, actual)
                sums[value.index].ownNoise += noise(actual, expected)
                let range = simulated.quantization[value.index]?.reals ?? -.infinity ... .infinity
                add(expected, simulated.graph.shape(of: value), range, to: &sums[value.index])
                // What follows starts from the float result again.
                _ = actual.update(fromContentsOf: expected)
                simulated.quantize(value, actual)
            }
        }
        return network.nodes.compactMap { node in
            let output = network[node.outputs[0]]
            let value = simulated.values[node.outputs[0].index].index
            guard originals[value] != nil, node.operation.addsError else { return nil }
            return LayerError(node: node, output: output, sums[value])
        }
    }
}

extension LayerError {
    fileprivate init(node: QuantizedNode, output: QuantizedValue, _ sums: ErrorSums) {
        let count = Double(max(sums.count, 1))
        let mean = sums.sum / count
        let deviation = max(sums.signal / count - mean * mean, 0).squareRoot()
        let range = output.quantization.reals
        let extents = sums.extents.filter { $0 > 0 }.sorted()
        let median = extents.isEmpty ? 1 : extents[extents.count / 2]
        self.init(
            name: node.name,
            operation: node.operation.label,
            shape: output.shape.description,
            range: range,
            cumulativeDecibels: decibels(signal: sums.signal, noise: sums.cumulativeNoise),
            ownDecibels: decibels(signal: sums.signal, noise: sums.ownNoise),
            clippedShare: sums.ownNoise > 0 ? min(sums.clippedNoise / sums.ownNoise, 1) : 0,
            rangeOverDeviation: deviation > 0 ? Double(range.upperBound - range.lowerBound) / deviation : 0,
            channelSpread: Double((extents.last ?? 1) / median)
        )
    }
}

extension QuantizationParameters {
    /// The reals from the lowest to the highest integer.
    var reals: ClosedRange<Float> { real(0)...real(255) }
}

private func noise(_ actual: UnsafeMutableBufferPointer<Float>, _ expected: [Float]) -> Double {
    var sum = 0.0
    for index in expected.indices {
        let difference = Double(actual[index] - expected[index])
        sum += difference * difference
    }
    return sum
}

private func add(_ elements: [Float], _ shape: TensorShape, _ range: ClosedRange<Float>, to sums: inout ErrorSums) {
    let channels = shape.channels
    if sums.extents.isEmpty { sums.extents = [Float](repeating: 0, count: channels) }
    let plane = max(elements.count / (channels * (shape.rank > 1 ? shape.batch : elements.count)), 1)
    var (signal, sum, clipped) = (0.0, 0.0, 0.0)
    for (index, element) in elements.enumerated() {
        let exact = Double(element)
        signal += exact * exact
        sum += exact
        if element < range.lowerBound || element > range.upperBound {
            let beyond = Double(element - (element < range.lowerBound ? range.lowerBound : range.upperBound))
            clipped += beyond * beyond
        }
        let channel = index / plane % channels
        sums.extents[channel] = max(sums.extents[channel], abs(element))
    }
    sums.signal += signal
    sums.sum += sum
    sums.clippedNoise += clipped
    sums.count += elements.count
}

extension QuantizedOperation {
    /// The operator in words of the command line.
    var label: String {
        switch self {
        case .convolution(let layer):
            layer.groups > 1 && layer.groups == layer.bias.count ? "depthwise" : "convolution"
        case .fullyConnected: "fullyConnected"
        case .convolutionTranspose: "convolutionTranspose"
        case .add: "add"
        case .subtract: "subtract"
        case .multiply: "multiply"
        case .constant: "constant"
        case .channelAffine: "channelAffine"
        case .activation: "activation"
        case .function: "function"
        case .requantize: "requantize"
        case .softmax: "softmax"
        case .maxPool: "maxPool"
        case .averagePool: "averagePool"
        case .globalAveragePool: "globalAveragePool"
        case .concatenate: "concatenate"
        case .split: "split"
        case .channelShuffle: "channelShuffle"
        case .flatten: "flatten"
        case .reshape: "reshape"
        case .transpose: "transpose"
        case .slice: "slice"
        case .pad: "pad"
        case .resize: "resize"
        }
    }

    /// Whether a result can differ from the float one's by more than its input does.
    fileprivate var addsError: Bool {
        switch self {
        case .constant, .maxPool, .split, .channelShuffle, .flatten, .reshape, .transpose, .slice, .pad: false
        default: true
        }
    }
}
