internal import KernelInterface

/// The output side of a kernel in the form its inner loop uses.
struct Requantizer {
    /// Float(lowest − zeroPoint) and Float(highest − zeroPoint).
    var low, high: Float
    /// 2²³ + 2²², whose unit in the last place is 1: adding it rounds half to even, whatever the processor.
    static let roundingBias: Float = 12_582_912
    /// What is left in the low bits of the biased sum, less this, is the stored integer.
    var offset: Int32

    @inline(__always)
    init(_ quantization: OutputQuantization) {
        low = Float(quantization.lowest &- quantization.zeroPoint)
        high = Float(quantization.highest &- quantization.zeroPoint)
        offset = Int32(bitPattern: Self.roundingBias.bitPattern) &- quantization.zeroPoint
    }

    /// The stored integer of `real`; not-a-number becomes the lowest, as x86's `maxps` makes it.
    @inline(__always)
    func store(_ real: Float) -> UInt8 {
        let raised = real > low ? real : low
        let clamped = raised < high ? raised : high
        return UInt8(truncatingIfNeeded: Int32(bitPattern: (clamped + Self.roundingBias).bitPattern) &- offset)
    }
}
