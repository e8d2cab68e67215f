internal import CX86Intrinsics
internal import KernelInterface

/// Puts four rows' bytes side by side, a group of four for each channel, as `vpdpbusd` multiplies them.
///
/// Vector i's 128-bit lane l holds channels 16·l + 4·i ..< 16·l + 4·i + 4: `stored` undoes this order.
@_transparent
func interleaved(_ a: __m256i, _ b: __m256i, _ c: __m256i, _ d: __m256i) -> Quad {
    let lowAB = _mm256_unpacklo_epi8(a, b)
    let highAB = _mm256_unpackhi_epi8(a, b)
    let lowCD = _mm256_unpacklo_epi8(c, d)
    let highCD = _mm256_unpackhi_epi8(c, d)
    return (
        v0: _mm256_unpacklo_epi16(lowAB, lowCD),
        v1: _mm256_unpackhi_epi16(lowAB, lowCD),
        v2: _mm256_unpacklo_epi16(highAB, highCD),
        v3: _mm256_unpackhi_epi16(highAB, highCD)
    )
}

/// Sums with the products of u8 and s8, four a lane, added.
@_transparent
func added(_ sums: Quad, _ x: Quad, _ w: Quad) -> Quad {
    (
        v0: edgeprof_mm256_dpbusd_avx_epi32(sums.v0, x.v0, w.v0),
        v1: edgeprof_mm256_dpbusd_avx_epi32(sums.v1, x.v1, w.v1),
        v2: edgeprof_mm256_dpbusd_avx_epi32(sums.v2, x.v2, w.v2),
        v3: edgeprof_mm256_dpbusd_avx_epi32(sums.v3, x.v3, w.v3)
    )
}
