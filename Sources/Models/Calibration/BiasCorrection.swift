import FloatInference
import NetworkGraph
import Quantization

// Rounding and clipping move the mean of a layer's results, and a mean error is not averaged out by the layers behind it.
// M. Nagel et al., "Data-Free Quantization Through Weight Equalization and Bias Correction", ICCV 2019 (arXiv 1906.04721),
// section 4.2: subtract E[ỹ] − E[y] per channel, measured before the activation ("empirical", appendix D), layer after
// layer, each with the corrections before it in place. All samples go side by side, so one pass does all layers.

extension QuantizedNetwork {
    /// Corrects the biases of convolutions, fully connected layers and channel maps for their mean error.
    ///
    /// - Parameters:
    ///   - float: The network this one was made of.
    ///   - samples: As many as fit in memory side by side.
    ///   - threads: Threads.
    /// - Throws: `FloatInferenceError` when memory runs out.
    mutating func correctBiases(
        float: FloatExecutor,
        samples: [[[Float]]],
        threads: Int
    ) throws {
        let simulated = try SimulatedNetwork(self)
        let expected = try linearMeans(float, simulated, samples)
        let nodes = Dictionary(uniqueKeysWithValues: simulated.linearValues.enumerated().map { ($1, $0) })
        var network = self
        _ = try FloatExecutor(graph: simulated.graph, threads: threads).run(samples: samples) { value, elements in
            let shape = simulated.graph.shape(of: value)
            if let node = nodes[value], let means = expected[node] {
                let actual = channelMeans(elements, shape)
                let applied = network.correctBias(of: node, by: zip(means, actual).map { $0 - $1 })
                for sample in elements { add(applied, to: sample, shape) }
            }
            for sample in elements { simulated.quantize(value, sample) }
        }
        self = network
    }

    /// Per node that has a bias, its mean result per channel in float, before the activation.
    private func linearMeans(
        _ float: FloatExecutor,
        _ simulated: SimulatedNetwork,
        _ samples: [[[Float]]]
    ) throws -> [Int: [Double]] {
        let graph = float.graph
        let ids = Dictionary(uniqueKeysWithValues: graph.values.enumerated().map { ($1.name, ValueID($0)) })
        var nodes: [ValueID: Int] = [:]
        for (index, node) in self.nodes.enumerated() where node.operation.hasBias {
            guard var value = ids[self[node.outputs[0]].name] else { continue }
            if simulated.values[node.outputs[0].index] != simulated.linearValues[index] {
                guard let activation = graph.nodes.first(where: { $0.outputs.contains(value) }) else { continue }
                value = activation.inputs[0]
            }
            nodes[value] = index
        }
        var means: [Int: [Double]] = [:]
        _ = try float.run(samples: samples) { value, elements in
            if let node = nodes[value] { means[node] = channelMeans(elements, graph.shape(of: value)) }
        }
        return means
    }

    /// Adds to a node's bias what its integers can express, and returns that.
    private mutating func correctBias(of index: Int, by correction: [Double]) -> [Float] {
        let node = nodes[index]
        let inputScale = Double(self[node.inputs[0]].quantization.scale)
        func correct(_ bias: inout [Int32], _ scales: [Float]) -> [Float] {
            bias.indices.map { channel in
                let step = inputScale * Double(scales[channel])
                let steps = (correction[channel] / step).rounded(.toNearestOrEven)
                guard steps.isFinite else { return 0 }
                let old = bias[channel]
                bias[channel] = Int32(min(max(Double(old) + steps, -0x1p30), 0x1p30))
                return Float((Double(bias[channel]) - Double(old)) * step)
            }
        }
        switch node.operation {
        case .convolution(var layer):
            defer { nodes[index].operation = .convolution(layer) }
            return correct(&layer.bias, layer.weightScales)
        case .convolutionTranspose(var layer):
            defer { nodes[index].operation = .convolutionTranspose(layer) }
            return correct(&layer.bias, layer.weightScales)
        case .fullyConnected(var layer):
            defer { nodes[index].operation = .fullyConnected(layer) }
            return correct(&layer.bias, layer.weightScales)
        case .channelAffine(let multipliers, let offsets, let activation):
            let corrected = zip(offsets, correction).map { Float(Double($0) + $1) }
            nodes[index].operation = .channelAffine(
                multipliers: multipliers,
                offsets: corrected,
                activation: activation
            )
            return zip(corrected, offsets).map { $0 - $1 }
        default: return correction.map { _ in 0 }
        }
    }
}

extension QuantizedOperation {
    /// Whether a constant is added per channel.
    fileprivate var hasBias: Bool {
        switch self {
        case .convolution, .convolutionTranspose, .fullyConnected, .channelAffine: true
        default: false
        }
    }
}

/// The mean over samples, batch and positions of each channel.
private func channelMeans(_ samples: [UnsafeMutableBufferPointer<Float>], _ shape: TensorShape) -> [Double] {
    let channels = shape.channels
    let images = shape.rank > 1 ? shape.batch : shape.elementCount
    let plane = shape.elementCount / (images * channels)
    var sums = [Double](repeating: 0, count: channels)
    for sample in samples {
        for image in 0..<images {
            for channel in 0..<channels {
                // Short sums in Float vectorise; their rounding is far below the error looked for.
                var (sum, start) = (0.0, (image * channels + channel) * plane)
                let end = start + plane
                while start < end {
                    let stop = min(start + 1024, end)
                    var part: Float = 0
                    for index in start..<stop { part += sample[index] }
                    sum += Double(part)
                    start = stop
                }
                sums[channel] += sum
            }
        }
    }
    return sums.map { $0 / Double(samples.count * images * plane) }
}

private func add(_ corrections: [Float], to elements: UnsafeMutableBufferPointer<Float>, _ shape: TensorShape) {
    let channels = corrections.count
    let plane = shape.elementCount / ((shape.rank > 1 ? shape.batch : shape.elementCount) * channels)
    for row in 0..<elements.count / plane {
        let correction = corrections[row % channels]
        for index in row * plane..<(row + 1) * plane { elements[index] += correction }
    }
}
