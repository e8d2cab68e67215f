// swift-format-ignore-file: AlwaysUseLowerCamelCase

internal import CX86Intrinsics
public import KernelInterface

/// Table look-up, 64 bytes at once: the table's sixteenths stay in registers, and `vpshufb` looks up in each.
///
/// An index less 16·i is below 16 in one sixteenth only; adding 112 with saturation leaves that index's low bits alone
/// and sets the top bit of every other, for which `vpshufb` gives 0.
///
/// - Parameter arguments: The operands; the output may be the input's own memory.
public func x8_lut_c64__avx512vnni(_ arguments: UnsafePointer<LookupArguments>) {
    let a = arguments.pointee
    precondition(a.rows >= 0 && a.columns >= 0, "counts are not negative")
    let table = UnsafeRawPointer(a.table)
    let (t0, t1, t2, t3) = (part(table, 0), part(table, 1), part(table, 2), part(table, 3))
    let (t4, t5, t6, t7) = (part(table, 4), part(table, 5), part(table, 6), part(table, 7))
    let (t8, t9, t10, t11) = (part(table, 8), part(table, 9), part(table, 10), part(table, 11))
    let (t12, t13, t14, t15) = (part(table, 12), part(table, 13), part(table, 14), part(table, 15))
    let dense = a.inputRowStride == a.columns && a.outputRowStride == a.columns
    let columns = dense ? a.rows &* a.columns : a.columns
    let rows = dense ? smaller(a.rows, 1) : a.rows
    var row = 0
    while row < rows {
        let input = UnsafeRawPointer(a.input + row &* a.inputRowStride)
        let output = UnsafeMutableRawPointer(a.output + row &* a.outputRowStride)
        var column = 0
        while column < columns {
            let x = _mm512_loadu_si512(input + column)
            let first = _mm512_or_si512(
                _mm512_or_si512(look(t0, x, 0), look(t1, x, 16)),
                _mm512_or_si512(look(t2, x, 32), look(t3, x, 48))
            )
            let second = _mm512_or_si512(
                _mm512_or_si512(look(t4, x, 64), look(t5, x, 80)),
                _mm512_or_si512(look(t6, x, 96), look(t7, x, 112))
            )
            let third = _mm512_or_si512(
                _mm512_or_si512(look(t8, x, 128), look(t9, x, 144)),
                _mm512_or_si512(look(t10, x, 160), look(t11, x, 176))
            )
            let fourth = _mm512_or_si512(
                _mm512_or_si512(look(t12, x, 192), look(t13, x, 208)),
                _mm512_or_si512(look(t14, x, 224), look(t15, x, 240))
            )
            let bytes = _mm512_or_si512(_mm512_or_si512(first, second), _mm512_or_si512(third, fourth))
            store(bytes, output + column, columns &- column)
            column &+= 64
        }
        row &+= 1
    }
}

/// A sixteenth of the table, in every 128-bit lane.
@_transparent
private func part(_ table: UnsafeRawPointer, _ index: Int) -> __m512i {
    edgeprof_mm512_broadcast_128(table + index &* 16)
}

/// The results of one sixteenth, 0 for indices outside it.
@_transparent
private func look(_ part: __m512i, _ indices: __m512i, _ first: UInt8) -> __m512i {
    let offset = _mm512_sub_epi8(indices, _mm512_set1_epi8(CChar(bitPattern: first)))
    return _mm512_shuffle_epi8(part, _mm512_adds_epu8(offset, _mm512_set1_epi8(112)))
}
