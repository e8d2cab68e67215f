// The real-number side of the integer arithmetic, in one place. Every constant a kernel is handed is computed here,
// in double precision and rounded to Float once, in exactly the order written: the same bits on every machine.
// docs/kernels.md and KernelInterface/Requantization.swift specify what the kernels do with them.

/// Constants and the scalar form of requantization.
public enum Requantization {
    /// The largest magnitude of a multiplier or addend.
    ///
    /// Twice an s32 accumulator times this is far from Float's largest number, so sums never become infinite or NaN.
    public static let largestMultiplier: Float = 0x1p60

    /// Whether a number may be used as multiplier or addend.
    public static func isUsable(_ number: Float) -> Bool {
        number.magnitude <= largestMultiplier
    }

    /// inputScale · weightScale / outputScale: the product is exact in Double, then one division, one rounding to Float.
    public static func multiplier(inputScale: Float, weightScale: Float, outputScale: Float) -> Float {
        Float(Double(inputScale) * Double(weightScale) / Double(outputScale))
    }

    /// inputScale / outputScale, for values moved to another scale.
    public static func multiplier(inputScale: Float, outputScale: Float) -> Float {
        Float(Double(inputScale) / Double(outputScale))
    }

    /// inputScale / (outputScale · count), for means; the product is exact in Double.
    public static func meanMultiplier(inputScale: Float, outputScale: Float, count: Int) -> Float {
        Float(Double(inputScale) / (Double(outputScale) * Double(count)))
    }

    /// offset / outputScale, for per-channel affine maps.
    public static func addend(offset: Float, outputScale: Float) -> Float {
        Float(Double(offset) / Double(outputScale))
    }

    /// The specification's last two lines for one element: clamp, round half to even, add the zero point.
    public static func store(_ real: Float, zeroPoint: Int32, lowest: Int32, highest: Int32) -> UInt8 {
        let clamped = min(max(real, Float(lowest - zeroPoint)), Float(highest - zeroPoint))
        return UInt8(truncatingIfNeeded: Int32(clamped.rounded(.toNearestOrEven)) + zeroPoint)
    }

    /// What each engine u8 of one scale becomes on another, as a table of 256.
    public static func table(
        from input: QuantizationParameters,
        to output: QuantizationParameters,
        lowest: Int32,
        highest: Int32
    ) -> [UInt8] {
        let factor = multiplier(inputScale: input.scale, outputScale: output.scale)
        return (0..<256).map { stored in
            store(
                Float(Int32(stored) - input.engineZeroPoint) * factor,
                zeroPoint: output.engineZeroPoint,
                lowest: lowest,
                highest: highest
            )
        }
    }
}
