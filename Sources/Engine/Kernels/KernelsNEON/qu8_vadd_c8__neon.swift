// swift-format-ignore-file: AlwaysUseLowerCamelCase

internal import CArmIntrinsics
public import KernelInterface

/// Element-wise sum, requantized, 8 elements at once.
///
/// - Parameter arguments: The operands; the output may be either operand's own memory.
public func qu8_vadd_c8__neon(_ arguments: UnsafePointer<AddArguments>) {
    let a = arguments.pointee
    precondition(a.rows >= 0 && a.columns >= 0, "counts are not negative")
    let quantization = outputVectors(a.quantization)
    let leftZero = words(a.leftZeroPoint)
    let rightZero = words(a.rightZeroPoint)
    let leftMultiplier = vdupq_n_f32(a.leftMultiplier)
    let rightMultiplier = vdupq_n_f32(a.rightMultiplier)
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
                vaddq_f32(vmulq_f32(l.0, leftMultiplier), vmulq_f32(r.0, rightMultiplier)),
                vaddq_f32(vmulq_f32(l.1, leftMultiplier), vmulq_f32(r.1, rightMultiplier)),
                quantization
            )
            store(bytes, output + column, columns &- column)
            column &+= 8
        }
        row &+= 1
    }
}
