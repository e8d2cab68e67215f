// swift-format-ignore-file: AlwaysUseLowerCamelCase

internal import CArmIntrinsics
public import KernelInterface

/// Matrix product, 8 rows by 8 columns at once (`smlal` by element, exact: its operands have 16 bits).
///
/// 16 registers hold sums, 8 hold eight activations of each row, widened once for all eight columns.
///
/// - Parameter arguments: The operands; weights in panels [depth][8].
public func qu8_qs8c_gemm_8x8c1__neon(_ arguments: UnsafePointer<GemmArguments>) {
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
            let panel = gemmPanel(a, column, rowBytes: a.depth)
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

/// Computes `rows` (a constant) rows of one panel from `row` on.
@_transparent
private func tile(_ rows: Int, _ a: GemmArguments, _ panel: GemmPanel, _ row: Int) {
    let stride = a.inputRowStride
    let x = UnsafeRawPointer(a.input + row &* stride)
    var (s0, s1, s2, s3) = (panel.start0, panel.start0, panel.start0, panel.start0)
    var (s4, s5, s6, s7) = (panel.start0, panel.start0, panel.start0, panel.start0)
    var (t0, t1, t2, t3) = (panel.start1, panel.start1, panel.start1, panel.start1)
    var (t4, t5, t6, t7) = (panel.start1, panel.start1, panel.start1, panel.start1)
    var k = 0
    while k &+ 8 <= a.depth {
        let x0 = widened(x + k)
        let x1 = rows > 1 ? widened(x + (1 &* stride &+ k)) : x0
        let x2 = rows > 2 ? widened(x + (2 &* stride &+ k)) : x0
        let x3 = rows > 3 ? widened(x + (3 &* stride &+ k)) : x0
        let x4 = rows > 4 ? widened(x + (4 &* stride &+ k)) : x0
        let x5 = rows > 5 ? widened(x + (5 &* stride &+ k)) : x0
        let x6 = rows > 6 ? widened(x + (6 &* stride &+ k)) : x0
        let x7 = rows > 7 ? widened(x + (7 &* stride &+ k)) : x0
        let w = panel.weights + k &* 8
        let w0 = vmovl_s8(edgeprof_ld1_s8(w))
        if rows > 0 { s0 = edgeprof_mlal_low_0(s0, w0, x0) }
        if rows > 0 { t0 = edgeprof_mlal_high_0(t0, w0, x0) }
        if rows > 1 { s1 = edgeprof_mlal_low_0(s1, w0, x1) }
        if rows > 1 { t1 = edgeprof_mlal_high_0(t1, w0, x1) }
        if rows > 2 { s2 = edgeprof_mlal_low_0(s2, w0, x2) }
        if rows > 2 { t2 = edgeprof_mlal_high_0(t2, w0, x2) }
        if rows > 3 { s3 = edgeprof_mlal_low_0(s3, w0, x3) }
        if rows > 3 { t3 = edgeprof_mlal_high_0(t3, w0, x3) }
        if rows > 4 { s4 = edgeprof_mlal_low_0(s4, w0, x4) }
        if rows > 4 { t4 = edgeprof_mlal_high_0(t4, w0, x4) }
        if rows > 5 { s5 = edgeprof_mlal_low_0(s5, w0, x5) }
        if rows > 5 { t5 = edgeprof_mlal_high_0(t5, w0, x5) }
        if rows > 6 { s6 = edgeprof_mlal_low_0(s6, w0, x6) }
        if rows > 6 { t6 = edgeprof_mlal_high_0(t6, w0, x6) }
        if rows > 7 { s7 = edgeprof_mlal_low_0(s7, w0, x7) }
        if rows > 7 { t7 = edgeprof_mlal_high_0(t7, w0, x7) }
        let w1 = vmovl_s8(edgeprof_ld1_s8(w + 8))
        if rows > 0 { s0 = edgeprof_mlal_low_1(s0, w1, x0) }
        if rows > 0 { t0 = edgeprof_mlal_high_1(t0, w1, x0) }
        if rows > 1 { s1 = edgeprof_mlal_low_1(s1, w1, x1) }
        if rows > 1 { t1 = edgeprof_mlal_high_1(t1, w1, x1) }
        if rows > 2 { s2 = edgeprof_mlal_low_1(s2, w1, x2) }
        if rows > 2 { t2 = edgeprof_mlal_high_1(t2, w1, x2) }
        if rows > 3 { s3 = edgeprof_mlal_low_1(s3, w1, x3) }
        if rows > 3 { t3 = edgeprof_mlal_high_1(t3, w1, x3) }
        if rows > 4 { s4 = edgeprof_mlal_low_1(s4, w1, x4) }
        if rows > 4 { t4 = edgeprof_mlal_high_1(t4, w1, x4) }
        if rows > 5 { s5 = edgeprof_mlal_low_1(s5, w1, x5) }
        if rows > 5 { t5 = edgeprof_mlal_high_1(t5, w1, x5) }
        if rows > 6 { s6 = edgeprof_mlal_low_1(s6, w1, x6) }
        if rows > 6 { t6 = edgeprof_mlal_high_1(t6, w1, x6) }
        if rows > 7 { s7 = edgeprof_mlal_low_1(s7, w1, x7) }
        if rows > 7 { t7 = edgeprof_mlal_high_1(t7, w1, x7) }
        let w2 = vmovl_s8(edgeprof_ld1_s8(w + 16))
        if rows > 0 { s0 = edgeprof_mlal_low_2(s0, w2, x0) }
        if rows > 0 { t0 = edgeprof_mlal_high_2(t0, w2, x0) }
        if rows > 1 { s1 = edgeprof_mlal_low_2(s1, w2, x1) }
        if rows > 1 { t1 = edgeprof_mlal_high_2(t1, w2, x1) }
        if rows > 2 { s2 = edgeprof_mlal_low_2(s2, w2, x2) }
        if rows > 2 { t2 = edgeprof_mlal_high_2(t2, w2, x2) }
        if rows > 3 { s3 = edgeprof_mlal_low_2(s3, w2, x3) }
        if rows > 3 { t3 = edgeprof_mlal_high_2(t3, w2, x3) }
        if rows > 4 { s4 = edgeprof_mlal_low_2(s4, w2, x4) }
        if rows > 4 { t4 = edgeprof_mlal_high_2(t4, w2, x4) }
        if rows > 5 { s5 = edgeprof_mlal_low_2(s5, w2, x5) }
        if rows > 5 { t5 = edgeprof_mlal_high_2(t5, w2, x5) }
        if rows > 6 { s6 = edgeprof_mlal_low_2(s6, w2, x6) }
        if rows > 6 { t6 = edgeprof_mlal_high_2(t6, w2, x6) }
        if rows > 7 { s7 = edgeprof_mlal_low_2(s7, w2, x7) }
        if rows > 7 { t7 = edgeprof_mlal_high_2(t7, w2, x7) }
        let w3 = vmovl_s8(edgeprof_ld1_s8(w + 24))
        if rows > 0 { s0 = edgeprof_mlal_low_3(s0, w3, x0) }
        if rows > 0 { t0 = edgeprof_mlal_high_3(t0, w3, x0) }
        if rows > 1 { s1 = edgeprof_mlal_low_3(s1, w3, x1) }
        if rows > 1 { t1 = edgeprof_mlal_high_3(t1, w3, x1) }
        if rows > 2 { s2 = edgeprof_mlal_low_3(s2, w3, x2) }
        if rows > 2 { t2 = edgeprof_mlal_high_3(t2, w3, x2) }
        if rows > 3 { s3 = edgeprof_mlal_low_3(s3, w3, x3) }
        if rows > 3 { t3 = edgeprof_mlal_high_3(t3, w3, x3) }
        if rows > 4 { s4 = edgeprof_mlal_low_3(s4, w3, x4) }
        if rows > 4 { t4 = edgeprof_mlal_high_3(t4, w3, x4) }
        if rows > 5 { s5 = edgeprof_mlal_low_3(s5, w3, x5) }
        if rows > 5 { t5 = edgeprof_mlal_high_3(t5, w3, x5) }
        if rows > 6 { s6 = edgeprof_mlal_low_3(s6, w3, x6) }
        if rows > 6 { t6 = edgeprof_mlal_high_3(t6, w3, x6) }
        if rows > 7 { s7 = edgeprof_mlal_low_3(s7, w3, x7) }
        if rows > 7 { t7 = edgeprof_mlal_high_3(t7, w3, x7) }
        let w4 = vmovl_s8(edgeprof_ld1_s8(w + 32))
        if rows > 0 { s0 = edgeprof_mlal_low_4(s0, w4, x0) }
        if rows > 0 { t0 = edgeprof_mlal_high_4(t0, w4, x0) }
        if rows > 1 { s1 = edgeprof_mlal_low_4(s1, w4, x1) }
        if rows > 1 { t1 = edgeprof_mlal_high_4(t1, w4, x1) }
        if rows > 2 { s2 = edgeprof_mlal_low_4(s2, w4, x2) }
        if rows > 2 { t2 = edgeprof_mlal_high_4(t2, w4, x2) }
        if rows > 3 { s3 = edgeprof_mlal_low_4(s3, w4, x3) }
        if rows > 3 { t3 = edgeprof_mlal_high_4(t3, w4, x3) }
        if rows > 4 { s4 = edgeprof_mlal_low_4(s4, w4, x4) }
        if rows > 4 { t4 = edgeprof_mlal_high_4(t4, w4, x4) }
        if rows > 5 { s5 = edgeprof_mlal_low_4(s5, w4, x5) }
        if rows > 5 { t5 = edgeprof_mlal_high_4(t5, w4, x5) }
        if rows > 6 { s6 = edgeprof_mlal_low_4(s6, w4, x6) }
        if rows > 6 { t6 = edgeprof_mlal_high_4(t6, w4, x6) }
        if rows > 7 { s7 = edgeprof_mlal_low_4(s7, w4, x7) }
        if rows > 7 { t7 = edgeprof_mlal_high_4(t7, w4, x7) }
        let w5 = vmovl_s8(edgeprof_ld1_s8(w + 40))
        if rows > 0 { s0 = edgeprof_mlal_low_5(s0, w5, x0) }
        if rows > 0 { t0 = edgeprof_mlal_high_5(t0, w5, x0) }
        if rows > 1 { s1 = edgeprof_mlal_low_5(s1, w5, x1) }
        if rows > 1 { t1 = edgeprof_mlal_high_5(t1, w5, x1) }
        if rows > 2 { s2 = edgeprof_mlal_low_5(s2, w5, x2) }
        if rows > 2 { t2 = edgeprof_mlal_high_5(t2, w5, x2) }
        if rows > 3 { s3 = edgeprof_mlal_low_5(s3, w5, x3) }
        if rows > 3 { t3 = edgeprof_mlal_high_5(t3, w5, x3) }
        if rows > 4 { s4 = edgeprof_mlal_low_5(s4, w5, x4) }
        if rows > 4 { t4 = edgeprof_mlal_high_5(t4, w5, x4) }
        if rows > 5 { s5 = edgeprof_mlal_low_5(s5, w5, x5) }
        if rows > 5 { t5 = edgeprof_mlal_high_5(t5, w5, x5) }
        if rows > 6 { s6 = edgeprof_mlal_low_5(s6, w5, x6) }
        if rows > 6 { t6 = edgeprof_mlal_high_5(t6, w5, x6) }
        if rows > 7 { s7 = edgeprof_mlal_low_5(s7, w5, x7) }
        if rows > 7 { t7 = edgeprof_mlal_high_5(t7, w5, x7) }
        let w6 = vmovl_s8(edgeprof_ld1_s8(w + 48))
        if rows > 0 { s0 = edgeprof_mlal_low_6(s0, w6, x0) }
        if rows > 0 { t0 = edgeprof_mlal_high_6(t0, w6, x0) }
        if rows > 1 { s1 = edgeprof_mlal_low_6(s1, w6, x1) }
        if rows > 1 { t1 = edgeprof_mlal_high_6(t1, w6, x1) }
        if rows > 2 { s2 = edgeprof_mlal_low_6(s2, w6, x2) }
        if rows > 2 { t2 = edgeprof_mlal_high_6(t2, w6, x2) }
        if rows > 3 { s3 = edgeprof_mlal_low_6(s3, w6, x3) }
        if rows > 3 { t3 = edgeprof_mlal_high_6(t3, w6, x3) }
        if rows > 4 { s4 = edgeprof_mlal_low_6(s4, w6, x4) }
        if rows > 4 { t4 = edgeprof_mlal_high_6(t4, w6, x4) }
        if rows > 5 { s5 = edgeprof_mlal_low_6(s5, w6, x5) }
        if rows > 5 { t5 = edgeprof_mlal_high_6(t5, w6, x5) }
        if rows > 6 { s6 = edgeprof_mlal_low_6(s6, w6, x6) }
        if rows > 6 { t6 = edgeprof_mlal_high_6(t6, w6, x6) }
        if rows > 7 { s7 = edgeprof_mlal_low_6(s7, w6, x7) }
        if rows > 7 { t7 = edgeprof_mlal_high_6(t7, w6, x7) }
        let w7 = vmovl_s8(edgeprof_ld1_s8(w + 56))
        if rows > 0 { s0 = edgeprof_mlal_low_7(s0, w7, x0) }
        if rows > 0 { t0 = edgeprof_mlal_high_7(t0, w7, x0) }
        if rows > 1 { s1 = edgeprof_mlal_low_7(s1, w7, x1) }
        if rows > 1 { t1 = edgeprof_mlal_high_7(t1, w7, x1) }
        if rows > 2 { s2 = edgeprof_mlal_low_7(s2, w7, x2) }
        if rows > 2 { t2 = edgeprof_mlal_high_7(t2, w7, x2) }
        if rows > 3 { s3 = edgeprof_mlal_low_7(s3, w7, x3) }
        if rows > 3 { t3 = edgeprof_mlal_high_7(t3, w7, x3) }
        if rows > 4 { s4 = edgeprof_mlal_low_7(s4, w7, x4) }
        if rows > 4 { t4 = edgeprof_mlal_high_7(t4, w7, x4) }
        if rows > 5 { s5 = edgeprof_mlal_low_7(s5, w7, x5) }
        if rows > 5 { t5 = edgeprof_mlal_high_7(t5, w7, x5) }
        if rows > 6 { s6 = edgeprof_mlal_low_7(s6, w7, x6) }
        if rows > 6 { t6 = edgeprof_mlal_high_7(t6, w7, x6) }
        if rows > 7 { s7 = edgeprof_mlal_low_7(s7, w7, x7) }
        if rows > 7 { t7 = edgeprof_mlal_high_7(t7, w7, x7) }
        k &+= 8
    }
    while k < a.depth {
        let w = vmovl_s8(edgeprof_ld1_s8(panel.weights + k &* 8))
        let (low, high) = (vget_low_s16(w), vget_high_s16(w))
        if rows > 0 { multiply(x + k, low, high, &s0, &t0) }
        if rows > 1 { multiply(x + (1 &* stride &+ k), low, high, &s1, &t1) }
        if rows > 2 { multiply(x + (2 &* stride &+ k), low, high, &s2, &t2) }
        if rows > 3 { multiply(x + (3 &* stride &+ k), low, high, &s3, &t3) }
        if rows > 4 { multiply(x + (4 &* stride &+ k), low, high, &s4, &t4) }
        if rows > 5 { multiply(x + (5 &* stride &+ k), low, high, &s5, &t5) }
        if rows > 6 { multiply(x + (6 &* stride &+ k), low, high, &s6, &t6) }
        if rows > 7 { multiply(x + (7 &* stride &+ k), low, high, &s7, &t7) }
        k &+= 1
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

/// Eight activations of a row in 16 bits.
@_transparent
private func widened(_ x: UnsafeRawPointer) -> int16x8_t {
    vreinterpretq_s16_u16(vmovl_u8(edgeprof_ld1_u8(x)))
}

/// Adds one k of one row to its eight sums.
@_transparent
private func multiply(
    _ x: UnsafeRawPointer,
    _ low: int16x4_t,
    _ high: int16x4_t,
    _ s: inout int32x4_t,
    _ t: inout int32x4_t
) {
    let activation = Int16(truncatingIfNeeded: x.loadUnaligned(as: UInt8.self))
    s = vmlal_n_s16(s, low, activation)
    t = vmlal_n_s16(t, high, activation)
}
