// swift-format-ignore-file: AlwaysUseLowerCamelCase

internal import CX86Intrinsics
public import KernelInterface

/// Matrix product, 6 rows by 16 columns at once, two k at a time (`vpmaddwd`, exact: its products have 16-bit operands).
///
/// `vpmaddubsw` would take twice as many products but saturates at 2 · 255 · 127. Activations are widened into stack memory
/// first, and weights too where enough rows use them (`gemmBlocking`), so that the inner loop's only other work is to
/// broadcast activations. 12 registers hold sums, 2 weights.
///
/// - Parameter arguments: The operands; weights in panels [ceil(depth / 2)][16][2].
public func qu8_qs8c_gemm_6x16c2__avx2(_ arguments: UnsafePointer<GemmArguments>) {
    edgeprof_with_product_scratch(arguments) { context, scratch in
        guard let context, let scratch else { return }
        multiplyWithScratch(context.assumingMemoryBound(to: GemmArguments.self).pointee, scratch)
    }
}

/// The product, with `EDGEPROF_PRODUCT_SCRATCH_BYTES` of memory for widened operands.
///
/// Internal, not private: private functions become weak symbols in release builds (docs/kernels.md).
func multiplyWithScratch(_ a: GemmArguments, _ scratch: UnsafeMutableRawPointer) {
    precondition(a.rows >= 1 && a.depth >= 1 && a.columns >= 1, "a product has rows, depth and columns")
    let blocking = gemmBlocking(a)
    if blocking.rows == 0 {
        multiplyDeep(a)
        return
    }
    // Weights first: their panels are whole cache lines.
    let weights = UnsafeRawPointer(scratch)
    let x = Activations(
        base: UnsafeRawPointer(scratch + blocking.widenedColumns &* pairBytes(a)),
        stride: blocking.stride
    )
    let output = gemmOutput(a)
    var (row, column) = (0, 0)
    while row < a.rows && column < a.columns {
        let rows = smaller(blocking.rows, a.rows &- row)
        let columns = smaller(blocking.columns, a.columns &- column)
        if column == 0 || blocking.rowsInside { widenRows(a, row, rows, x) }
        if blocking.widenedColumns > 0 && (row == 0 || !blocking.rowsInside) {
            widenColumns(a, column, columns, scratch)
        }
        if blocking.widenedColumns > 0 {
            multiplyBlock(a, row, rows, column, columns, x, weights, output, widened: true)
        } else {
            multiplyBlock(a, row, rows, column, columns, x, weights, output, widened: false)
        }
        if blocking.rowsInside {
            row &+= rows
            if row == a.rows { (row, column) = (0, column &+ columns) }
        } else {
            column &+= columns
            if column >= a.columns { (row, column) = (row &+ rows, 0) }
        }
    }
}

/// Computes rows and columns of whole panels.
@_transparent
private func multiplyBlock(
    _ a: GemmArguments,
    _ row: Int,
    _ rows: Int,
    _ column: Int,
    _ columns: Int,
    _ x: Activations,
    _ weights: UnsafeRawPointer,
    _ output: GemmOutput,
    widened: Bool
) {
    // Equal tiles: 7 rows are 4 + 3, not 6 + 1.
    let tiles = (rows &+ 5) / 6
    let short = rows / tiles
    var index = 0
    while index < columns {
        var panel = gemmPanel(a, column &+ index, rowBytes: (a.depth &+ 1) & ~1)
        if widened { panel.weights = weights + index &* pairBytes(a) }
        var taller = rows &- short &* tiles
        var first = 0
        while first < rows {
            let height = taller > 0 ? short &+ 1 : short
            taller &-= 1
            switch height {
            case 1: tile(1, a, panel, row, first, x, output, widened)
            case 2: tile(2, a, panel, row, first, x, output, widened)
            case 3: tile(3, a, panel, row, first, x, output, widened)
            case 4: tile(4, a, panel, row, first, x, output, widened)
            case 5: tile(5, a, panel, row, first, x, output, widened)
            default: tile(6, a, panel, row, first, x, output, widened)
            }
            first &+= height
        }
        index &+= 16
    }
}

/// Computes `rows` (a constant) rows of one panel, the first being the block's row `index`.
@_transparent
private func tile(
    _ rows: Int,
    _ a: GemmArguments,
    _ panel: GemmPanel,
    _ row: Int,
    _ index: Int,
    _ x: Activations,
    _ output: GemmOutput,
    _ widened: Bool
) {
    prefetchResiduals(rows, a, panel.column, row &+ index)
    let s = x.stride
    let x0 = x.base + index &* s
    var (s0, s1, s2, s3, s4, s5) = (panel.start0, panel.start0, panel.start0, panel.start0, panel.start0, panel.start0)
    var (t0, t1, t2, t3, t4, t5) = (panel.start1, panel.start1, panel.start1, panel.start1, panel.start1, panel.start1)
    let bytes = pairBytes(a)
    var k = 0
    while k < bytes {
        let w0 = widened ? load(panel.weights + k &* 16) : widenedWeights(panel.weights + k &* 8)
        let w1 = widened ? load(panel.weights + (k &* 16 &+ 32)) : widenedWeights(panel.weights + (k &* 8 &+ 16))
        if rows > 0 { multiply(x0 + k, w0, w1, &s0, &t0) }
        if rows > 1 { multiply(x0 + s + k, w0, w1, &s1, &t1) }
        if rows > 2 { multiply(x0 + 2 &* s + k, w0, w1, &s2, &t2) }
        if rows > 3 { multiply(x0 + 3 &* s + k, w0, w1, &s3, &t3) }
        if rows > 4 { multiply(x0 + 4 &* s + k, w0, w1, &s4, &t4) }
        if rows > 5 { multiply(x0 + 5 &* s + k, w0, w1, &s5, &t5) }
        k &+= 4
    }
    storeTile(rows, (s0, t0, s1, t1), (s2, t2, s3, t3), (s4, t4, s5, t5), a, panel, output, row &+ index)
}

/// Computes products too deep for a widened row to fit the scratch memory: pairs are widened one at a time.
@_transparent
private func multiplyDeep(_ a: GemmArguments) {
    let pairs = (a.depth &+ 1) / 2
    let output = gemmOutput(a)
    var column = 0
    while column < a.columns {
        let panel = gemmPanel(a, column, rowBytes: (a.depth &+ 1) & ~1)
        var row = 0
        while row < a.rows {
            let x = a.input + row &* a.inputRowStride
            var (s, t) = (panel.start0, panel.start1)
            var pair = 0
            while pair < pairs {
                let w0 = widenedWeights(panel.weights + pair &* 32)
                let w1 = widenedWeights(panel.weights + (pair &* 32 &+ 16))
                let both = Int32(x[2 &* pair]) | Int32(x[2 &* pair &+ 1]) &<< 16
                let activations = _mm256_set1_epi32(both)
                s = _mm256_add_epi32(s, _mm256_madd_epi16(activations, w0))
                t = _mm256_add_epi32(t, _mm256_madd_epi16(activations, w1))
                pair &+= 1
            }
            storeTile(1, (s, t, s, t), (s, t, s, t), (s, t, s, t), a, panel, output, row)
            row &+= 1
        }
        column &+= 16
    }
}

/// Adds two k of one row to its 16 sums.
@_transparent
private func multiply(_ x: UnsafeRawPointer, _ w0: __m256i, _ w1: __m256i, _ s: inout __m256i, _ t: inout __m256i) {
    let activations = _mm256_set1_epi32(x.loadUnaligned(as: Int32.self))
    s = _mm256_add_epi32(s, _mm256_madd_epi16(activations, w0))
    t = _mm256_add_epi32(t, _mm256_madd_epi16(activations, w1))
}

/// Copies rows to 16 bits an element.
@_transparent
private func widenRows(_ a: GemmArguments, _ row: Int, _ rows: Int, _ x: Activations) {
    // The next block's rows, while this one is computed.
    let ahead = rows &* a.inputRowStride
    var index = 0
    while index < rows {
        let source = UnsafeRawPointer(a.input + (row &+ index) &* a.inputRowStride)
        let target = UnsafeMutableRawPointer(mutating: x.base + index &* x.stride)
        var k = 0
        while k < a.depth {
            let bytes = _mm_loadu_si128((source + k).assumingMemoryBound(to: __m128i.self))
            _mm256_storeu_si256((target + 2 &* k).assumingMemoryBound(to: __m256i.self), _mm256_cvtepu8_epi16(bytes))
            if k & 63 == 0 { edgeprof_prefetch(source + (k &+ ahead)) }
            k &+= 16
        }
        index &+= 1
    }
}

/// Copies the panels of `columns` columns to 16 bits an element.
@_transparent
private func widenColumns(_ a: GemmArguments, _ column: Int, _ columns: Int, _ target: UnsafeMutableRawPointer) {
    let packed = UnsafeRawPointer(a.weights + column &* ((a.depth &+ 1) & ~1))
    let bytes = (columns &+ 15) / 16 &* 8 &* pairBytes(a)
    var offset = 0
    while offset < bytes {
        _mm256_storeu_si256(
            (target + 2 &* offset).assumingMemoryBound(to: __m256i.self),
            widenedWeights(packed + offset)
        )
        offset &+= 16
    }
}

@_transparent
private func widenedWeights(_ packed: UnsafeRawPointer) -> __m256i {
    _mm256_cvtepi8_epi16(_mm_loadu_si128(packed.assumingMemoryBound(to: __m128i.self)))
}

/// Bytes of a column's widened weights.
@_transparent
private func pairBytes(_ a: GemmArguments) -> Int { (a.depth &+ 1) / 2 &* 4 }

/// Widened rows.
private struct Activations {
    var base: UnsafeRawPointer
    /// Bytes from one row to the next.
    var stride: Int
}
