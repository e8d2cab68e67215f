// swift-format-ignore-file: AlwaysUseLowerCamelCase

internal import CX86Intrinsics

/// Reads memory and nothing else, 8 vectors an iteration: the most this core can take in from where the memory lies.
///
/// - Parameters:
///   - base: First byte, on a cache line's boundary.
///   - bytes: How many, a multiple of 512.
///   - passes: How often.
/// - Returns: A value that depends on every byte, so that no load is optimised away.
public func load_bandwidth__avx2(_ base: UnsafeRawPointer, _ bytes: Int, _ passes: Int) -> Int32 {
    let zero = _mm256_setzero_si256()
    var (a0, a1, a2, a3, a4, a5, a6, a7) = (zero, zero, zero, zero, zero, zero, zero, zero)
    let end = base + bytes
    var left = passes
    while left > 0 {
        var place = base
        while place < end {
            let vectors = place.assumingMemoryBound(to: __m256i_u.self)
            a0 = _mm256_add_epi32(a0, _mm256_loadu_si256(vectors))
            a1 = _mm256_add_epi32(a1, _mm256_loadu_si256(vectors + 1))
            a2 = _mm256_add_epi32(a2, _mm256_loadu_si256(vectors + 2))
            a3 = _mm256_add_epi32(a3, _mm256_loadu_si256(vectors + 3))
            a4 = _mm256_add_epi32(a4, _mm256_loadu_si256(vectors + 4))
            a5 = _mm256_add_epi32(a5, _mm256_loadu_si256(vectors + 5))
            a6 = _mm256_add_epi32(a6, _mm256_loadu_si256(vectors + 6))
            a7 = _mm256_add_epi32(a7, _mm256_loadu_si256(vectors + 7))
            place += 256
        }
        left &-= 1
    }
    let low = _mm256_add_epi32(_mm256_add_epi32(a0, a1), _mm256_add_epi32(a2, a3))
    let high = _mm256_add_epi32(_mm256_add_epi32(a4, a5), _mm256_add_epi32(a6, a7))
    let sum = _mm256_add_epi32(low, high)
    return Int32(truncatingIfNeeded: sum[0] ^ sum[0] >> 32 ^ sum[1] ^ sum[1] >> 32)
        ^ Int32(truncatingIfNeeded: sum[2] ^ sum[2] >> 32 ^ sum[3] ^ sum[3] >> 32)
}
