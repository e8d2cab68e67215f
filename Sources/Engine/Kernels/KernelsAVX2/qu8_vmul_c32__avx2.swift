// swift-format-ignore-file: AlwaysUseLowerCamelCase

internal import CX86Intrinsics
public import KernelInterface

/// Element-wise product, requantized, 32 elements at once.
///
/// - Parameter arguments: The operands; the output may be either operand's own memory.
public func qu8_vmul_c32__avx2(_ arguments: UnsafePointer<MultiplyArguments>) {
    let a = arguments.pointee
    precondition(a.rows >= 0 && a.columns >= 0, "counts are not negative")
    let quantization = outputVectors(a.quantization)
    let leftZero = _mm256_set1_epi32(a.leftZeroPoint)
    let rightZero = _mm256_set1_epi32(a.rightZeroPoint)
    let multiplier = _mm256_set1_ps(a.multiplier)
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
                r0: product(l, leftZero, r, rightZero, multiplier),
                r1: product(l + 8, leftZero, r + 8, rightZero, multiplier),
                r2: product(l + 16, leftZero, r + 16, rightZero, multiplier),
                r3: product(l + 24, leftZero, r + 24, rightZero, multiplier)
            )
            let bytes = storedInOrder(real, quantization)
            store(bytes, output + column, columns &- column)
            column &+= 32
        }
        row &+= 1
    }
}

/// Eight real products; that of the centred bytes is exact.
@_transparent
private func product(
    _ left: UnsafeRawPointer,
    _ leftZero: __m256i,
    _ right: UnsafeRawPointer,
    _ rightZero: __m256i,
    _ multiplier: __m256
) -> __m256 {
    _mm256_mul_ps(_mm256_mul_ps(centred(left, leftZero), centred(right, rightZero)), multiplier)
}
