/// How far one layer's int8 result is from the float one's, over the samples looked at.
public struct LayerError: Hashable, Sendable {
    /// Name of the node.
    public var name: String
    /// What it computes, for example `convolution`.
    public var operation: String
    /// Shape of its result.
    public var shape: String
    /// The reals its integers reach.
    public var range: ClosedRange<Float>
    /// Signal-to-quantization-noise ratio of its result when the layers before it are int8 too, in dB.
    public var cumulativeDecibels: Double
    /// The same when its inputs are the float ones, rounded: the error this layer alone adds, in dB.
    public var ownDecibels: Double
    /// Share of the layer's own noise that comes from elements beyond the range, 0...1.
    public var clippedShare: Double
    /// Width of the range over the standard deviation of the elements.
    public var rangeOverDeviation: Double
    /// Largest over median extent of the channels.
    public var channelSpread: Double

    /// What may help, empty where the layer is fine.
    public var hint: String {
        guard ownDecibels < 30 else { return "" }
        if clippedShare > 0.5 { return "clipped: raise --percentile or use --method minmax" }
        if rangeOverDeviation > 40 { return "long tails: use --method percentile or entropy" }
        if channelSpread > 8 { return "channels differ in range: equalize their scales before export" }
        if clippedShare == 0, ownDecibels > 20 { return "coarse steps: clamp the values in training (ReLU6)" }
        return "keep this layer's neighbours wide, or train with quantization"
    }
}

/// A ratio of energies in decibels.
///
/// Without any noise it is 120, and so is everything above: float itself has no more.
func decibels(signal: Double, noise: Double) -> Double {
    guard noise > 0 else { return 120 }
    guard signal > 0 else { return 0 }
    return min(10 * logarithm(signal / noise), 120)
}
