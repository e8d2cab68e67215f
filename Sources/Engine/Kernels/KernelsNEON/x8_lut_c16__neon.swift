// swift-format-ignore-file: AlwaysUseLowerCamelCase

internal import CArmIntrinsics
public import KernelInterface

/// Table look-up, 16 elements at once: `tbl` in each quarter of the table, kept in 16 registers.
///
/// - Parameter arguments: The operands; the output may be the input's own memory.
public func x8_lut_c16__neon(_ arguments: UnsafePointer<LookupArguments>) {
    let a = arguments.pointee
    precondition(a.rows >= 0 && a.columns >= 0, "counts are not negative")
    let t0 = edgeprof_ld1q_u8_x4(a.table)
    let t1 = edgeprof_ld1q_u8_x4(a.table + 64)
    let t2 = edgeprof_ld1q_u8_x4(a.table + 128)
    let t3 = edgeprof_ld1q_u8_x4(a.table + 192)
    let quarter = vdupq_n_u8(64)
    let dense = a.inputRowStride == a.columns && a.outputRowStride == a.columns
    let columns = dense ? a.rows &* a.columns : a.columns
    let rows = dense ? smaller(a.rows, 1) : a.rows
    var row = 0
    while row < rows {
        let input = UnsafeRawPointer(a.input + row &* a.inputRowStride)
        let output = UnsafeMutableRawPointer(a.output + row &* a.outputRowStride)
        var column = 0
        while column < columns {
            // An index beyond 63 gives 0 (`tbl`) or leaves what is there (`tbx`).
            let first = edgeprof_ld1q_u8(input + column)
            let second = vsubq_u8(first, quarter)
            let third = vsubq_u8(second, quarter)
            var bytes = vqtbl4q_u8(t0, first)
            bytes = vqtbx4q_u8(bytes, t1, second)
            bytes = vqtbx4q_u8(bytes, t2, third)
            bytes = vqtbx4q_u8(bytes, t3, vsubq_u8(third, quarter))
            store(bytes, output + column, columns &- column)
            column &+= 16
        }
        row &+= 1
    }
}
