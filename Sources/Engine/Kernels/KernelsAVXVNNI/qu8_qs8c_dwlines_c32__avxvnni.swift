// swift-format-ignore-file: AlwaysUseLowerCamelCase

internal import CX86Intrinsics
public import KernelInterface

/// Depthwise convolution of whole lines, 32 channels at once, four taps at a time (`vpdpbusd`).
///
/// The taps are rows of one column. A line's columns are interleaved once, into stack memory, and each is used by all
/// windows it is part of; where its rows hold what two lines need, as in 3x3 windows of stride 1, by both.
///
/// - Parameter arguments: The operands.
public func qu8_qs8c_dwlines_c32__avxvnni(_ arguments: UnsafePointer<DepthwiseLinesArguments>) {
    edgeprof_with_scratch(arguments) { context, scratch in
        guard let context, let scratch else { return }
        walkLines(context.assumingMemoryBound(to: DepthwiseLinesArguments.self).pointee, scratch)
    }
}

/// Rows of a column that are interleaved together.
@_transparent
var rowsAtOnce: Int { 4 }

/// Four rows' bytes.
@_transparent
func interleavedRows(
    _ r0: UnsafeRawPointer,
    _ r1: UnsafeRawPointer,
    _ r2: UnsafeRawPointer,
    _ r3: UnsafeRawPointer
) -> Quad {
    interleaved(load(r0), load(r1), load(r2), load(r3))
}

/// Four taps' weights.
@_transparent
func interleavedTaps(_ t0: __m256i, _ t1: __m256i, _ t2: __m256i, _ t3: __m256i) -> Quad {
    interleaved(t0, t1, t2, t3)
}

/// Sums with the products of four added.
@_transparent
func multiplied(_ sums: __m256i, _ x: __m256i, _ w: __m256i) -> __m256i {
    edgeprof_mm256_dpbusd_avx_epi32(sums, x, w)
}
