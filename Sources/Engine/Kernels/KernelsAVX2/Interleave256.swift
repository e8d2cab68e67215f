internal import CX86Intrinsics
internal import KernelInterface

/// Puts two rows' elements side by side in 16 bits, a pair for each channel, as `vpmaddwd` multiplies them.
///
/// Vector i's 128-bit lane l holds channels 16·l + 4·i ..< 16·l + 4·i + 4: `stored` undoes this order.
/// `highA` and `highB` are the upper bytes: zero for u8, the signs for s8.
@_transparent
func interleaved(_ a: __m256i, _ highA: __m256i, _ b: __m256i, _ highB: __m256i) -> Quad {
    let lowA = _mm256_unpacklo_epi8(a, highA)
    let upperA = _mm256_unpackhi_epi8(a, highA)
    let lowB = _mm256_unpacklo_epi8(b, highB)
    let upperB = _mm256_unpackhi_epi8(b, highB)
    return (
        v0: _mm256_unpacklo_epi16(lowA, lowB),
        v1: _mm256_unpackhi_epi16(lowA, lowB),
        v2: _mm256_unpacklo_epi16(upperA, upperB),
        v3: _mm256_unpackhi_epi16(upperA, upperB)
    )
}
