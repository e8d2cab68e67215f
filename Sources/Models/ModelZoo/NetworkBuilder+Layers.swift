import NetworkGraph

/// How a linear layer without batch normalization behind it is scaled; with one, the scale is immaterial.
enum WeightScale {
    /// He's: the squares of a filter's weights sum to 2 (arXiv 1502.01852, equation 10).
    case he
    /// So that outputs are predicted to have this variance, give or take the filter's random amplitude.
    case outputVariance(Double)
}

extension NetworkBuilder {
    /// A convolution.
    ///
    /// Filters are centred (see `WeightRows`) but for depthwise ones, which would lose all that is smooth in an image,
    /// and those of the first layer, whose input has mean 0 already. With `biasShift` there is a bias of that many
    /// predicted standard deviations of the output, give or take 0.1.
    mutating func convolution(
        _ name: String,
        _ input: ValueID,
        outputs: Int,
        _ window: Window,
        groups: Int = 1,
        biasShift: Double? = nil,
        scale: WeightScale = .he,
        isCentred: Bool = true
    ) throws(GraphError) -> ValueID {
        let shape = graph.shape(of: input)
        let weightShape = TensorShape([outputs, shape.channels / groups, window.kernelHeight, window.kernelWidth])
        let layer = linear(
            weightShape,
            over: moments[input.index],
            groups: groups,
            coverage: TapCoverage(window, over: shape),
            biasShift: biasShift,
            scale: scale,
            isCentred: isCentred
        )
        let convolution = Convolution(window: window, groups: groups, weights: layer.weights, bias: layer.bias)
        return try add(.convolution(convolution), name, input, moments: layer.moments)
    }

    /// A depthwise convolution: one 3x3 filter a channel.
    mutating func depthwise(
        _ name: String,
        _ input: ValueID,
        stride: Int,
        dilation: Int = 1
    ) throws(GraphError) -> ValueID {
        let channels = channels(of: input)
        let window = Window(kernel: 3, stride: stride, padding: dilation, dilation: dilation)
        return try convolution(name, input, outputs: channels, window, groups: channels, isCentred: false)
    }

    /// A fully connected layer with bias; for `biasShift` see `convolution`.
    mutating func fullyConnected(
        _ name: String,
        _ input: ValueID,
        outputs: Int,
        outputVariance: Double,
        biasShift: Double = 0
    ) throws(GraphError) -> ValueID {
        let layer = linear(
            TensorShape([outputs, channels(of: input)]),
            over: moments[input.index],
            groups: 1,
            coverage: .full,
            biasShift: biasShift,
            scale: .outputVariance(outputVariance),
            isCentred: true
        )
        let operation = Operation.fullyConnected(FullyConnected(weights: layer.weights, bias: layer.bias))
        return try add(operation, name, input, moments: layer.moments)
    }

    /// Batch normalization whose running moments are the predicted ones.
    ///
    /// Scale is `gain` give or take 20 % from channel to channel, and shift is `gain` times `shift` give or take 0.1: the
    /// mean of what an activation will see, 0 where none follows. A residual branch's last one has a gain below 1, so
    /// that the sum of many branches stays bounded.
    mutating func batchNormalization(
        _ name: String,
        _ input: ValueID,
        gain: Double = 1,
        shift: Double = ActivationMoments.preActivationShift
    ) throws(GraphError) -> ValueID {
        let incoming = moments[input.index]
        let scales = jittered(1, by: 0.2, count: incoming.channels.count).map { $0 * Float(gain) }
        let shifts = jittered(shift, by: 0.1, count: incoming.channels.count).map { $0 * Float(gain) }
        let shape = TensorShape([incoming.channels.count])
        let normalization = BatchNormalization(
            scale: Parameter(shape: shape, elements: scales),
            shift: Parameter(shape: shape, elements: shifts),
            mean: Parameter(shape: shape, elements: incoming.channels.map { Float($0.mean) }),
            variance: Parameter(shape: shape, elements: incoming.channels.map { Float($0.variance) })
        )
        var lower = Double.infinity
        var upper = -Double.infinity
        let channels = incoming.channels.indices.map { channel in
            let before = incoming.channels[channel]
            let factor =
                Double(scales[channel]) / (before.variance + Double(normalization.epsilon)).squareRoot()
            let shift = Double(shifts[channel])
            lower = min(lower, (incoming.range.lowerBound - before.mean) * factor + shift)
            upper = max(upper, (incoming.range.upperBound - before.mean) * factor + shift)
            return Moments(mean: shift, variance: before.variance * factor * factor)
        }
        let predicted = ActivationMoments(channels: channels, within: lower...upper)
        return try add(.batchNormalization(normalization), name, input, moments: predicted)
    }

    /// Numbers spread evenly over centre ± spread.
    private mutating func jittered(_ centre: Double, by spread: Double, count: Int) -> [Float] {
        let source = nextSource()
        return (0..<count).map { Float(centre + spread * source.signedUnit(at: $0)) }
    }

    private mutating func linear(
        _ shape: TensorShape,
        over input: ActivationMoments,
        groups: Int,
        coverage: TapCoverage,
        biasShift: Double?,
        scale: WeightScale,
        isCentred: Bool
    ) -> (weights: Parameter, bias: Parameter?, moments: ActivationMoments) {
        let outputsPerGroup = max(shape.batch / groups, 1)
        let pooled = (0..<groups).map { input.pooled(($0 * shape.channels)..<(($0 + 1) * shape.channels)) }
        /// Output variance where the filter's squares sum to 1.
        let unitVariances = pooled.map { moments in
            let common = moments.mean * moments.mean * (coverage.mean - coverage.meanSquare / coverage.tapCount)
            return (coverage.mean * moments.variance + common) / coverage.tapCount
        }
        let energy: Double =
            switch scale {
            case .he: 2
            case .outputVariance(let variance): variance * Double(groups) / unitVariances.reduce(0, +)
            }
        let rows = WeightRows(
            source: nextSource(),
            rowLength: shape.elementCount / shape.batch,
            energy: energy,
            isCentred: isCentred
        )
        let deviation = (energy * unitVariances.reduce(0, +) / Double(groups)).squareRoot()
        let biases = biasShift.map { jittered($0 * deviation, by: 0.1 * deviation, count: shape.batch) }
        let sums = isCentred ? nil : rows.sums(count: shape.batch)
        let outputs = (0..<shape.batch).map { row in
            let amplitude = rows.amplitude(row: row)
            let group = row / outputsPerGroup
            let share = coverage.mean / coverage.tapCount
            return Moments(
                mean: Double(biases?[row] ?? 0) + (sums?[row] ?? 0) * pooled[group].mean * share,
                variance: amplitude * amplitude * energy * unitVariances[group]
            )
        }
        return (
            Parameter(shape: shape) { row, buffer in rows.fill(row: row, into: buffer) },
            biases.map { Parameter(shape: TensorShape([shape.batch]), elements: $0) },
            ActivationMoments(channels: outputs)
        )
    }
}

extension WeightRows {
    /// The sum of each of the first rows.
    func sums(count: Int) -> [Double] {
        withUnsafeTemporaryAllocation(of: Float.self, capacity: rowLength) { buffer in
            (0..<count).map { row in
                fill(row: row, into: buffer)
                var sum = 0.0
                for weight in buffer { sum += Double(weight) }
                return sum
            }
        }
    }
}
