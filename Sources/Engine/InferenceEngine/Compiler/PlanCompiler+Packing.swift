import KernelInterface
import NetworkGraph
import Quantization

extension PlanCompiler {
    /// Elements that per-channel constants are padded to.
    static var channelPadding: Int { 64 }

    /// Packs a convolution or fully connected layer for the matrix product, group after group.
    ///
    /// k runs over taps and channels in the order that the lowering lays them out.
    mutating func pack(_ layer: MatrixLayer, _ node: LoweredNode, into step: inout PlanStep) {
        let input = network.values[node.inputs[0]]
        let output = network.values[node.outputs[0]]
        step.kind = layer.kind
        step.window = layer.window
        step.groups = layer.groups
        step.lowering = lowering(of: layer, node)
        setBounds(&step, layer.activation, output)
        let source = layer.prologue?.result ?? input.quantization
        if let prologue = layer.prologue {
            let packed = pack(prologue.map, of: node.inputs[0], result: prologue.result)
            let bounds = prologue.result.storedBounds(of: prologue.map.activation)
            step.prologue = AffinePrologue(
                multipliers: packed.multipliers,
                offsets: packed.offsets,
                inputZeroPoint: packed.inputZeroPoint,
                zeroPoint: prologue.result.engineZeroPoint,
                lowest: bounds.lowest,
                highest: bounds.highest
            )
        }
        if let residual = layer.residual {
            step.second = tensor(residual.value)
            step.secondMultiplier = Requantization.multiplier(
                inputScale: network.values[residual.value].quantization.scale,
                outputScale: output.quantization.scale
            )
            step.inputMultiplier = Requantization.multiplier(
                inputScale: residual.product.scale,
                outputScale: output.quantization.scale
            )
            step.affineZeroPoint = residual.product.engineZeroPoint
        }
        let geometry = GemmGeometry(layer, kernels.gemm)
        let constants = constants(layer, source: source, output: output.quantization, geometry.depth)
        let positions = Self.tapPositions(layer.window, step.lowering)
        step.weights = blob.append(count: geometry.weightBytes * layer.groups, of: Int8.self) { room in
            layer.weights.withUnsafeBufferPointer { weights in
                for group in 0..<layer.groups {
                    geometry.pack(weights, group: group, tapPositions: positions, into: room)
                }
            }
        }
        let padded = geometry.paddedColumns
        step.bias = blob.append(count: padded * layer.groups, of: Int32.self) { room in
            for row in constants.bias.indices { room[geometry.paddedIndex(row)] = constants.bias[row] }
        }
        step.multipliers = blob.append(count: padded * layer.groups, of: Float.self) { room in
            for row in constants.bias.indices { room[geometry.paddedIndex(row)] = constants.multipliers[row] }
        }
    }

    /// How a layer reads its input.
    ///
    /// Copying windows costs some 4 to 8 cycles an output whatever its channels, so where these are few, windows are
    /// not copied one by one but as strips, a third of the bytes for 3x3. Strips are multiplied line by line: lines
    /// must fill the kernel's tile.
    private func lowering(of layer: MatrixLayer, _ node: LoweredNode) -> Lowering {
        let input = network.values[node.inputs[0]]
        let output = network.values[node.outputs[0]].shape
        let (root, _) = network.place(of: node.inputs[0])
        let isContiguous = network.values[root].channels == input.channels
        let window = layer.window
        if layer.isPointwise
            || window.isWhole(height: input.shape.height, width: input.shape.width) && layer.groups == 1 && isContiguous
        {
            return .inPlace
        }
        let isStrip =
            window.elementCount > 1 && window.dilationWidth == 1 && output.width >= 12
            && output.channels / layer.groups <= 192
        return isStrip ? .strips : .windows
    }

    /// Each tap's place in the order that depth runs in.
    private static func tapPositions(_ window: Window, _ lowering: Lowering) -> [Int] {
        (0..<window.elementCount).map { tap in
            lowering == .strips ? tap % window.kernelWidth * window.kernelHeight + tap / window.kernelWidth : tap
        }
    }

    /// Packs a depthwise convolution: [taps][channels padded].
    mutating func packDepthwise(_ layer: MatrixLayer, _ node: LoweredNode, into step: inout PlanStep) {
        let input = network.values[node.inputs[0]]
        let output = network.values[node.outputs[0]]
        step.kind = .depthwiseConvolution
        step.window = layer.window
        step.groups = layer.groups
        setBounds(&step, layer.activation, output)
        let taps = layer.window.elementCount
        let channels = layer.groups
        let padded = channels.rounded(upTo: KernelLimits.overread)
        let constants = constants(layer, source: input.quantization, output: output.quantization, taps)
        step.weights = blob.append(count: taps * padded, of: Int8.self) { room in
            for channel in 0..<channels {
                for tap in 0..<taps { room[tap * padded + channel] = layer.weights[channel * taps + tap] }
            }
        }
        step.bias = blob.append(constants.bias, paddedTo: KernelLimits.overread)
        step.multipliers = blob.append(constants.multipliers, paddedTo: KernelLimits.overread)
    }

    /// Per output: the bias less inputZeroPoint · Σ weights, and the multiplier.
    private func constants(
        _ layer: MatrixLayer,
        source: QuantizationParameters,
        output: QuantizationParameters,
        _ depth: Int
    ) -> (bias: [Int32], multipliers: [Float]) {
        let zeroPoint = source.engineZeroPoint
        let bias = layer.weights.withUnsafeBufferPointer { weights in
            layer.bias.indices.map { row in
                var sum: Int32 = 0
                for weight in UnsafeBufferPointer(rebasing: weights[(row * depth)..<((row + 1) * depth)]) {
                    sum &+= Int32(weight)
                }
                // The network's validation has shown that this fits, so it may wrap on the way.
                return layer.bias[row] &- zeroPoint &* sum
            }
        }
        let multipliers = layer.weightScales.map {
            Requantization.multiplier(inputScale: source.scale, weightScale: $0, outputScale: output.scale)
        }
        return (bias, multipliers)
    }

    /// Packs a per-channel affine map of a value, whose parts' parameters it absorbs where it has parts.
    mutating func pack(
        _ map: ChannelMap,
        of value: Int,
        result: QuantizationParameters
    ) -> (multipliers: Int, offsets: Int, inputZeroPoint: Int32) {
        var multipliers: [Float] = []
        var addends: [Float] = []
        func append(_ channel: Int, scale: Float, zeroPoint: Int32) {
            multipliers.append(
                Requantization.multiplier(
                    inputScale: scale,
                    weightScale: map.multipliers[channel],
                    outputScale: result.scale
                )
            )
            // With zero points per channel, the kernel's own is 0 and theirs move into the addends.
            let moved = Double(map.multipliers[channel]) * Double(scale) * Double(zeroPoint)
            addends.append(Float((Double(map.offsets[channel]) - moved) / Double(result.scale)))
        }
        let lowered = network.values[value]
        if let parts = lowered.parts {
            for part in parts {
                let own = network.values[part].quantization
                for _ in 0..<network.values[part].channels {
                    append(multipliers.count, scale: own.scale, zeroPoint: own.engineZeroPoint)
                }
            }
        } else {
            for channel in 0..<lowered.channels { append(channel, scale: lowered.quantization.scale, zeroPoint: 0) }
        }
        return (
            blob.append(multipliers, paddedTo: Self.channelPadding),
            blob.append(addends, paddedTo: Self.channelPadding),
            lowered.parts == nil ? lowered.quantization.engineZeroPoint : 0
        )
    }

    /// One multiplier per pixel of an image: the mean counts only what the padding rule says.
    mutating func packMeans(
        _ window: Window,
        _ countIncludesPadding: Bool,
        _ node: LoweredNode,
        into step: inout PlanStep
    ) {
        let input = network.values[node.inputs[0]]
        let output = network.values[node.outputs[0]]
        setBounds(&step, nil, output)
        let taps = WindowTaps(window, height: input.shape.height, width: input.shape.width)
        var multipliers: [Float] = []
        for row in 0..<output.shape.height {
            for column in 0..<output.shape.width {
                multipliers.append(
                    Requantization.meanMultiplier(
                        inputScale: input.quantization.scale,
                        outputScale: output.quantization.scale,
                        count: taps.count(row: row, column: column, includingPadding: countIncludesPadding)
                    )
                )
            }
        }
        step.multipliers = blob.append(multipliers)
    }
}
