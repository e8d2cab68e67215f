// swift-format-ignore-file: AlwaysUseLowerCamelCase

internal import CArmIntrinsics
public import KernelInterface

/// Matrix product, 8 rows by 8 columns at once, four k at a time (`sdot` by element).
///
/// `sdot` multiplies signed bytes: activations are lowered by 128 as they are loaded, and 128 · Σ weights, computed once a
/// panel, is added to the bias. 16 registers hold sums, 8 hold sixteen activations of each row.
///
/// - Parameter arguments: The operands; weights in panels [ceil(depth / 4)][8][4].
public func qu8_qs8c_gemm_8x8c4__neondotprod(_ arguments: UnsafePointer<GemmArguments>) {
    let a = arguments.pointee
    precondition(a.rows >= 1 && a.depth >= 1 && a.columns >= 1, "a product has rows, depth and columns")
    // A chunk of rows is gone through once a panel: what it reads and writes should not leave the cache between.
    let chunk = larger(8, 131_072 / (a.depth &+ (a.residual == nil ? 1 : 2) &* a.columns))
    var row = 0
    while row < a.rows {
        let rows = smaller(chunk, a.rows &- row)
        // Equal tiles: 9 rows are 5 + 4, not 8 + 1.
        let tiles = (rows &+ 7) / 8
        let short = rows / tiles
        var column = 0
        while column < a.columns {
            var panel = gemmPanel(a, column, rowBytes: (a.depth &+ 3) & ~3)
            addWeightSums(&panel, (a.depth &+ 3) & ~3)
            var taller = rows &- short &* tiles
            var index = row
            while index < row &+ rows {
                let height = taller > 0 ? short &+ 1 : short
                taller &-= 1
                switch height {
                case 1: tile(1, a, panel, index)
                case 2: tile(2, a, panel, index)
                case 3: tile(3, a, panel, index)
                case 4: tile(4, a, panel, index)
                case 5: tile(5, a, panel, index)
                case 6: tile(6, a, panel, index)
                case 7: tile(7, a, panel, index)
                default: tile(8, a, panel, index)
                }
                index &+= height
            }
            column &+= 8
        }
        row &+= rows
    }
}

/// Adds 128 · Σ weights to the panel's starting values, in wrapping 32-bit arithmetic as all sums.
@_transparent
private func addWeightSums(_ panel: inout GemmPanel, _ bytes: Int) {
    let ones = vdupq_n_s8(1)
    var (s, t) = (vdupq_n_s32(0), vdupq_n_s32(0))
    var k = 0
    while k < bytes {
        s = edgeprof_dot(s, edgeprof_ld1q_s8(panel.weights + k &* 8), ones)
        t = edgeprof_dot(t, edgeprof_ld1q_s8(panel.weights + (k &* 8 &+ 16)), ones)
        k &+= 4
    }
    panel.start0 = vmlaq_n_s32(panel.start0, s, 128)
    panel.start1 = vmlaq_n_s32(panel.start1, t, 128)
}

/// Computes `rows` (a constant) rows of one panel from `row` on.
@_transparent
private func tile(_ rows: Int, _ a: GemmArguments, _ panel: GemmPanel, _ row: Int) {
    let stride = a.inputRowStride
    let x = UnsafeRawPointer(a.input + row &* stride)
    let bytes = (a.depth &+ 3) & ~3
    var (s0, s1, s2, s3) = (panel.start0, panel.start0, panel.start0, panel.start0)
    var (s4, s5, s6, s7) = (panel.start0, panel.start0, panel.start0, panel.start0)
    var (t0, t1, t2, t3) = (panel.start1, panel.start1, panel.start1, panel.start1)
    var (t4, t5, t6, t7) = (panel.start1, panel.start1, panel.start1, panel.start1)
    var k = 0
    while k &+ 16 <= bytes {
        let x0 = signed(edgeprof_ld1q_s8(x + k))
        let x1 = rows > 1 ? signed(edgeprof_ld1q_s8(x + (1 &* stride &+ k))) : x0
        let x2 = rows > 2 ? signed(edgeprof_ld1q_s8(x + (2 &* stride &+ k))) : x0
        let x3 = rows > 3 ? signed(edgeprof_ld1q_s8(x + (3 &* stride &+ k))) : x0
        let x4 = rows > 4 ? signed(edgeprof_ld1q_s8(x + (4 &* stride &+ k))) : x0
        let x5 = rows > 5 ? signed(edgeprof_ld1q_s8(x + (5 &* stride &+ k))) : x0
        let x6 = rows > 6 ? signed(edgeprof_ld1q_s8(x + (6 &* stride &+ k))) : x0
        let x7 = rows > 7 ? signed(edgeprof_ld1q_s8(x + (7 &* stride &+ k))) : x0
        let w = panel.weights + k &* 8
        let v0 = edgeprof_ld1q_s8(w)
        let w0 = edgeprof_ld1q_s8(w + 16)
        if rows > 0 { s0 = edgeprof_dot_0(s0, v0, x0) }
        if rows > 0 { t0 = edgeprof_dot_0(t0, w0, x0) }
        if rows > 1 { s1 = edgeprof_dot_0(s1, v0, x1) }
        if rows > 1 { t1 = edgeprof_dot_0(t1, w0, x1) }
        if rows > 2 { s2 = edgeprof_dot_0(s2, v0, x2) }
        if rows > 2 { t2 = edgeprof_dot_0(t2, w0, x2) }
        if rows > 3 { s3 = edgeprof_dot_0(s3, v0, x3) }
        if rows > 3 { t3 = edgeprof_dot_0(t3, w0, x3) }
        if rows > 4 { s4 = edgeprof_dot_0(s4, v0, x4) }
        if rows > 4 { t4 = edgeprof_dot_0(t4, w0, x4) }
        if rows > 5 { s5 = edgeprof_dot_0(s5, v0, x5) }
        if rows > 5 { t5 = edgeprof_dot_0(t5, w0, x5) }
        if rows > 6 { s6 = edgeprof_dot_0(s6, v0, x6) }
        if rows > 6 { t6 = edgeprof_dot_0(t6, w0, x6) }
        if rows > 7 { s7 = edgeprof_dot_0(s7, v0, x7) }
        if rows > 7 { t7 = edgeprof_dot_0(t7, w0, x7) }
        let v1 = edgeprof_ld1q_s8(w + 32)
        let w1 = edgeprof_ld1q_s8(w + 48)
        if rows > 0 { s0 = edgeprof_dot_1(s0, v1, x0) }
        if rows > 0 { t0 = edgeprof_dot_1(t0, w1, x0) }
        if rows > 1 { s1 = edgeprof_dot_1(s1, v1, x1) }
        if rows > 1 { t1 = edgeprof_dot_1(t1, w1, x1) }
        if rows > 2 { s2 = edgeprof_dot_1(s2, v1, x2) }
        if rows > 2 { t2 = edgeprof_dot_1(t2, w1, x2) }
        if rows > 3 { s3 = edgeprof_dot_1(s3, v1, x3) }
        if rows > 3 { t3 = edgeprof_dot_1(t3, w1, x3) }
        if rows > 4 { s4 = edgeprof_dot_1(s4, v1, x4) }
        if rows > 4 { t4 = edgeprof_dot_1(t4, w1, x4) }
        if rows > 5 { s5 = edgeprof_dot_1(s5, v1, x5) }
        if rows > 5 { t5 = edgeprof_dot_1(t5, w1, x5) }
        if rows > 6 { s6 = edgeprof_dot_1(s6, v1, x6) }
        if rows > 6 { t6 = edgeprof_dot_1(t6, w1, x6) }
        if rows > 7 { s7 = edgeprof_dot_1(s7, v1, x7) }
        if rows > 7 { t7 = edgeprof_dot_1(t7, w1, x7) }
        let v2 = edgeprof_ld1q_s8(w + 64)
        let w2 = edgeprof_ld1q_s8(w + 80)
        if rows > 0 { s0 = edgeprof_dot_2(s0, v2, x0) }
        if rows > 0 { t0 = edgeprof_dot_2(t0, w2, x0) }
        if rows > 1 { s1 = edgeprof_dot_2(s1, v2, x1) }
        if rows > 1 { t1 = edgeprof_dot_2(t1, w2, x1) }
        if rows > 2 { s2 = edgeprof_dot_2(s2, v2, x2) }
        if rows > 2 { t2 = edgeprof_dot_2(t2, w2, x2) }
        if rows > 3 { s3 = edgeprof_dot_2(s3, v2, x3) }
        if rows > 3 { t3 = edgeprof_dot_2(t3, w2, x3) }
        if rows > 4 { s4 = edgeprof_dot_2(s4, v2, x4) }
        if rows > 4 { t4 = edgeprof_dot_2(t4, w2, x4) }
        if rows > 5 { s5 = edgeprof_dot_2(s5, v2, x5) }
        if rows > 5 { t5 = edgeprof_dot_2(t5, w2, x5) }
        if rows > 6 { s6 = edgeprof_dot_2(s6, v2, x6) }
        if rows > 6 { t6 = edgeprof_dot_2(t6, w2, x6) }
        if rows > 7 { s7 = edgeprof_dot_2(s7, v2, x7) }
        if rows > 7 { t7 = edgeprof_dot_2(t7, w2, x7) }
        let v3 = edgeprof_ld1q_s8(w + 96)
        let w3 = edgeprof_ld1q_s8(w + 112)
        if rows > 0 { s0 = edgeprof_dot_3(s0, v3, x0) }
        if rows > 0 { t0 = edgeprof_dot_3(t0, w3, x0) }
        if rows > 1 { s1 = edgeprof_dot_3(s1, v3, x1) }
        if rows > 1 { t1 = edgeprof_dot_3(t1, w3, x1) }
        if rows > 2 { s2 = edgeprof_dot_3(s2, v3, x2) }
        if rows > 2 { t2 = edgeprof_dot_3(t2, w3, x2) }
        if rows > 3 { s3 = edgeprof_dot_3(s3, v3, x3) }
        if rows > 3 { t3 = edgeprof_dot_3(t3, w3, x3) }
        if rows > 4 { s4 = edgeprof_dot_3(s4, v3, x4) }
        if rows > 4 { t4 = edgeprof_dot_3(t4, w3, x4) }
        if rows > 5 { s5 = edgeprof_dot_3(s5, v3, x5) }
        if rows > 5 { t5 = edgeprof_dot_3(t5, w3, x5) }
        if rows > 6 { s6 = edgeprof_dot_3(s6, v3, x6) }
        if rows > 6 { t6 = edgeprof_dot_3(t6, w3, x6) }
        if rows > 7 { s7 = edgeprof_dot_3(s7, v3, x7) }
        if rows > 7 { t7 = edgeprof_dot_3(t7, w3, x7) }
        k &+= 16
    }
    while k < bytes {
        let v = edgeprof_ld1q_s8(panel.weights + k &* 8)
        let w = edgeprof_ld1q_s8(panel.weights + (k &* 8 &+ 16))
        if rows > 0 { multiply(x + k, v, w, &s0, &t0) }
        if rows > 1 { multiply(x + (1 &* stride &+ k), v, w, &s1, &t1) }
        if rows > 2 { multiply(x + (2 &* stride &+ k), v, w, &s2, &t2) }
        if rows > 3 { multiply(x + (3 &* stride &+ k), v, w, &s3, &t3) }
        if rows > 4 { multiply(x + (4 &* stride &+ k), v, w, &s4, &t4) }
        if rows > 5 { multiply(x + (5 &* stride &+ k), v, w, &s5, &t5) }
        if rows > 6 { multiply(x + (6 &* stride &+ k), v, w, &s6, &t6) }
        if rows > 7 { multiply(x + (7 &* stride &+ k), v, w, &s7, &t7) }
        k &+= 4
    }
    if rows > 0 { storeRow(row, s0, t0, a, panel) }
    if rows > 1 { storeRow(row &+ 1, s1, t1, a, panel) }
    if rows > 2 { storeRow(row &+ 2, s2, t2, a, panel) }
    if rows > 3 { storeRow(row &+ 3, s3, t3, a, panel) }
    if rows > 4 { storeRow(row &+ 4, s4, t4, a, panel) }
    if rows > 5 { storeRow(row &+ 5, s5, t5, a, panel) }
    if rows > 6 { storeRow(row &+ 6, s6, t6, a, panel) }
    if rows > 7 { storeRow(row &+ 7, s7, t7, a, panel) }
}

/// Unsigned bytes less 128.
@_transparent
private func signed(_ bytes: int8x16_t) -> int8x16_t { veorq_s8(bytes, vdupq_n_s8(-128)) }

/// Adds four k of one row to its eight sums.
@_transparent
private func multiply(_ x: UnsafeRawPointer, _ v: int8x16_t, _ w: int8x16_t, _ s: inout int32x4_t, _ t: inout int32x4_t)
{
    let activations = signed(edgeprof_dup_4(x))
    s = edgeprof_dot(s, v, activations)
    t = edgeprof_dot(t, w, activations)
}
