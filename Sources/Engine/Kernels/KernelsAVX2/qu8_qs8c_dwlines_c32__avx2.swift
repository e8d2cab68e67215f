// swift-format-ignore-file: AlwaysUseLowerCamelCase

internal import CX86Intrinsics
public import KernelInterface

/// Depthwise convolution of whole lines, 32 channels at once, two taps at a time (`vpmaddwd`, exact).
///
/// The taps are rows of one column. A line's columns are interleaved once, into stack memory, and each is used by all
/// windows it is part of; where its rows hold what two lines need, as in 3x3 windows of stride 1, by both.
///
/// - Parameter arguments: The operands.
public func qu8_qs8c_dwlines_c32__avx2(_ arguments: UnsafePointer<DepthwiseLinesArguments>) {
    edgeprof_with_scratch(arguments) { context, scratch in
        guard let context, let scratch else { return }
        walkLines(context.assumingMemoryBound(to: DepthwiseLinesArguments.self).pointee, scratch)
    }
}

/// Rows of a column that are interleaved together.
@_transparent
var rowsAtOnce: Int { 2 }

/// Two rows' elements as pairs of 16 bits.
@_transparent
func interleavedRows(
    _ r0: UnsafeRawPointer,
    _ r1: UnsafeRawPointer,
    _ r2: UnsafeRawPointer,
    _ r3: UnsafeRawPointer
) -> Quad {
    let zero = _mm256_setzero_si256()
    return interleaved(load(r0), zero, load(r1), zero)
}

/// Two taps' weights as pairs of 16 bits.
@_transparent
func interleavedTaps(_ t0: __m256i, _ t1: __m256i, _ t2: __m256i, _ t3: __m256i) -> Quad {
    let zero = _mm256_setzero_si256()
    return interleaved(t0, _mm256_cmpgt_epi8(zero, t0), t1, _mm256_cmpgt_epi8(zero, t1))
}

/// Sums with the products of pairs added.
@_transparent
func multiplied(_ sums: __m256i, _ x: __m256i, _ w: __m256i) -> __m256i {
    _mm256_add_epi32(sums, _mm256_madd_epi16(x, w))
}
