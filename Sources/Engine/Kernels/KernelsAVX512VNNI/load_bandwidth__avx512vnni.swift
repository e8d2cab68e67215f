// swift-format-ignore-file: AlwaysUseLowerCamelCase

internal import CX86Intrinsics

/// Reads memory and nothing else, 8 vectors an iteration: the most this core can take in from where the memory lies.
///
/// - Parameters:
///   - base: First byte, on a cache line's boundary.
///   - bytes: How many, a multiple of 512.
///   - passes: How often.
/// - Returns: A value that depends on every byte, so that no load is optimised away.
public func load_bandwidth__avx512vnni(_ base: UnsafeRawPointer, _ bytes: Int, _ passes: Int) -> Int32 {
    let zero = _mm512_setzero_si512()
    var (a0, a1, a2, a3, a4, a5, a6, a7) = (zero, zero, zero, zero, zero, zero, zero, zero)
    let end = base + bytes
    var left = passes
    while left > 0 {
        var place = base
        while place < end {
            a0 = _mm512_add_epi32(a0, _mm512_loadu_si512(place))
            a1 = _mm512_add_epi32(a1, _mm512_loadu_si512(place + 64))
            a2 = _mm512_add_epi32(a2, _mm512_loadu_si512(place + 128))
            a3 = _mm512_add_epi32(a3, _mm512_loadu_si512(place + 192))
            a4 = _mm512_add_epi32(a4, _mm512_loadu_si512(place + 256))
            a5 = _mm512_add_epi32(a5, _mm512_loadu_si512(place + 320))
            a6 = _mm512_add_epi32(a6, _mm512_loadu_si512(place + 384))
            a7 = _mm512_add_epi32(a7, _mm512_loadu_si512(place + 448))
            place += 512
        }
        left &-= 1
    }
    let low = _mm512_add_epi32(_mm512_add_epi32(a0, a1), _mm512_add_epi32(a2, a3))
    let high = _mm512_add_epi32(_mm512_add_epi32(a4, a5), _mm512_add_epi32(a6, a7))
    return _mm512_reduce_add_epi32(_mm512_add_epi32(low, high))
}
