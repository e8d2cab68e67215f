// swift-format-ignore-file: AlwaysUseLowerCamelCase

internal import CArmIntrinsics

/// Multiplies in registers only, 16 independent `usmmla`: the most this core can do.
///
/// - Parameter iterations: How often; 16 · 32 multiply-accumulates each.
/// - Returns: A value that depends on every sum, so that none is optimised away.
public func usmmla_peak__neoni8mm(_ iterations: Int) -> Int32 {
    let one = vdupq_n_s32(1)
    let weights = vdupq_n_s8(3)
    var (a0, a1, a2, a3) = (one, one, one, one)
    var (b0, b1, b2, b3) = (one, one, one, one)
    var (c0, c1, c2, c3) = (one, one, one, one)
    var (d0, d1, d2, d3) = (one, one, one, one)
    var left = iterations
    while left > 0 {
        // Multiplying the sums themselves keeps the products from being computed once and for all.
        a0 = edgeprof_usmmla(a0, vreinterpretq_u8_s32(a0), weights)
        a1 = edgeprof_usmmla(a1, vreinterpretq_u8_s32(a1), weights)
        a2 = edgeprof_usmmla(a2, vreinterpretq_u8_s32(a2), weights)
        a3 = edgeprof_usmmla(a3, vreinterpretq_u8_s32(a3), weights)
        b0 = edgeprof_usmmla(b0, vreinterpretq_u8_s32(b0), weights)
        b1 = edgeprof_usmmla(b1, vreinterpretq_u8_s32(b1), weights)
        b2 = edgeprof_usmmla(b2, vreinterpretq_u8_s32(b2), weights)
        b3 = edgeprof_usmmla(b3, vreinterpretq_u8_s32(b3), weights)
        c0 = edgeprof_usmmla(c0, vreinterpretq_u8_s32(c0), weights)
        c1 = edgeprof_usmmla(c1, vreinterpretq_u8_s32(c1), weights)
        c2 = edgeprof_usmmla(c2, vreinterpretq_u8_s32(c2), weights)
        c3 = edgeprof_usmmla(c3, vreinterpretq_u8_s32(c3), weights)
        d0 = edgeprof_usmmla(d0, vreinterpretq_u8_s32(d0), weights)
        d1 = edgeprof_usmmla(d1, vreinterpretq_u8_s32(d1), weights)
        d2 = edgeprof_usmmla(d2, vreinterpretq_u8_s32(d2), weights)
        d3 = edgeprof_usmmla(d3, vreinterpretq_u8_s32(d3), weights)
        left &-= 1
    }
    let a = vaddq_s32(vaddq_s32(a0, a1), vaddq_s32(a2, a3))
    let b = vaddq_s32(vaddq_s32(b0, b1), vaddq_s32(b2, b3))
    let c = vaddq_s32(vaddq_s32(c0, c1), vaddq_s32(c2, c3))
    let d = vaddq_s32(vaddq_s32(d0, d1), vaddq_s32(d2, d3))
    return vaddvq_s32(vaddq_s32(vaddq_s32(a, b), vaddq_s32(c, d)))
}
