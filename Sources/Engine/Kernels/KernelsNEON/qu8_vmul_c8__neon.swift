// swift-format-ignore-file: AlwaysUseLowerCamelCase

internal import CArmIntrinsics
public import KernelInterface

/// Element-wise product, requantized, 8 elements at once.
///
/// - Parameter arguments: The operands; the output may be either operand's own memory.
public func qu8_vmul_c8__neon(_ arguments: UnsafePointer<MultiplyArguments>) {
    let a = arguments.pointee
    precondition(a.rows >= 0 && a.columns >= 0, "counts are not negative")
    let quantization = outputVectors(a.quantization)
    let leftZero = words(a.leftZeroPoint)
    let rightZero = words(a.rightZeroPoint)
    let multiplier = vdupq_n_f32(a.multiplier)
    // Rows that touch are one row: no tail but the last.
    let dense = a.leftRowStride == a.columns && a.rightRowStride == a.columns && a.outputRowStride == a.columns
    let columns = dense ? a.rows &* a.columns : a.columns
    let rows = dense ? smaller(a.rows, 1) : a.rows
    var row = 0
    while row < rows {
        let left = UnsafeRawPointer(a.left + row &* a.leftRowStride)
        let right = UnsafeRawPointer(a.right + row &* a.rightRowStride)
        let output = UnsafeMutableRawPointer(a.output + row &* a.outputRowStride)
        var column = 0
        while column < columns {
            let l = centred(left + column, leftZero)
            let r = centred(right + column, rightZero)
            let bytes = stored(
                vmulq_f32(vmulq_f32(l.0, r.0), multiplier),
                vmulq_f32(vmulq_f32(l.1, r.1), multiplier),
                quantization
            )
            store(bytes, output + column, columns &- column)
            column &+= 8
        }
        row &+= 1
    }
}
