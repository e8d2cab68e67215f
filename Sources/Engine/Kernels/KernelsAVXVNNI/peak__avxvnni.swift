// swift-format-ignore-file: AlwaysUseLowerCamelCase
internal import CX86Intrinsics

/// Multiplies in registers only, 12 independent `vpdpbusd` ymm: the most this core can do.
///
/// - Parameter iterations: How often; 12 · 32 multiply-accumulates each.
/// - Returns: A value that depends on every sum, so that none is optimised away.
public func vpdpbusd_peak__avxvnni(_ iterations: Int) -> Int32 {
    let w = _mm256_set1_epi8(1)
    var (a0, a1, a2, a3, a4, a5) = (w, w, w, w, w, w)
    var (b0, b1, b2, b3, b4, b5) = (w, w, w, w, w, w)
    var left = iterations
    while left > 0 {
        a0 = edgeprof_mm256_dpbusd_avx_epi32(a0, w, w)
        a1 = edgeprof_mm256_dpbusd_avx_epi32(a1, w, w)
        a2 = edgeprof_mm256_dpbusd_avx_epi32(a2, w, w)
        a3 = edgeprof_mm256_dpbusd_avx_epi32(a3, w, w)
        a4 = edgeprof_mm256_dpbusd_avx_epi32(a4, w, w)
        a5 = edgeprof_mm256_dpbusd_avx_epi32(a5, w, w)
        b0 = edgeprof_mm256_dpbusd_avx_epi32(b0, w, w)
        b1 = edgeprof_mm256_dpbusd_avx_epi32(b1, w, w)
        b2 = edgeprof_mm256_dpbusd_avx_epi32(b2, w, w)
        b3 = edgeprof_mm256_dpbusd_avx_epi32(b3, w, w)
        b4 = edgeprof_mm256_dpbusd_avx_epi32(b4, w, w)
        b5 = edgeprof_mm256_dpbusd_avx_epi32(b5, w, w)
        left &-= 1
    }
    let sums = a0 &+ a1 &+ a2 &+ a3 &+ a4 &+ a5 &+ b0 &+ b1 &+ b2 &+ b3 &+ b4 &+ b5
    return Int32(truncatingIfNeeded: sums[0] &+ sums[1] &+ sums[2] &+ sums[3])
}
