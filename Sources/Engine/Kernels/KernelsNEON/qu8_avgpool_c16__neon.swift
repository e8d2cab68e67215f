// swift-format-ignore-file: AlwaysUseLowerCamelCase

internal import CArmIntrinsics
public import KernelInterface

/// Mean over taps, requantized, 16 channels at once.
///
/// - Parameter arguments: The operands, `multipliers` among them; without it nothing is written.
public func qu8_avgpool_c16__neon(_ arguments: UnsafePointer<PoolArguments>) {
    let a = arguments.pointee
    precondition(a.tapCount >= 1 && a.tapCount <= 1 << 22 && a.channels >= 1, "taps and channels exist")
    guard let multipliers = a.multipliers else { return }
    let quantization = outputVectors(a.quantization)
    let start = vreinterpretq_u32_s32(vdupq_n_s32(0 &- Int32(truncatingIfNeeded: a.tapCount) &* a.inputZeroPoint))
    var pixel = 0
    while pixel < a.pixels {
        let taps = a.taps + pixel &* a.tapCount
        let output = UnsafeMutableRawPointer(a.output + pixel &* a.outputPixelStride)
        let multiplier = vdupq_n_f32(multipliers[pixel])
        let same: RealQuad = (r0: multiplier, r1: multiplier, r2: multiplier, r3: multiplier)
        var channel = 0
        while channel < a.channels {
            var (s0, s1, s2, s3) = (start, start, start, start)
            var tap = 0
            while tap < a.tapCount {
                let bytes = edgeprof_ld1q_u8(taps[tap] + channel)
                let low = vmovl_u8(vget_low_u8(bytes))
                let high = vmovl_high_u8(bytes)
                s0 = vaddw_u16(s0, vget_low_u16(low))
                s1 = vaddw_high_u16(s1, low)
                s2 = vaddw_u16(s2, vget_low_u16(high))
                s3 = vaddw_high_u16(s3, high)
                tap &+= 1
            }
            let sums: Quad = (
                v0: vreinterpretq_s32_u32(s0), v1: vreinterpretq_s32_u32(s1), v2: vreinterpretq_s32_u32(s2),
                v3: vreinterpretq_s32_u32(s3)
            )
            store(stored(products(sums, same), quantization), output + channel, a.channels &- channel)
            channel &+= 16
        }
        pixel &+= 1
    }
}
