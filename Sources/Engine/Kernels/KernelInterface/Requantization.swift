// The one arithmetic every kernel ends in, the same on every instruction set, bit for bit:
//
//   real    = Float(accumulator) · multiplier            (one IEEE-754 single multiplication)
//   real    = min(max(real, productLowest), productHighest)   (a matrix product with a residual only)
//   real    = real + addend                              (where there is one; a separate addition, never fused)
//   real    = min(max(real, Float(lowest − zeroPoint)), Float(highest − zeroPoint))
//   stored  = UInt8(roundHalfToEven(real) + zeroPoint)
//
// Float(Int32) rounds to nearest, ties to even. Results are as if the clamp came before the conversion, so that the
// instruction sets' different overflow results never show. x86's products clamp on one side, or both, behind it: there an
// overflow or not-a-number converts to Int32.min, which the lower clamp catches. arm64 converts otherwise and clamps first.
// Multipliers are finite.

/// The output side of a kernel: where the real result lands on the output's integer scale.
public struct OutputQuantization: Sendable {
    /// The stored integer that means 0.
    public var zeroPoint: Int32
    /// Smallest stored result, 0...255: the activation's lower bound.
    public var lowest: Int32
    /// Largest stored result, 0...255: the activation's upper bound.
    public var highest: Int32

    /// Makes an output quantization; bounds are in 0...255 and ordered.
    public init(zeroPoint: Int32, lowest: Int32 = 0, highest: Int32 = 255) {
        self.zeroPoint = zeroPoint
        self.lowest = lowest
        self.highest = highest
    }
}
