public import NetworkGraph

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

extension UnaryFunction {
    /// The function's value, in double precision.
    public func value(at x: Double) -> Double {
        switch self {
        case .leakyRelu(let slope): x >= 0 ? x : Double(slope) * x
        case .sigmoid: 1 / (1 + exp(-x))
        case .hardSigmoid(let alpha, let beta): max(0, min(1, Double(alpha) * x + Double(beta)))
        case .hardSwish: x * max(0, min(1, x / 6 + 0.5))
        case .tanh: Self.hyperbolicTangent(x)
        }
    }

    // In a function of its own, where the case's name does not hide the library's.
    private static func hyperbolicTangent(_ x: Double) -> Double {
        #if canImport(Glibc)
            Glibc.tanh(x)
        #elseif canImport(Musl)
            Musl.tanh(x)
        #endif
    }
}

extension Requantization {
    /// What a function makes of each engine u8, as a table of 256.
    ///
    /// The argument is the real number an integer stands for, a Float; the function and the division by the output's
    /// scale are computed in Double and rounded to Float once.
    public static func table(
        of function: UnaryFunction,
        from input: QuantizationParameters,
        to output: QuantizationParameters,
        lowest: Int32,
        highest: Int32
    ) -> [UInt8] {
        (0...255).map { (stored: UInt8) in
            let steps = Float(function.value(at: Double(input.real(stored))) / Double(output.scale))
            // Zero times the infinity that an absurd scale makes of an input: all these functions go to zero there.
            return store(
                steps.isNaN ? 0 : steps,
                zeroPoint: output.engineZeroPoint,
                lowest: lowest,
                highest: highest
            )
        }
    }

    /// e^(−inputScale · d) for d in 0…255, what softmax sums: d is an element's distance from its pixel's largest.
    public static func softmaxTable(inputScale: Float) -> [Float] {
        (0..<256).map { Float(exp(-Double(inputScale) * Double($0))) }
    }
}
