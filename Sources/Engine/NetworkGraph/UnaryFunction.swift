/// Element-wise functions that are not clamps.
///
/// In an int8 network each is a table of 256 results (docs/kernels.md).
public enum UnaryFunction: Hashable, Sendable {
    /// x where x ≥ 0, slope·x elsewhere.
    case leakyRelu(slope: Float)
    /// 1 / (1 + e^−x)
    case sigmoid
    /// max(0, min(1, alpha·x + beta))
    case hardSigmoid(alpha: Float, beta: Float)
    /// x · max(0, min(1, x/6 + 1/2))
    case hardSwish
    /// Hyperbolic tangent.
    case tanh

    /// Throws unless its constants are numbers.
    func validate(node: String) throws(GraphError) {
        let constants: [Float] =
            switch self {
            case .leakyRelu(let slope): [slope]
            case .hardSigmoid(let alpha, let beta): [alpha, beta]
            case .sigmoid, .hardSwish, .tanh: []
            }
        guard constants.allSatisfy(\.isFinite) else {
            throw GraphError(
                .invalidArgument,
                node: node,
                problem: "\(self) has a constant that is not a finite number",
                remedy: "use finite constants"
            )
        }
    }
}
