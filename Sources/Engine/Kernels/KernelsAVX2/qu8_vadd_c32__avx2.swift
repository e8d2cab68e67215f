// swift-format-ignore-file: AlwaysUseLowerCamelCase

internal import CX86Intrinsics
public import KernelInterface

/// Element-wise sum, requantized, 32 elements at once.
///
/// - Parameter arguments: The operands; the output may be either operand's own memory.
public func qu8_vadd_c32__avx2(_ arguments: UnsafePointer<AddArguments>) {
    let a = arguments.pointee
    precondition(a.rows >= 0 && a.columns >= 0, "counts are not negative")
    let quantization = outputVectors(a.quantization)
    let leftZero = _mm256_set1_epi32(a.leftZeroPoint)
    let rightZero = _mm256_set1_epi32(a.rightZeroPoint)
    let leftMultiplier = _mm256_set1_ps(a.leftMultiplier)
    let rightMultiplier = _mm256_set1_ps(a.rightMultiplier)
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
                r1: sum(l + 8, leftZero, leftMultiplier, r + 8, rightZero, rightMultiplier),
                r2: sum(l + 16, leftZero, leftMultiplier, r + 16, rightZero, rightMultiplier),
                r3: sum(l + 24, leftZero, leftMultiplier, r + 24, rightZero, rightMultiplier)
            )
            let bytes = storedInOrder(real, quantization)
            store(bytes, output + column, columns &- column)
            column &+= 32
        }
        row &+= 1
    }
}

/// Eight real sums.
@_transparent
private func sum(
    _ left: UnsafeRawPointer,
    _ leftZero: __m256i,
    _ leftMultiplier: __m256,
    _ right: UnsafeRawPointer,
    _ rightZero: __m256i,
    _ rightMultiplier: __m256
) -> __m256 {
    _mm256_add_ps(
        _mm256_mul_ps(centred(left, leftZero), leftMultiplier),
        _mm256_mul_ps(centred(right, rightZero), rightMultiplier)
    )
}
