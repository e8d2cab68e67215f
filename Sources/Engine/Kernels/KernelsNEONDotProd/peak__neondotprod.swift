// swift-format-ignore-file: AlwaysUseLowerCamelCase

internal import CArmIntrinsics

/// Multiplies in registers only, 16 independent `sdot`: the most this core can do.
///
/// - Parameter iterations: How often; 16 · 16 multiply-accumulates each.
/// - Returns: A value that depends on every sum, so that none is optimised away.
public func sdot_peak__neondotprod(_ iterations: Int) -> Int32 {
    let one = vdupq_n_s32(1)
    let weights = vdupq_n_s8(3)
    var (a0, a1, a2, a3) = (one, one, one, one)
    var (b0, b1, b2, b3) = (one, one, one, one)
    var (c0, c1, c2, c3) = (one, one, one, one)
    var (d0, d1, d2, d3) = (one, one, one, one)
    var left = iterations
    while left > 0 {
        // Multiplying the sums themselves keeps the products from being computed once and for all.
        a0 = edgeprof_dot(a0, weights, vreinterpretq_s8_s32(a0))
        a1 = edgeprof_dot(a1, weights, vreinterpretq_s8_s32(a1))
        a2 = edgeprof_dot(a2, weights, vreinterpretq_s8_s32(a2))
        a3 = edgeprof_dot(a3, weights, vreinterpretq_s8_s32(a3))
        b0 = edgeprof_dot(b0, weights, vreinterpretq_s8_s32(b0))
        b1 = edgeprof_dot(b1, weights, vreinterpretq_s8_s32(b1))
        b2 = edgeprof_dot(b2, weights, vreinterpretq_s8_s32(b2))
        b3 = edgeprof_dot(b3, weights, vreinterpretq_s8_s32(b3))
        c0 = edgeprof_dot(c0, weights, vreinterpretq_s8_s32(c0))
        c1 = edgeprof_dot(c1, weights, vreinterpretq_s8_s32(c1))
        c2 = edgeprof_dot(c2, weights, vreinterpretq_s8_s32(c2))
        c3 = edgeprof_dot(c3, weights, vreinterpretq_s8_s32(c3))
        d0 = edgeprof_dot(d0, weights, vreinterpretq_s8_s32(d0))
        d1 = edgeprof_dot(d1, weights, vreinterpretq_s8_s32(d1))
        d2 = edgeprof_dot(d2, weights, vreinterpretq_s8_s32(d2))
        d3 = edgeprof_dot(d3, weights, vreinterpretq_s8_s32(d3))
        left &-= 1
    }
    let a = vaddq_s32(vaddq_s32(a0, a1), vaddq_s32(a2, a3))
    let b = vaddq_s32(vaddq_s32(b0, b1), vaddq_s32(b2, b3))
    let c = vaddq_s32(vaddq_s32(c0, c1), vaddq_s32(c2, c3))
    let d = vaddq_s32(vaddq_s32(d0, d1), vaddq_s32(d2, d3))
    return vaddvq_s32(vaddq_s32(vaddq_s32(a, b), vaddq_s32(c, d)))
}
