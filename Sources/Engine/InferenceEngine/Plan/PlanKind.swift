/// How closely a plan follows the network's own operators.
public enum PlanKind: UInt32, Hashable, Sendable, CaseIterable {
    /// Operator by operator: each value is requantized to its own parameters and concatenations copy.
    case naive = 0
    /// Residual sums in the convolution's epilogue, concatenations and splits as views of one buffer, DenseNet's
    /// per-channel affine maps in the packing of the convolution that reads them.
    case fused = 1

    /// `naive` or `fused`.
    public var name: String {
        switch self {
        case .naive: "naive"
        case .fused: "fused"
        }
    }
}
