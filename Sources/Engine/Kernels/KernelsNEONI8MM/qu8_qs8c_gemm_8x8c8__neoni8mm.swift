// swift-format-ignore-file: AlwaysUseLowerCamelCase

internal import CArmIntrinsics
public import KernelInterface

/// Matrix product, 8 rows by 8 columns at once, eight k at a time (`usmmla`: two rows by two columns each).
///
/// 16 registers hold sums of two rows and two columns, 4 hold eight activations of two rows each.
///
/// - Parameter arguments: The operands; weights in panels [ceil(depth / 8)][8][8].
public func qu8_qs8c_gemm_8x8c8__neoni8mm(_ arguments: UnsafePointer<GemmArguments>) {
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
            let panel = gemmPanel(a, column, rowBytes: (a.depth &+ 7) & ~7)
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
    let bytes = (a.depth &+ 7) & ~7
    // A pair of columns' starting values, for both rows.
    let b0 = vcombine_s32(vget_low_s32(panel.start0), vget_low_s32(panel.start0))
    let b1 = vcombine_s32(vget_high_s32(panel.start0), vget_high_s32(panel.start0))
    let b2 = vcombine_s32(vget_low_s32(panel.start1), vget_low_s32(panel.start1))
    let b3 = vcombine_s32(vget_high_s32(panel.start1), vget_high_s32(panel.start1))
    var (p0c0, p0c1, p0c2, p0c3) = (b0, b1, b2, b3)
    var (p1c0, p1c1, p1c2, p1c3) = (b0, b1, b2, b3)
    var (p2c0, p2c1, p2c2, p2c3) = (b0, b1, b2, b3)
    var (p3c0, p3c1, p3c2, p3c3) = (b0, b1, b2, b3)
    var k = 0
    // Sixteen k at a time: a load a row, then the halves of two rows side by side.
    while k &+ 16 <= bytes {
        let w = panel.weights + k &* 8
        let w0 = edgeprof_ld1q_s8(w)
        let w1 = edgeprof_ld1q_s8(w + 16)
        let w2 = edgeprof_ld1q_s8(w + 32)
        let w3 = edgeprof_ld1q_s8(w + 48)
        let v0 = edgeprof_ld1q_s8(w + 64)
        let v1 = edgeprof_ld1q_s8(w + 80)
        let v2 = edgeprof_ld1q_s8(w + 96)
        let v3 = edgeprof_ld1q_s8(w + 112)
        if rows > 0 {
            let first = edgeprof_ld1q_u8(x + k)
            let second = rows > 1 ? edgeprof_ld1q_u8(x + (1 &* stride &+ k)) : first
            let low = edgeprof_low_halves(first, second)
            p0c0 = edgeprof_usmmla(p0c0, low, w0)
            p0c1 = edgeprof_usmmla(p0c1, low, w1)
            p0c2 = edgeprof_usmmla(p0c2, low, w2)
            p0c3 = edgeprof_usmmla(p0c3, low, w3)
            let high = edgeprof_high_halves(first, second)
            p0c0 = edgeprof_usmmla(p0c0, high, v0)
            p0c1 = edgeprof_usmmla(p0c1, high, v1)
            p0c2 = edgeprof_usmmla(p0c2, high, v2)
            p0c3 = edgeprof_usmmla(p0c3, high, v3)
        }
        if rows > 2 {
            let first = edgeprof_ld1q_u8(x + (2 &* stride &+ k))
            let second = rows > 3 ? edgeprof_ld1q_u8(x + (3 &* stride &+ k)) : first
            let low = edgeprof_low_halves(first, second)
            p1c0 = edgeprof_usmmla(p1c0, low, w0)
            p1c1 = edgeprof_usmmla(p1c1, low, w1)
            p1c2 = edgeprof_usmmla(p1c2, low, w2)
            p1c3 = edgeprof_usmmla(p1c3, low, w3)
            let high = edgeprof_high_halves(first, second)
            p1c0 = edgeprof_usmmla(p1c0, high, v0)
            p1c1 = edgeprof_usmmla(p1c1, high, v1)
            p1c2 = edgeprof_usmmla(p1c2, high, v2)
            p1c3 = edgeprof_usmmla(p1c3, high, v3)
        }
        if rows > 4 {
            let first = edgeprof_ld1q_u8(x + (4 &* stride &+ k))
            let second = rows > 5 ? edgeprof_ld1q_u8(x + (5 &* stride &+ k)) : first
            let low = edgeprof_low_halves(first, second)
            p2c0 = edgeprof_usmmla(p2c0, low, w0)
            p2c1 = edgeprof_usmmla(p2c1, low, w1)
            p2c2 = edgeprof_usmmla(p2c2, low, w2)
            p2c3 = edgeprof_usmmla(p2c3, low, w3)
            let high = edgeprof_high_halves(first, second)
            p2c0 = edgeprof_usmmla(p2c0, high, v0)
            p2c1 = edgeprof_usmmla(p2c1, high, v1)
            p2c2 = edgeprof_usmmla(p2c2, high, v2)
            p2c3 = edgeprof_usmmla(p2c3, high, v3)
        }
        if rows > 6 {
            let first = edgeprof_ld1q_u8(x + (6 &* stride &+ k))
            let second = rows > 7 ? edgeprof_ld1q_u8(x + (7 &* stride &+ k)) : first
            let low = edgeprof_low_halves(first, second)
            p3c0 = edgeprof_usmmla(p3c0, low, w0)
            p3c1 = edgeprof_usmmla(p3c1, low, w1)
            p3c2 = edgeprof_usmmla(p3c2, low, w2)
            p3c3 = edgeprof_usmmla(p3c3, low, w3)
            let high = edgeprof_high_halves(first, second)
            p3c0 = edgeprof_usmmla(p3c0, high, v0)
            p3c1 = edgeprof_usmmla(p3c1, high, v1)
            p3c2 = edgeprof_usmmla(p3c2, high, v2)
            p3c3 = edgeprof_usmmla(p3c3, high, v3)
        }
        k &+= 16
    }
    if k < bytes {
        let w = panel.weights + k &* 8
        let w0 = edgeprof_ld1q_s8(w)
        let w1 = edgeprof_ld1q_s8(w + 16)
        let w2 = edgeprof_ld1q_s8(w + 32)
        let w3 = edgeprof_ld1q_s8(w + 48)
        if rows > 0 {
            let pair = rows > 1 ? rowPair(x + k, x + (1 &* stride &+ k)) : rowPair(x + k, x + k)
            p0c0 = edgeprof_usmmla(p0c0, pair, w0)
            p0c1 = edgeprof_usmmla(p0c1, pair, w1)
            p0c2 = edgeprof_usmmla(p0c2, pair, w2)
            p0c3 = edgeprof_usmmla(p0c3, pair, w3)
        }
        if rows > 2 {
            let pair =
                rows > 3
                ? rowPair(x + (2 &* stride &+ k), x + (3 &* stride &+ k))
                : rowPair(x + (2 &* stride &+ k), x + (2 &* stride &+ k))
            p1c0 = edgeprof_usmmla(p1c0, pair, w0)
            p1c1 = edgeprof_usmmla(p1c1, pair, w1)
            p1c2 = edgeprof_usmmla(p1c2, pair, w2)
            p1c3 = edgeprof_usmmla(p1c3, pair, w3)
        }
        if rows > 4 {
            let pair =
                rows > 5
                ? rowPair(x + (4 &* stride &+ k), x + (5 &* stride &+ k))
                : rowPair(x + (4 &* stride &+ k), x + (4 &* stride &+ k))
            p2c0 = edgeprof_usmmla(p2c0, pair, w0)
            p2c1 = edgeprof_usmmla(p2c1, pair, w1)
            p2c2 = edgeprof_usmmla(p2c2, pair, w2)
            p2c3 = edgeprof_usmmla(p2c3, pair, w3)
        }
        if rows > 6 {
            let pair =
                rows > 7
                ? rowPair(x + (6 &* stride &+ k), x + (7 &* stride &+ k))
                : rowPair(x + (6 &* stride &+ k), x + (6 &* stride &+ k))
            p3c0 = edgeprof_usmmla(p3c0, pair, w0)
            p3c1 = edgeprof_usmmla(p3c1, pair, w1)
            p3c2 = edgeprof_usmmla(p3c2, pair, w2)
            p3c3 = edgeprof_usmmla(p3c3, pair, w3)
        }
    }
    if rows > 0 { storeRow(row, lowHalves(p0c0, p0c1), lowHalves(p0c2, p0c3), a, panel) }
    if rows > 1 { storeRow(row &+ 1, highHalves(p0c0, p0c1), highHalves(p0c2, p0c3), a, panel) }
    if rows > 2 { storeRow(row &+ 2, lowHalves(p1c0, p1c1), lowHalves(p1c2, p1c3), a, panel) }
    if rows > 3 { storeRow(row &+ 3, highHalves(p1c0, p1c1), highHalves(p1c2, p1c3), a, panel) }
    if rows > 4 { storeRow(row &+ 4, lowHalves(p2c0, p2c1), lowHalves(p2c2, p2c3), a, panel) }
    if rows > 5 { storeRow(row &+ 5, highHalves(p2c0, p2c1), highHalves(p2c2, p2c3), a, panel) }
    if rows > 6 { storeRow(row &+ 6, lowHalves(p3c0, p3c1), lowHalves(p3c2, p3c3), a, panel) }
    if rows > 7 { storeRow(row &+ 7, highHalves(p3c0, p3c1), highHalves(p3c2, p3c3), a, panel) }
}

/// Eight activations of two rows.
@_transparent
private func rowPair(_ first: UnsafeRawPointer, _ second: UnsafeRawPointer) -> uint8x16_t {
    vcombine_u8(edgeprof_ld1_u8(first), edgeprof_ld1_u8(second))
}

/// The first row's sums of four columns.
@_transparent
private func lowHalves(_ left: int32x4_t, _ right: int32x4_t) -> int32x4_t {
    vcombine_s32(vget_low_s32(left), vget_low_s32(right))
}

/// The second row's.
@_transparent
private func highHalves(_ left: int32x4_t, _ right: int32x4_t) -> int32x4_t {
    vcombine_s32(vget_high_s32(left), vget_high_s32(right))
}
