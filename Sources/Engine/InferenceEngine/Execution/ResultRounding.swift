import KernelInterface

/// The last lines of KernelInterface/Requantization.swift for steps without a kernel of their own.
struct ResultRounding {
    private let low, high: Float
    private let offset: Int32
    /// 2²³ + 2²², whose unit in the last place is 1: adding it rounds half to even.
    private static let bias: Float = 12_582_912

    init(_ quantization: OutputQuantization) {
        low = Float(quantization.lowest &- quantization.zeroPoint)
        high = Float(quantization.highest &- quantization.zeroPoint)
        offset = Int32(bitPattern: Self.bias.bitPattern) &- quantization.zeroPoint
    }

    /// The stored integer of a real number of output steps; not-a-number becomes the lowest.
    @inline(__always)
    func store(_ real: Float) -> UInt8 {
        let raised = real > low ? real : low
        let clamped = raised < high ? raised : high
        return UInt8(truncatingIfNeeded: Int32(bitPattern: (clamped + Self.bias).bitPattern) &- offset)
    }
}
