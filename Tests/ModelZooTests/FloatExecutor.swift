import NetworkGraph

/// Runs a float graph with plain loops: slow, obvious, and independent of the engine.
///
/// Several images run together so that each generated filter serves all of them.
struct FloatExecutor {
    let graph: NetworkGraph

    /// Runs the graph.
    ///
    /// - Parameters:
    ///   - images: The input's elements in NCHW order, one array an image.
    ///   - visit: Sees each value once it is computed, one array an image.
    /// - Returns: The first output, one array an image.
    func run(_ images: [[Float]], visit: (ValueID, [[Float]]) -> Void = { _, _ in }) -> [[Float]] {
        var values = [[[Float]]?](repeating: nil, count: graph.values.count)
        let lastUses = Liveness(of: graph).intervals.map(\.lastUse)
        values[graph.inputs[0].index] = images
        visit(graph.inputs[0], images)
        for (index, node) in graph.nodes.enumerated() {
            let inputs = node.inputs.map { values[$0.index] ?? [] }
            let results = evaluate(node, inputs)
            for (output, result) in zip(node.outputs, results) {
                values[output.index] = result
                visit(output, result)
            }
            for input in node.inputs where lastUses[input.index] == index { values[input.index] = nil }
        }
        return values[graph.outputs[0].index] ?? []
    }

    private func evaluate(_ node: Node, _ inputs: [[[Float]]]) -> [[[Float]]] {
        let shape = graph.shape(of: node.inputs[0])
        let output = graph.shape(of: node.outputs[0])
        switch node.operation {
        case .convolution(let layer):
            return [linear(layer.weights, layer.bias, patches(layer, inputs[0], shape, output), output, layer.groups)]
        case .fullyConnected(let layer):
            return [linear(layer.weights, layer.bias, [inputs[0]], output, 1)]
        case .batchNormalization(let layer):
            return [inputs[0].map { normalize($0, layer, shape) }]
        case .activation(.relu):
            return [inputs[0].map { $0.map { max($0, 0) } }]
        case .activation(.clip(let lower, let upper)):
            return [inputs[0].map { $0.map { min(max($0, lower), upper) } }]
        case .maxPool(let window):
            return [inputs[0].map { pool($0, window, shape, output) { $0.max() ?? .nan } }]
        case .averagePool(let window, _):
            let count = Float(window.elementCount)
            return [inputs[0].map { pool($0, window, shape, output) { $0.reduce(0, +) / count } }]
        case .globalAveragePool:
            let plane = shape.height * shape.width
            return [
                inputs[0].map { image in
                    (0..<shape.channels).map { image[($0 * plane)..<(($0 + 1) * plane)].reduce(0, +) / Float(plane) }
                }
            ]
        case .add:
            return [zip(inputs[0], inputs[1]).map { zip($0, $1).map(+) }]
        case .concatenate:
            return [inputs[0].indices.map { image in inputs.flatMap { $0[image] } }]
        case .split(let sizes):
            let plane = shape.height * shape.width
            var start = 0
            return sizes.map { size in
                defer { start += size * plane }
                return inputs[0].map { Array($0[start..<(start + size * plane)]) }
            }
        case .channelShuffle(let groups):
            let plane = shape.height * shape.width
            let size = shape.channels / groups
            return [
                inputs[0].map { image in
                    (0..<shape.channels).flatMap { channel in
                        let source = (channel % groups * size + channel / groups) * plane
                        return image[source..<(source + plane)]
                    }
                }
            ]
        case .flatten, .reshape:
            return [inputs[0]]
        case .transpose(let permutation):
            return [inputs[0].map { transpose($0, permutation, shape, output) }]
        case .resize(let resize):
            return [inputs[0].map { self.resize($0, resize, shape) }]
        default:
            preconditionFailure("not an operator of the zoo")
        }
    }

    /// Of four axes.
    private func transpose(
        _ image: [Float],
        _ permutation: [Int],
        _ shape: TensorShape,
        _ output: TensorShape
    ) -> [Float] {
        let strides = (0..<4).map { shape.dimensions[($0 + 1)...].reduce(1, *) }
        var result: [Float] = []
        result.reserveCapacity(image.count)
        for first in 0..<output.dimensions[0] {
            for second in 0..<output.dimensions[1] {
                for third in 0..<output.dimensions[2] {
                    for fourth in 0..<output.dimensions[3] {
                        let index = zip([first, second, third, fourth], permutation).reduce(0) { sum, axis in
                            sum + axis.0 * strides[axis.1]
                        }
                        result.append(image[index])
                    }
                }
            }
        }
        return result
    }

    /// Bilinear, half-pixel.
    private func resize(_ image: [Float], _ resize: Resize, _ shape: TensorShape) -> [Float] {
        func neighbours(_ position: Int, _ scale: Float, _ extent: Int) -> (Int, Int, Float) {
            let place = min(max((Float(position) + 0.5) / scale - 0.5, 0), Float(extent - 1))
            let low = Int(place)
            return (low, min(low + 1, extent - 1), place - Float(low))
        }
        var result: [Float] = []
        result.reserveCapacity(shape.channels * resize.height * resize.width)
        for channel in 0..<shape.channels {
            let plane = channel * shape.height * shape.width
            for row in 0..<resize.height {
                let (top, bottom, down) = neighbours(row, resize.scaleHeight, shape.height)
                for column in 0..<resize.width {
                    let (left, right, across) = neighbours(column, resize.scaleWidth, shape.width)
                    let upper =
                        image[plane + top * shape.width + left] * (1 - across)
                        + image[plane + top * shape.width + right] * across
                    let lower =
                        image[plane + bottom * shape.width + left] * (1 - across)
                        + image[plane + bottom * shape.width + right] * across
                    result.append(upper * (1 - down) + lower * down)
                }
            }
        }
        return result
    }

    private func normalize(_ image: [Float], _ layer: BatchNormalization, _ shape: TensorShape) -> [Float] {
        let (scale, shift) = (layer.scale.elements(), layer.shift.elements())
        let (mean, variance) = (layer.mean.elements(), layer.variance.elements())
        let plane = shape.height * shape.width
        return image.indices.map { index in
            let channel = index / plane
            let deviation = (variance[channel] + layer.epsilon).squareRoot()
            return scale[channel] * (image[index] - mean[channel]) / deviation + shift[channel]
        }
    }

    private func pool(
        _ image: [Float],
        _ window: Window,
        _ shape: TensorShape,
        _ output: TensorShape,
        _ reduce: ([Float]) -> Float
    ) -> [Float] {
        var result: [Float] = []
        result.reserveCapacity(output.elementCount)
        for channel in 0..<shape.channels {
            for row in 0..<output.height {
                for column in 0..<output.width {
                    var covered: [Float] = []
                    for y in 0..<window.kernelHeight {
                        let inputRow = row * window.strideHeight - window.padTop + y
                        guard inputRow >= 0, inputRow < shape.height else { continue }
                        for x in 0..<window.kernelWidth {
                            let inputColumn = column * window.strideWidth - window.padLeft + x
                            guard inputColumn >= 0, inputColumn < shape.width else { continue }
                            covered.append(image[(channel * shape.height + inputRow) * shape.width + inputColumn])
                        }
                    }
                    result.append(reduce(covered))
                }
            }
        }
        return result
    }

    /// Per group, per image: the inputs of each output position, [positions][channels of the group · taps].
    private func patches(
        _ layer: Convolution,
        _ images: [[Float]],
        _ shape: TensorShape,
        _ output: TensorShape
    ) -> [[[Float]]] {
        let window = layer.window
        let channels = shape.channels / layer.groups
        let length = channels * window.elementCount
        return (0..<layer.groups).map { group in
            images.map { image in
                var patches = [Float](repeating: 0, count: output.height * output.width * length)
                for channel in 0..<channels {
                    let plane = (group * channels + channel) * shape.height * shape.width
                    for tap in 0..<window.elementCount {
                        let (y, x) = (tap / window.kernelWidth, tap % window.kernelWidth)
                        for row in 0..<output.height {
                            let inputRow = row * window.strideHeight - window.padTop + y * window.dilationHeight
                            guard inputRow >= 0, inputRow < shape.height else { continue }
                            for column in 0..<output.width {
                                let inputColumn =
                                    column * window.strideWidth - window.padLeft + x * window.dilationWidth
                                guard inputColumn >= 0, inputColumn < shape.width else { continue }
                                patches[(row * output.width + column) * length + channel * window.elementCount + tap] =
                                    image[plane + inputRow * shape.width + inputColumn]
                            }
                        }
                    }
                }
                return patches
            }
        }
    }

    /// Multiplies every filter with every patch of its group.
    private func linear(
        _ weights: Parameter,
        _ bias: Parameter?,
        _ patches: [[[Float]]],
        _ output: TensorShape,
        _ groups: Int
    ) -> [[Float]] {
        let positions = output.height * output.width
        let biases = bias?.elements()
        var row = [Float](repeating: 0, count: weights.rowLength)
        var results = patches[0].map { _ in [Float](repeating: 0, count: output.channels * positions) }
        for channel in 0..<output.channels {
            row.withUnsafeMutableBufferPointer { weights.readRow(channel, into: $0) }
            let group = patches[channel / (output.channels / groups)]
            for image in results.indices {
                for position in 0..<positions {
                    results[image][channel * positions + position] =
                        (biases?[channel] ?? 0) + dot(row, group[image], from: position * row.count)
                }
            }
        }
        return results
    }

    private func dot(_ row: [Float], _ patches: [Float], from start: Int) -> Float {
        row.withUnsafeBufferPointer { row in
            patches.withUnsafeBufferPointer { patches in
                var lanes = (SIMD8<Float>(), SIMD8<Float>())
                var index = 0
                while index + 16 <= row.count {
                    lanes.0 += load(row, index) * load(patches, start + index)
                    lanes.1 += load(row, index + 8) * load(patches, start + index + 8)
                    index += 16
                }
                var sum = (lanes.0 + lanes.1).sum()
                while index < row.count {
                    sum += row[index] * patches[start + index]
                    index += 1
                }
                return sum
            }
        }
    }

    @inline(__always)
    private func load(_ buffer: UnsafeBufferPointer<Float>, _ index: Int) -> SIMD8<Float> {
        UnsafeRawBufferPointer(buffer).loadUnaligned(fromByteOffset: 4 * index, as: SIMD8<Float>.self)
    }
}
