// swift-format-ignore-file: AlwaysUseLowerCamelCase

internal import CX86Intrinsics

/// Multiplies in registers only, 12 independent `vpmaddwd` with the `vpaddd` each needs: the most this core can do.
///
/// - Parameter iterations: How often; 12 · 16 multiply-accumulates each.
/// - Returns: A value that depends on every sum, so that none is optimised away.
public func vpmaddwd_peak__avx2(_ iterations: Int) -> Int32 {
    let w = _mm256_set1_epi8(1)
    var (a0, a1, a2, a3, a4, a5) = (w, w, w, w, w, w)
    var (b0, b1, b2, b3, b4, b5) = (w, w, w, w, w, w)
    var left = iterations
    while left > 0 {
        // Multiplying the sums themselves keeps the products from being computed once and for all.
        a0 = _mm256_add_epi32(a0, _mm256_madd_epi16(a0, w))
        a1 = _mm256_add_epi32(a1, _mm256_madd_epi16(a1, w))
        a2 = _mm256_add_epi32(a2, _mm256_madd_epi16(a2, w))
        a3 = _mm256_add_epi32(a3, _mm256_madd_epi16(a3, w))
        a4 = _mm256_add_epi32(a4, _mm256_madd_epi16(a4, w))
        a5 = _mm256_add_epi32(a5, _mm256_madd_epi16(a5, w))
        b0 = _mm256_add_epi32(b0, _mm256_madd_epi16(b0, w))
        b1 = _mm256_add_epi32(b1, _mm256_madd_epi16(b1, w))
        b2 = _mm256_add_epi32(b2, _mm256_madd_epi16(b2, w))
        b3 = _mm256_add_epi32(b3, _mm256_madd_epi16(b3, w))
        b4 = _mm256_add_epi32(b4, _mm256_madd_epi16(b4, w))
        b5 = _mm256_add_epi32(b5, _mm256_madd_epi16(b5, w))
        left &-= 1
    }
    let sums = a0 &+ a1 &+ a2 &+ a3 &+ a4 &+ a5 &+ b0 &+ b1 &+ b2 &+ b3 &+ b4 &+ b5
    return Int32(truncatingIfNeeded: sums[0] &+ sums[1] &+ sums[2] &+ sums[3])
}
