// swift-format-ignore-file: AlwaysUseLowerCamelCase

internal import CArmIntrinsics
public import KernelInterface

/// Per-channel affine map, 8 channels at once.
///
/// - Parameter arguments: The operands.
public func qu8_vaffine_c8__neon(_ arguments: UnsafePointer<ChannelAffineArguments>) {
    let a = arguments.pointee
    precondition(a.rows >= 0 && a.columns >= 0, "counts are not negative")
    let quantization = outputVectors(a.quantization)
    let zeroPoint = words(a.inputZeroPoint)
    var column = 0
    while column < a.columns {
        let m0 = edgeprof_ld1q_f32(a.multipliers + column)
        let m1 = edgeprof_ld1q_f32(a.multipliers + (column &+ 4))
        let o0 = edgeprof_ld1q_f32(a.offsets + column)
        let o1 = edgeprof_ld1q_f32(a.offsets + (column &+ 4))
        let count = a.columns &- column
        var input = UnsafeRawPointer(a.input + column)
        var output = UnsafeMutableRawPointer(a.output + column)
        var row = 0
        while row < a.rows {
            let x = centred(input, zeroPoint)
            let bytes = stored(
                vaddq_f32(vmulq_f32(x.0, m0), o0),
                vaddq_f32(vmulq_f32(x.1, m1), o1),
                quantization
            )
            store(bytes, output, count)
            input += a.inputRowStride
            output += a.outputRowStride
            row &+= 1
        }
        column &+= 8
    }
}
