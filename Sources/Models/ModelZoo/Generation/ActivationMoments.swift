import NetworkGraph

// What is predicted for every value of a zoo network: mean and variance of each channel over inputs and positions, and
// one range for all elements. The rules, with n = C·K weights a filter (C channels of K taps):
//
// - Network input: ImageNet-normalised, mean 0, variance 1, range −2.12...2.64.
// - Linear layer: weights are random, so outputs add up independent terms. With v the mean over inputs of
//   variance + (mean − m)², m the mean of the input means, and k of the K taps inside the image at a position,
//       variance = (squares/K)·(k·v + m²·(k − k²/K)), averaged over positions,
//   squares being the filter's sum of squares. The second term is what zero padding leaves of the common mean m. The
//   mean is the bias, plus m·(filter sum)·k/K unless filters are centred.
// - Batch normalization: exact, channel by channel.
// - ReLU and clip: moments of a clipped normal variable; behind a residual sum, see `GaussianMoments.rectifiedSum`.
// - Addition: independent terms. Concatenation, split and shuffle move channels.
// - Pooling: neighbours are correlated, so a window of K counts as fewer independent elements: √K for a mean, about
//   (K + 1)/2 for a maximum of normal variables.
// - Bilinear resize: a mean of four neighbours; averaged over their weights, independent ones would leave 4/9 of the
//   variance and equal ones all of it, so two thirds are taken.
//
// Ranges are mean ± 4 standard deviations over all channels, within what the operator allows of its input's range.

/// Moments and range of one value.
struct ActivationMoments {
    /// Mean and variance, per channel.
    var channels: [Moments]
    /// Where elements are expected.
    var range: ClosedRange<Double>
    /// Behind a ReLU, the moments before it.
    var unrectified: [Moments]?

    /// How many standard deviations a range reaches from the mean.
    static let reach = 4.0

    /// Mean before an activation, in standard deviations, wherever a shift or bias can set it.
    ///
    /// Around 0, ReLU would discard half of every signal but not of the errors riding on it: each layer would raise an
    /// error's share by 1/(1 − 1/π) = 1.47 in variance (arXiv 1611.01232 calls such networks chaotic), and forty layers
    /// would turn one rounding into another answer. Around 1 the factor is 1.12.
    static let preActivationShift = 1.0

    /// The network's input after ImageNet's normalisation: 0 and 1 before it are the extremes of the range.
    static func normalizedImage(channels: Int) -> ActivationMoments {
        ActivationMoments(
            channels: Array(repeating: Moments(mean: 0, variance: 1), count: channels),
            range: -2.12...2.64
        )
    }

    /// Makes moments with the range they suggest, within a limit.
    init(channels: [Moments], within limit: ClosedRange<Double> = -Double.infinity...Double.infinity) {
        var lower = Double.infinity
        var upper = -Double.infinity
        for channel in channels {
            let reach = Self.reach * channel.variance.squareRoot()
            lower = min(lower, channel.mean - reach)
            upper = max(upper, channel.mean + reach)
        }
        self.init(channels: channels, range: (lower...upper).clamped(to: limit))
    }

    init(channels: [Moments], range: ClosedRange<Double>, unrectified: [Moments]? = nil) {
        self.channels = channels
        self.range = range
        self.unrectified = unrectified
    }

    /// Mean over some channels of the means, and of the squared distance of elements from it.
    func pooled(_ selection: Range<Int>) -> Moments {
        let count = Double(selection.count)
        let mean = channels[selection].reduce(0) { $0 + $1.mean } / count
        let variance = channels[selection].reduce(0) { sum, channel in
            let distance = channel.mean - mean
            return sum + channel.variance + distance * distance
        }
        return Moments(mean: mean, variance: variance / count)
    }

    func activated(by activation: Activation) -> ActivationMoments {
        let (lower, upper): (Double, Double) =
            switch activation {
            case .relu: (0, .infinity)
            case .clip(let lower, let upper): (Double(lower), Double(upper))
            }
        return ActivationMoments(
            channels: channels.map { GaussianMoments.clipped($0, lower: lower, upper: upper) },
            range: range.clamped(to: lower...upper),
            unrectified: activation == .relu ? channels : nil
        )
    }

    static func + (left: ActivationMoments, right: ActivationMoments) -> ActivationMoments {
        let sums = zip(left.channels, right.channels).map { left, right in
            Moments(mean: left.mean + right.mean, variance: left.variance + right.variance)
        }
        let lower = left.range.lowerBound + right.range.lowerBound
        return ActivationMoments(channels: sums, within: lower...(left.range.upperBound + right.range.upperBound))
    }

    /// Of max(shortcut + branch, 0), the end of a residual block.
    static func rectifiedSum(shortcut: ActivationMoments, branch: ActivationMoments) -> ActivationMoments {
        let sum = shortcut + branch
        // A projected shortcut is as good as normal.
        guard shortcut.range.lowerBound >= 0 else { return sum.activated(by: .relu) }
        let channels = zip(shortcut.channels, branch.channels).map(GaussianMoments.rectifiedSum)
        return ActivationMoments(channels: channels, within: 0...max(0, sum.range.upperBound))
    }

    func averaged(over elementCount: Int) -> ActivationMoments {
        let independent = Double(elementCount).squareRoot()
        return ActivationMoments(
            channels: channels.map { Moments(mean: $0.mean, variance: $0.variance / independent) },
            within: range
        )
    }

    /// Bilinear interpolation; of a single element it repeats that element.
    func interpolated(isConstant: Bool) -> ActivationMoments {
        guard !isConstant else { return self }
        return ActivationMoments(
            channels: channels.map { Moments(mean: $0.mean, variance: $0.variance * 2 / 3) },
            range: range
        )
    }

    /// Windowed maximum; of rectified values, it is the maximum of what they were, rectified.
    func maximum(over elementCount: Int) -> ActivationMoments {
        // Mean and variance of the largest of k standard normal variables: k = 3 for a window of 2x2, 5 for 3x3.
        let (rise, factor) = elementCount < 9 ? (0.846_284, 0.559_467) : (1.162_964, 0.447_534)
        let maxima = (unrectified ?? channels).map { channel in
            Moments(mean: channel.mean + rise * channel.variance.squareRoot(), variance: factor * channel.variance)
        }
        let result = ActivationMoments(channels: maxima, range: range)
        return unrectified == nil ? result : result.activated(by: .relu)
    }

    static func joined(_ parts: [ActivationMoments]) -> ActivationMoments {
        let lower = parts.reduce(Double.infinity) { min($0, $1.range.lowerBound) }
        let upper = parts.reduce(-Double.infinity) { max($0, $1.range.upperBound) }
        let unrectified = parts.compactMap(\.unrectified)
        return ActivationMoments(
            channels: parts.flatMap(\.channels),
            range: lower...upper,
            unrectified: unrectified.count == parts.count ? unrectified.flatMap(\.self) : nil
        )
    }

    /// Some of the channels, with the whole value's range.
    func part(_ selection: Range<Int>) -> ActivationMoments {
        ActivationMoments(channels: Array(channels[selection]), range: range)
    }

    func shuffled(groups: Int) -> ActivationMoments {
        let size = channels.count / groups
        let order = (0..<size).flatMap { position in (0..<groups).map { $0 * size + position } }
        return ActivationMoments(channels: order.map { channels[$0] }, range: range)
    }
}
