// swift-format-ignore-file: AlwaysUseLowerCamelCase

internal import CX86Intrinsics

/// Multiplies in registers only, 24 independent `vpdpbusd` an iteration: the most this core can do.
///
/// - Parameter iterations: How often; 24 · 64 multiply-accumulates each.
/// - Returns: A value that depends on every sum, so that none is optimised away.
public func vpdpbusd_peak__avx512vnni(_ iterations: Int) -> Int32 {
    let x = _mm512_set1_epi8(3)
    let w = _mm512_set1_epi8(1)
    var (a0, a1, a2, a3, a4, a5, a6, a7) = (x, x, x, x, x, x, x, x)
    var (b0, b1, b2, b3, b4, b5, b6, b7) = (x, x, x, x, x, x, x, x)
    var (c0, c1, c2, c3, c4, c5, c6, c7) = (x, x, x, x, x, x, x, x)
    var left = iterations
    while left > 0 {
        a0 = _mm512_dpbusd_epi32(a0, x, w)
        a1 = _mm512_dpbusd_epi32(a1, x, w)
        a2 = _mm512_dpbusd_epi32(a2, x, w)
        a3 = _mm512_dpbusd_epi32(a3, x, w)
        a4 = _mm512_dpbusd_epi32(a4, x, w)
        a5 = _mm512_dpbusd_epi32(a5, x, w)
        a6 = _mm512_dpbusd_epi32(a6, x, w)
        a7 = _mm512_dpbusd_epi32(a7, x, w)
        b0 = _mm512_dpbusd_epi32(b0, x, w)
        b1 = _mm512_dpbusd_epi32(b1, x, w)
        b2 = _mm512_dpbusd_epi32(b2, x, w)
        b3 = _mm512_dpbusd_epi32(b3, x, w)
        b4 = _mm512_dpbusd_epi32(b4, x, w)
        b5 = _mm512_dpbusd_epi32(b5, x, w)
        b6 = _mm512_dpbusd_epi32(b6, x, w)
        b7 = _mm512_dpbusd_epi32(b7, x, w)
        c0 = _mm512_dpbusd_epi32(c0, x, w)
        c1 = _mm512_dpbusd_epi32(c1, x, w)
        c2 = _mm512_dpbusd_epi32(c2, x, w)
        c3 = _mm512_dpbusd_epi32(c3, x, w)
        c4 = _mm512_dpbusd_epi32(c4, x, w)
        c5 = _mm512_dpbusd_epi32(c5, x, w)
        c6 = _mm512_dpbusd_epi32(c6, x, w)
        c7 = _mm512_dpbusd_epi32(c7, x, w)
        left &-= 1
    }
    let a = a0 &+ a1 &+ a2 &+ a3 &+ a4 &+ a5 &+ a6 &+ a7
    let b = b0 &+ b1 &+ b2 &+ b3 &+ b4 &+ b5 &+ b6 &+ b7
    let c = c0 &+ c1 &+ c2 &+ c3 &+ c4 &+ c5 &+ c6 &+ c7
    return _mm512_reduce_add_epi32(a &+ b &+ c)
}
