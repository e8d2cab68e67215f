// swift-format-ignore-file: AlwaysUseLowerCamelCase

internal import CX86Intrinsics
public import KernelInterface

/// Per-channel affine map, requantized, 64 channels at once.
///
/// - Parameter arguments: The operands; the output may be the input's own memory.
public func qu8_vaffine_c64__avx512vnni(_ arguments: UnsafePointer<ChannelAffineArguments>) {
    let a = arguments.pointee
    precondition(a.rows >= 0 && a.columns >= 0, "counts are not negative")
    let quantization = outputVectors(a.quantization)
    let zeroPoint = _mm512_set1_epi32(a.inputZeroPoint)
    var column = 0
    while column < a.columns {
        let m0 = _mm512_loadu_ps(a.multipliers + column)
        let m1 = _mm512_loadu_ps(a.multipliers + (column &+ 16))
        let m2 = _mm512_loadu_ps(a.multipliers + (column &+ 32))
        let m3 = _mm512_loadu_ps(a.multipliers + (column &+ 48))
        let o0 = _mm512_loadu_ps(a.offsets + column)
        let o1 = _mm512_loadu_ps(a.offsets + (column &+ 16))
        let o2 = _mm512_loadu_ps(a.offsets + (column &+ 32))
        let o3 = _mm512_loadu_ps(a.offsets + (column &+ 48))
        let count = a.columns &- column
        var input = UnsafeRawPointer(a.input + column)
        var output = UnsafeMutableRawPointer(a.output + column)
        var row = 0
        while row < a.rows {
            let real: RealQuad = (
                r0: _mm512_add_ps(_mm512_mul_ps(centred(input, zeroPoint), m0), o0),
                r1: _mm512_add_ps(_mm512_mul_ps(centred(input + 16, zeroPoint), m1), o1),
                r2: _mm512_add_ps(_mm512_mul_ps(centred(input + 32, zeroPoint), m2), o2),
                r3: _mm512_add_ps(_mm512_mul_ps(centred(input + 48, zeroPoint), m3), o3)
            )
            let bytes = storedInOrder(real, quantization)
            store(bytes, output, count)
            input += a.inputRowStride
            output += a.outputRowStride
            row &+= 1
        }
        column &+= 64
    }
}
