// swift-format-ignore-file: AlwaysUseLowerCamelCase

internal import CArmIntrinsics
public import KernelInterface

/// Maximum over taps, clamped, 16 channels at once.
///
/// - Parameter arguments: The operands.
public func u8_maxpool_c16__neon(_ arguments: UnsafePointer<PoolArguments>) {
    let a = arguments.pointee
    precondition(a.tapCount >= 1 && a.channels >= 1, "taps and channels exist")
    let lowest = vdupq_n_u8(UInt8(truncatingIfNeeded: a.quantization.lowest))
    let highest = vdupq_n_u8(UInt8(truncatingIfNeeded: a.quantization.highest))
    var pixel = 0
    while pixel < a.pixels {
        let taps = a.taps + pixel &* a.tapCount
        let output = UnsafeMutableRawPointer(a.output + pixel &* a.outputPixelStride)
        var channel = 0
        while channel < a.channels {
            var largest = lowest
            var tap = 0
            while tap < a.tapCount {
                largest = vmaxq_u8(largest, edgeprof_ld1q_u8(taps[tap] + channel))
                tap &+= 1
            }
            store(vminq_u8(largest, highest), output + channel, a.channels &- channel)
            channel &+= 16
        }
        pixel &+= 1
    }
}
