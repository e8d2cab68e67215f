// swift-format-ignore-file: AlwaysUseLowerCamelCase

internal import CX86Intrinsics
public import KernelInterface

/// Matrix product, 6 rows by 16 columns at once, four k at a time (`vpdpbusd` ymm, which does not saturate).
///
/// 12 registers hold sums and 2 weights; each row's four activations are broadcast from where they lie.
///
/// - Parameter arguments: The operands; weights in panels [ceil(depth / 4)][16][4].
public func qu8_qs8c_gemm_6x16c4__avxvnni(_ arguments: UnsafePointer<GemmArguments>) {
    let a = arguments.pointee
    precondition(a.rows >= 1 && a.depth >= 1 && a.columns >= 1, "a product has rows, depth and columns")
    // A chunk of rows is gone through once a panel: what it reads and writes should not leave the cache between.
    let chunk = larger(6, 131_072 / (a.depth &+ (a.residual == nil ? 1 : 2) &* a.columns))
    let output = gemmOutput(a)
    var row = 0
    while row < a.rows {
        let rows = smaller(chunk, a.rows &- row)
        // Equal tiles: 7 rows are 4 + 3, not 6 + 1.
        let tiles = (rows &+ 5) / 6
        let short = rows / tiles
        var column = 0
        while column < a.columns {
            let panel = gemmPanel(a, column, rowBytes: (a.depth &+ 3) & ~3)
            var taller = rows &- short &* tiles
            var index = row
            while index < row &+ rows {
                let height = taller > 0 ? short &+ 1 : short
                taller &-= 1
                switch height {
                case 1: tile(1, a, panel, output, index)
                case 2: tile(2, a, panel, output, index)
                case 3: tile(3, a, panel, output, index)
                case 4: tile(4, a, panel, output, index)
                case 5: tile(5, a, panel, output, index)
                default: tile(6, a, panel, output, index)
                }
                index &+= height
            }
            column &+= 16
        }
        row &+= rows
    }
}

/// Computes `rows` (a constant) rows of one panel from `row` on.
@_transparent
private func tile(_ rows: Int, _ a: GemmArguments, _ panel: GemmPanel, _ output: GemmOutput, _ row: Int) {
    prefetchResiduals(rows, a, panel.column, row)
    let stride = a.inputRowStride
    let x = UnsafeRawPointer(a.input + row &* stride)
    var (s0, s1, s2, s3, s4, s5) = (panel.start0, panel.start0, panel.start0, panel.start0, panel.start0, panel.start0)
    var (t0, t1, t2, t3, t4, t5) = (panel.start1, panel.start1, panel.start1, panel.start1, panel.start1, panel.start1)
    let bytes = (a.depth &+ 3) & ~3
    var k = 0
    while k < bytes {
        let w0 = load(panel.weights + k &* 16)
        let w1 = load(panel.weights + (k &* 16 &+ 32))
        if rows > 0 { multiply(x + k, w0, w1, &s0, &t0) }
        if rows > 1 { multiply(x + stride + k, w0, w1, &s1, &t1) }
        if rows > 2 { multiply(x + 2 &* stride + k, w0, w1, &s2, &t2) }
        if rows > 3 { multiply(x + 3 &* stride + k, w0, w1, &s3, &t3) }
        if rows > 4 { multiply(x + 4 &* stride + k, w0, w1, &s4, &t4) }
        if rows > 5 { multiply(x + 5 &* stride + k, w0, w1, &s5, &t5) }
        k &+= 4
    }
    storeTile(rows, (s0, t0, s1, t1), (s2, t2, s3, t3), (s4, t4, s5, t5), a, panel, output, row)
}

/// Adds four k of one row to its 16 sums.
@_transparent
private func multiply(_ x: UnsafeRawPointer, _ w0: __m256i, _ w1: __m256i, _ s: inout __m256i, _ t: inout __m256i) {
    let activations = _mm256_set1_epi32(x.loadUnaligned(as: Int32.self))
    s = edgeprof_mm256_dpbusd_avx_epi32(s, activations, w0)
    t = edgeprof_mm256_dpbusd_avx_epi32(t, activations, w1)
}
