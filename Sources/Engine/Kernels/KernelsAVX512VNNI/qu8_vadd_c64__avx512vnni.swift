// swift-format-ignore-file: AlwaysUseLowerCamelCase

internal import CX86Intrinsics
public import KernelInterface

/// Element-wise sum, requantized, 64 elements at once.
///
/// - Parameter arguments: The operands; the output may be either operand's own memory.
public func qu8_vadd_c64__avx512vnni(_ arguments: UnsafePointer<AddArguments>) {
    let a = arguments.pointee
    precondition(a.rows >= 0 && a.columns >= 0, "counts are not negative")
    let quantization = outputVectors(a.quantization)
    let leftZero = _mm512_set1_epi32(a.leftZeroPoint)
    let rightZero = _mm512_set1_epi32(a.rightZeroPoint)
    let leftMultiplier = _mm512_set1_ps(a.leftMultiplier)
    let rightMultiplier = _mm512_set1_ps(a.rightMultiplier)
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
            let l = left + column
            let r = right + column
            let real: RealQuad = (
                r0: sum(l, leftZero, leftMultiplier, r, rightZero, rightMultiplier),
                r1: sum(l + 16, leftZero, leftMultiplier, r + 16, rightZero, rightMultiplier),
                r2: sum(l + 32, leftZero, leftMultiplier, r + 32, rightZero, rightMultiplier),
                r3: sum(l + 48, leftZero, leftMultiplier, r + 48, rightZero, rightMultiplier)
            )
            let bytes = storedInOrder(real, quantization)
            store(bytes, output + column, columns &- column)
            column &+= 64
        }
        row &+= 1
    }
}

/// Sixteen real sums.
@_transparent
private func sum(
    _ left: UnsafeRawPointer,
    _ leftZero: __m512i,
    _ leftMultiplier: __m512,
    _ right: UnsafeRawPointer,
    _ rightZero: __m512i,
    _ rightMultiplier: __m512
) -> __m512 {
    _mm512_add_ps(
        _mm512_mul_ps(centred(left, leftZero), leftMultiplier),
        _mm512_mul_ps(centred(right, rightZero), rightMultiplier)
    )
}
