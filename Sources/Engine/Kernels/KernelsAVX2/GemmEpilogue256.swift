internal import CX86Intrinsics
internal import KernelInterface

// The end of a matrix product with tiles of 16 columns, two vectors of sums a row. AVX2's and AVX-VNNI's products share it:
// the file is compiled into both targets, each with its own flags.

/// What a panel's tiles share.
typealias GemmPanel = (
    column: Int, count: Int, weights: UnsafeRawPointer, start0: __m256i, start1: __m256i, m0: __m256, m1: __m256
)

/// The panel that begins at a column; `rowBytes` is the padded depth.
@_transparent
func gemmPanel(_ a: GemmArguments, _ column: Int, rowBytes: Int) -> GemmPanel {
    (
        column: column,
        count: smaller(16, a.columns &- column),
        weights: UnsafeRawPointer(a.weights + column &* rowBytes),
        start0: load(UnsafeRawPointer(a.bias + column)),
        start1: load(UnsafeRawPointer(a.bias + (column &+ 8))),
        m0: _mm256_loadu_ps(a.multipliers + column),
        m1: _mm256_loadu_ps(a.multipliers + (column &+ 8))
    )
}

/// What all results of a product share, spread over vectors once a call.
typealias GemmOutput = (
    high: __m256, zeroPoint: __m256i, lowest: __m256i, productLowest: __m256, productHighest: __m256,
    residualZeroPoint: __m256i, residualMultiplier: __m256
)

@_transparent
func gemmOutput(_ a: GemmArguments) -> GemmOutput {
    (
        high: _mm256_set1_ps(Float(a.quantization.highest &- a.quantization.zeroPoint)),
        zeroPoint: _mm256_set1_epi16(Int16(truncatingIfNeeded: a.quantization.zeroPoint)),
        lowest: _mm256_set1_epi8(CChar(truncatingIfNeeded: a.quantization.lowest)),
        productLowest: _mm256_set1_ps(a.productLowest),
        productHighest: _mm256_set1_ps(a.productHighest),
        residualZeroPoint: _mm256_set1_epi32(a.residualZeroPoint),
        residualMultiplier: _mm256_set1_ps(a.residualMultiplier)
    )
}

/// A tile's sums, two rows a pair: columns 0...7 (s) and 8...15 (t) of each.
typealias GemmPair = (s0: __m256i, t0: __m256i, s1: __m256i, t1: __m256i)

/// Asks for the residuals of a tile of `rows` rows, which it adds once its products are done.
@_transparent
func prefetchResiduals(_ rows: Int, _ a: GemmArguments, _ column: Int, _ row: Int) {
    guard let residual = a.residual else { return }
    let stride = a.residualRowStride
    let first = UnsafeRawPointer(residual + (row &* stride &+ column))
    if rows > 0 { edgeprof_prefetch(first) }
    if rows > 1 { edgeprof_prefetch(first + stride) }
    if rows > 2 { edgeprof_prefetch(first + 2 &* stride) }
    if rows > 3 { edgeprof_prefetch(first + 3 &* stride) }
    if rows > 4 { edgeprof_prefetch(first + 4 &* stride) }
    if rows > 5 { edgeprof_prefetch(first + 5 &* stride) }
}

/// Stores a tile of `rows` (a constant) rows, the first being row `row`.
@_transparent
func storeTile(
    _ rows: Int,
    _ first: GemmPair,
    _ second: GemmPair,
    _ third: GemmPair,
    _ a: GemmArguments,
    _ panel: GemmPanel,
    _ output: GemmOutput,
    _ row: Int
) {
    let target = UnsafeMutableRawPointer(a.output + (row &* a.outputRowStride &+ panel.column))
    // One branch a tile; what its ways share is the compiler's to merge.
    if let residual = a.residual {
        let base = UnsafeRawPointer(residual + (row &* a.residualRowStride &+ panel.column))
        storePair(rows, 0, first, a, panel, output, target, base)
        storePair(rows, 2, second, a, panel, output, target, base)
        storePair(rows, 4, third, a, panel, output, target, base)
    } else {
        storePair(rows, 0, first, a, panel, output, target, nil)
        storePair(rows, 2, second, a, panel, output, target, nil)
        storePair(rows, 4, third, a, panel, output, target, nil)
    }
}

/// Stores what a tile of `rows` rows has of two, `offset` rows below its first.
@_transparent
private func storePair(
    _ rows: Int,
    _ offset: Int,
    _ pair: GemmPair,
    _ a: GemmArguments,
    _ panel: GemmPanel,
    _ output: GemmOutput,
    _ target: UnsafeMutableRawPointer,
    _ residual: UnsafeRawPointer?
) {
    if rows <= offset { return }
    let order = _mm256_set_epi32(7, 3, 6, 2, 5, 1, 4, 0)
    let row = target + offset &* a.outputRowStride
    let first = results(pair.s0, pair.t0, panel, output, residual, offset &* a.residualRowStride)
    if rows > offset &+ 1 {
        let second = results(pair.s1, pair.t1, panel, output, residual, (offset &+ 1) &* a.residualRowStride)
        let packed = _mm256_max_epu8(_mm256_packus_epi16(first, second), output.lowest)
        let bytes = _mm256_permutevar8x32_epi32(packed, order)
        store(_mm256_castsi256_si128(bytes), row, panel.count)
        store(edgeprof_mm256_upper_si128(bytes), row + a.outputRowStride, panel.count)
    } else {
        let packed = _mm256_max_epu8(_mm256_packus_epi16(first, first), output.lowest)
        let bytes = _mm256_permutevar8x32_epi32(packed, order)
        store(_mm256_castsi256_si128(bytes), row, panel.count)
    }
}

/// A row's 16 stored integers in 16 bits, in the order `vpackssdw` leaves them, but for the lower bound.
///
/// The upper bound comes before the conversion, the lower behind it: what is below all integers, or no number, converts to
/// the lowest of them (`vminps` gives its second operand for not-a-number).
@_transparent
private func results(
    _ s: __m256i,
    _ t: __m256i,
    _ panel: GemmPanel,
    _ output: GemmOutput,
    _ residual: UnsafeRawPointer?,
    _ offset: Int
) -> __m256i {
    var real0 = _mm256_mul_ps(_mm256_cvtepi32_ps(s), panel.m0)
    var real1 = _mm256_mul_ps(_mm256_cvtepi32_ps(t), panel.m1)
    if let residual {
        let base = residual + offset
        real0 = _mm256_min_ps(_mm256_max_ps(real0, output.productLowest), output.productHighest)
        real1 = _mm256_min_ps(_mm256_max_ps(real1, output.productLowest), output.productHighest)
        let multiplier = output.residualMultiplier
        real0 = _mm256_add_ps(real0, _mm256_mul_ps(centred(base, output.residualZeroPoint), multiplier))
        real1 = _mm256_add_ps(real1, _mm256_mul_ps(centred(base + 8, output.residualZeroPoint), multiplier))
    }
    return _mm256_add_epi16(
        _mm256_packs_epi32(
            _mm256_cvtps_epi32(_mm256_min_ps(output.high, real0)),
            _mm256_cvtps_epi32(_mm256_min_ps(output.high, real1))
        ),
        output.zeroPoint
    )
}
