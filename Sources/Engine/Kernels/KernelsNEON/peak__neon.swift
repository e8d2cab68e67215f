// swift-format-ignore-file: AlwaysUseLowerCamelCase

internal import CArmIntrinsics

/// Multiplies in registers only, 16 independent `smlal`: the most this core can do.
///
/// - Parameter iterations: How often; 16 · 4 multiply-accumulates each.
/// - Returns: A value that depends on every sum, so that none is optimised away.
public func smlal_peak__neon(_ iterations: Int) -> Int32 {
    let one = vdupq_n_s32(1)
    let weights = vdup_n_s16(3)
    var (a0, a1, a2, a3) = (one, one, one, one)
    var (b0, b1, b2, b3) = (one, one, one, one)
    var (c0, c1, c2, c3) = (one, one, one, one)
    var (d0, d1, d2, d3) = (one, one, one, one)
    var left = iterations
    while left > 0 {
        // Multiplying the sums themselves keeps the products from being computed once and for all.
        a0 = vmlal_s16(a0, vget_low_s16(vreinterpretq_s16_s32(a0)), weights)
        a1 = vmlal_s16(a1, vget_low_s16(vreinterpretq_s16_s32(a1)), weights)
        a2 = vmlal_s16(a2, vget_low_s16(vreinterpretq_s16_s32(a2)), weights)
        a3 = vmlal_s16(a3, vget_low_s16(vreinterpretq_s16_s32(a3)), weights)
        b0 = vmlal_s16(b0, vget_low_s16(vreinterpretq_s16_s32(b0)), weights)
        b1 = vmlal_s16(b1, vget_low_s16(vreinterpretq_s16_s32(b1)), weights)
        b2 = vmlal_s16(b2, vget_low_s16(vreinterpretq_s16_s32(b2)), weights)
        b3 = vmlal_s16(b3, vget_low_s16(vreinterpretq_s16_s32(b3)), weights)
        c0 = vmlal_s16(c0, vget_low_s16(vreinterpretq_s16_s32(c0)), weights)
        c1 = vmlal_s16(c1, vget_low_s16(vreinterpretq_s16_s32(c1)), weights)
        c2 = vmlal_s16(c2, vget_low_s16(vreinterpretq_s16_s32(c2)), weights)
        c3 = vmlal_s16(c3, vget_low_s16(vreinterpretq_s16_s32(c3)), weights)
        d0 = vmlal_s16(d0, vget_low_s16(vreinterpretq_s16_s32(d0)), weights)
        d1 = vmlal_s16(d1, vget_low_s16(vreinterpretq_s16_s32(d1)), weights)
        d2 = vmlal_s16(d2, vget_low_s16(vreinterpretq_s16_s32(d2)), weights)
        d3 = vmlal_s16(d3, vget_low_s16(vreinterpretq_s16_s32(d3)), weights)
        left &-= 1
    }
    let a = vaddq_s32(vaddq_s32(a0, a1), vaddq_s32(a2, a3))
    let b = vaddq_s32(vaddq_s32(b0, b1), vaddq_s32(b2, b3))
    let c = vaddq_s32(vaddq_s32(c0, c1), vaddq_s32(c2, c3))
    let d = vaddq_s32(vaddq_s32(d0, d1), vaddq_s32(d2, d3))
    return vaddvq_s32(vaddq_s32(vaddq_s32(a, b), vaddq_s32(c, d)))
}
