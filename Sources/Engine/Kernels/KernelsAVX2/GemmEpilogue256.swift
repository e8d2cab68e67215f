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

/// Stores what a tile of `rows` rows has of two, `offset` rows below its first, which is row `row`.
@_transparent
func storeResults(
    _ rows: Int,
    _ offset: Int,
    _ s0: __m256i,
    _ t0: __m256i,
    _ s1: __m256i,
    _ t1: __m256i,
    _ a: GemmArguments,
    _ panel: GemmPanel,
    _ row: Int
) {
    if rows <= offset { return }
    let order = _mm256_set_epi32(7, 3, 6, 2, 5, 1, 4, 0)
    let first = results(row &+ offset, s0, t0, a, panel)
    if rows > offset &+ 1 {
        let second = results(row &+ offset &+ 1, s1, t1, a, panel)
        let bytes = _mm256_permutevar8x32_epi32(_mm256_packus_epi16(first, second), order)
        store(_mm256_castsi256_si128(bytes), resultAddress(row &+ offset, a, panel), panel.count)
        store(edgeprof_mm256_upper_si128(bytes), resultAddress(row &+ offset &+ 1, a, panel), panel.count)
    } else {
        let bytes = _mm256_permutevar8x32_epi32(_mm256_packus_epi16(first, first), order)
        store(_mm256_castsi256_si128(bytes), resultAddress(row &+ offset, a, panel), panel.count)
    }
}

/// A row's 16 stored integers in 16 bits, in the order `vpackssdw` leaves them.
@_transparent
private func results(_ row: Int, _ s: __m256i, _ t: __m256i, _ a: GemmArguments, _ panel: GemmPanel) -> __m256i {
    var real0 = _mm256_mul_ps(_mm256_cvtepi32_ps(s), panel.m0)
    var real1 = _mm256_mul_ps(_mm256_cvtepi32_ps(t), panel.m1)
    if let residual = a.residual {
        let base = UnsafeRawPointer(residual + (row &* a.residualRowStride &+ panel.column))
        let zeroPoint = _mm256_set1_epi32(a.residualZeroPoint)
        let multiplier = _mm256_set1_ps(a.residualMultiplier)
        let low = _mm256_set1_ps(a.productLowest)
        let high = _mm256_set1_ps(a.productHighest)
        real0 = _mm256_min_ps(_mm256_max_ps(real0, low), high)
        real1 = _mm256_min_ps(_mm256_max_ps(real1, low), high)
        real0 = _mm256_add_ps(real0, _mm256_mul_ps(centred(base, zeroPoint), multiplier))
        real1 = _mm256_add_ps(real1, _mm256_mul_ps(centred(base + 8, zeroPoint), multiplier))
    }
    let output = outputVectors(a.quantization)
    return _mm256_add_epi16(
        _mm256_packs_epi32(integers(real0, output), integers(real1, output)),
        output.zeroPoint
    )
}

@_transparent
private func resultAddress(_ row: Int, _ a: GemmArguments, _ panel: GemmPanel) -> UnsafeMutableRawPointer {
    UnsafeMutableRawPointer(a.output + (row &* a.outputRowStride &+ panel.column))
}
