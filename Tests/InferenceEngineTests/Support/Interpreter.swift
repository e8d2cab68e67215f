import NetworkGraph
import Quantization

/// Runs an int8 network operator by operator with plain loops over NCHW: the oracle the engine is compared with.
///
/// It shares only the constants' computation (`Requantization`) with the engine.
struct Interpreter {
    let network: QuantizedNetwork
    var values: [[UInt8]]

    init(_ network: QuantizedNetwork) {
        self.network = network
        values = network.values.map { [UInt8](repeating: 0, count: $0.shape.elementCount) }
    }

    /// Runs on inputs in engine u8 (s8 raised by 128), NCHW; returns the outputs the same way.
    mutating func run(_ inputs: [[UInt8]]) -> [[UInt8]] {
        for (id, input) in zip(network.inputs, inputs) { values[id.index] = input }
        for node in network.nodes { run(node) }
        return network.outputs.map { values[$0.index] }
    }

    private mutating func run(_ node: QuantizedNode) {
        if runArithmetic(node) { return }
        let input = network[node.inputs[0]]
        let output = network[node.outputs[0]]
        let x = values[node.inputs[0].index]
        let (inQ, outQ) = (input.quantization, output.quantization)
        func requantize(_ real: Float, _ activation: Activation? = nil) -> UInt8 {
            let bounds = outQ.storedBounds(of: activation)
            return Requantization.store(
                real,
                zeroPoint: outQ.engineZeroPoint,
                lowest: bounds.lowest,
                highest: bounds.highest
            )
        }
        var y = values[node.outputs[0].index]
        switch node.operation {
        case .convolution(let layer):
            y = convolve(x, layer, input, output)
        case .fullyConnected(let layer):
            let depth = input.shape.channels
            for n in 0..<output.shape.batch {
                for o in 0..<output.shape.channels {
                    var sum = Int(layer.bias[o])
                    for k in 0..<depth {
                        sum += (Int(x[n * depth + k]) - Int(inQ.engineZeroPoint)) * Int(layer.weights[o * depth + k])
                    }
                    let multiplier = Requantization.multiplier(
                        inputScale: inQ.scale,
                        weightScale: layer.weightScales[o],
                        outputScale: outQ.scale
                    )
                    y[n * output.shape.channels + o] = requantize(Float(Int32(sum)) * multiplier, layer.activation)
                }
            }
        case .channelAffine(let multipliers, let offsets, let activation):
            for i in y.indices {
                let channel = i / input.shape.pixels % input.shape.channels
                let multiplier = Requantization.multiplier(
                    inputScale: inQ.scale,
                    weightScale: multipliers[channel],
                    outputScale: outQ.scale
                )
                let product = Float(Int32(x[i]) - inQ.engineZeroPoint) * multiplier
                let sum = product + Requantization.addend(offset: offsets[channel], outputScale: outQ.scale)
                y[i] = requantize(sum, activation)
            }
        case .activation(let activation):
            let ratio = Requantization.multiplier(inputScale: inQ.scale, outputScale: outQ.scale)
            for i in y.indices { y[i] = requantize(Float(Int32(x[i]) - inQ.engineZeroPoint) * ratio, activation) }
        case .maxPool(let window):
            forEachWindow(window, input.shape, output.shape) { index, taps in
                y[index] = taps.compactMap { $0 }.map { x[$0] }.max() ?? 0
            }
        case .averagePool(let window, let countIncludesPadding):
            average(x, window, countIncludesPadding, input, output, into: &y)
        case .globalAveragePool:
            var window = Window(kernel: 1)
            (window.kernelHeight, window.kernelWidth) = (input.shape.height, input.shape.width)
            average(x, window, false, input, output, into: &y)
        case .concatenate:
            let pixels = output.shape.pixels
            var channel = 0
            for id in node.inputs {
                let part = network[id]
                let ratio = Requantization.multiplier(inputScale: part.quantization.scale, outputScale: outQ.scale)
                for n in 0..<output.shape.batch {
                    for i in 0..<part.shape.channels * pixels {
                        let stored = Int32(values[id.index][n * part.shape.channels * pixels + i])
                        y[(n * output.shape.channels + channel) * pixels + i] = requantize(
                            Float(stored - part.quantization.engineZeroPoint) * ratio
                        )
                    }
                }
                channel += part.shape.channels
            }
        case .split:
            let pixels = input.shape.pixels
            var channel = 0
            for id in node.outputs {
                let part = network[id].shape
                for n in 0..<part.batch {
                    for i in 0..<part.channels * pixels {
                        values[id.index][n * part.channels * pixels + i] =
                            x[(n * input.shape.channels + channel) * pixels + i]
                    }
                }
                channel += part.channels
            }
            return
        case .channelShuffle(let groups):
            let pixels = input.shape.pixels
            let (channels, perGroup) = (input.shape.channels, input.shape.channels / groups)
            for n in 0..<input.shape.batch {
                for channel in 0..<channels {
                    let target = channel % perGroup * groups + channel / perGroup
                    for p in 0..<pixels {
                        y[(n * channels + target) * pixels + p] = x[(n * channels + channel) * pixels + p]
                    }
                }
            }
        case .flatten: y = x
        case .reshape, .transpose, .slice, .pad: y = rearranged(x, node.operation, input, output)
        case .resize(let resize) where resize.mode != .linear: y = rearranged(x, node.operation, input, output)
        default: preconditionFailure("not an operator of the networks these tests build")
        }
        values[node.outputs[0].index] = y
    }

    private func convolve(
        _ x: [UInt8],
        _ layer: QuantizedConvolution,
        _ input: QuantizedValue,
        _ output: QuantizedValue
    ) -> [UInt8] {
        let taps = layer.window.elementCount
        let groupInputs = input.shape.channels / layer.groups
        let groupOutputs = output.shape.channels / layer.groups
        let pixels = input.shape.height * input.shape.width
        let bounds = output.quantization.storedBounds(of: layer.activation)
        var y = [UInt8](repeating: 0, count: output.shape.elementCount)
        // The taps of one channel; other channels lie whole images further.
        var single = input.shape
        single.dimensions[1] = 1
        single.dimensions[0] = 1
        var target = output.shape
        target.dimensions[1] = 1
        target.dimensions[0] = 1
        forEachWindow(layer.window, single, target) { position, positions in
            for n in 0..<output.shape.batch {
                for o in 0..<output.shape.channels {
                    var sum = Int(layer.bias[o])
                    for c in 0..<groupInputs {
                        let channel = n * input.shape.channels + o / groupOutputs * groupInputs + c
                        for (tap, place) in positions.enumerated() {
                            guard let place else { continue }
                            let value = Int(x[channel * pixels + place]) - Int(input.quantization.engineZeroPoint)
                            sum += value * Int(layer.weights[(o * groupInputs + c) * taps + tap])
                        }
                    }
                    let multiplier = Requantization.multiplier(
                        inputScale: input.quantization.scale,
                        weightScale: layer.weightScales[o],
                        outputScale: output.quantization.scale
                    )
                    let outputPixels = output.shape.height * output.shape.width
                    y[(n * output.shape.channels + o) * outputPixels + position] = Requantization.store(
                        Float(Int32(sum)) * multiplier,
                        zeroPoint: output.quantization.engineZeroPoint,
                        lowest: bounds.lowest,
                        highest: bounds.highest
                    )
                }
            }
        }
        return y
    }

    private func average(
        _ x: [UInt8],
        _ window: Window,
        _ countIncludesPadding: Bool,
        _ input: QuantizedValue,
        _ output: QuantizedValue,
        into y: inout [UInt8]
    ) {
        let shape = input.shape
        var index = 0
        forEachWindow(window, shape, output.shape) { position, taps in
            let inside = taps.compactMap { $0 }
            var count = inside.count
            if countIncludesPadding {
                // What lies in the padding counts; what ceil mode adds behind it does not.
                let row = position / output.shape.width % output.shape.height * window.strideHeight - window.padTop
                let column = position % output.shape.width * window.strideWidth - window.padLeft
                count = 0
                for i in 0..<window.kernelHeight {
                    for j in 0..<window.kernelWidth {
                        let y = row + i * window.dilationHeight
                        let x = column + j * window.dilationWidth
                        if y < shape.height + window.padBottom, x < shape.width + window.padRight { count += 1 }
                    }
                }
            }
            let sum = inside.reduce(0) { $0 + Int(x[$1]) - Int(input.quantization.engineZeroPoint) }
            let multiplier = Requantization.meanMultiplier(
                inputScale: input.quantization.scale,
                outputScale: output.quantization.scale,
                count: count
            )
            y[position] = Requantization.store(
                Float(sum) * multiplier,
                zeroPoint: output.quantization.engineZeroPoint,
                lowest: 0,
                highest: 255
            )
            index += 1
        }
    }

    /// Calls with each output element's index and its taps' indices in the input, nil in the padding.
    private func forEachWindow(
        _ window: Window,
        _ input: TensorShape,
        _ output: TensorShape,
        _ body: (_ index: Int, _ taps: [Int?]) -> Void
    ) {
        var index = 0
        for plane in 0..<output.batch * output.channels {
            for row in 0..<output.height {
                for column in 0..<output.width {
                    var taps: [Int?] = []
                    for i in 0..<window.kernelHeight {
                        for j in 0..<window.kernelWidth {
                            let y = row * window.strideHeight - window.padTop + i * window.dilationHeight
                            let x = column * window.strideWidth - window.padLeft + j * window.dilationWidth
                            let isInside = (0..<input.height).contains(y) && (0..<input.width).contains(x)
                            taps.append(isInside ? (plane * input.height + y) * input.width + x : nil)
                        }
                    }
                    body(index, taps)
                    index += 1
                }
            }
        }
    }
}
