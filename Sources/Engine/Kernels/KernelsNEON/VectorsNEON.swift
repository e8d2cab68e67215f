internal import CArmIntrinsics
internal import KernelInterface

/// The smaller of two; the standard library's `min` is generic, and its copy made here would be a weak symbol.
@_transparent
func smaller(_ first: Int, _ second: Int) -> Int { first < second ? first : second }

/// The larger of two.
@_transparent
func larger(_ first: Int, _ second: Int) -> Int { first < second ? second : first }

// Tuples, not structs: an internal struct brings value witnesses, which are weak symbols (docs/kernels.md).

/// The output side of a kernel: bounds less the zero point as reals, the zero point in 16 bits.
typealias Output = (low: float32x4_t, high: float32x4_t, zeroPoint: int16x8_t)

/// Spreads an output quantization over vectors.
@_transparent
func outputVectors(_ quantization: OutputQuantization) -> Output {
    (
        low: vdupq_n_f32(Float(quantization.lowest &- quantization.zeroPoint)),
        high: vdupq_n_f32(Float(quantization.highest &- quantization.zeroPoint)),
        zeroPoint: vdupq_n_s16(Int16(truncatingIfNeeded: quantization.zeroPoint))
    )
}

/// Stored integers less the zero point; `fmaxnm` gives its other operand, the lower bound, for not-a-number.
@_transparent
func integers(_ real: float32x4_t, _ output: Output) -> int32x4_t {
    vcvtnq_s32_f32(vminnmq_f32(vmaxnmq_f32(real, output.low), output.high))
}

/// Eight stored integers.
@_transparent
func stored(_ real0: float32x4_t, _ real1: float32x4_t, _ output: Output) -> uint8x8_t {
    let words = vcombine_s16(vqmovn_s32(integers(real0, output)), vqmovn_s32(integers(real1, output)))
    return vqmovun_s16(vaddq_s16(words, output.zeroPoint))
}

/// Stores the first `count` of eight bytes; `count` is at least 1 and may exceed 8.
@_transparent
func store(_ bytes: uint8x8_t, _ target: UnsafeMutableRawPointer, _ count: Int) {
    if count >= 8 {
        edgeprof_st1_u8(target, bytes)
    } else {
        edgeprof_st1_u8_count(target, bytes, count)
    }
}

/// Eight stored integers less the zero point, as reals.
@_transparent
func centred(_ stored: UnsafeRawPointer, _ zeroPoint: int16x8_t) -> (float32x4_t, float32x4_t) {
    let words = vsubq_s16(vreinterpretq_s16_u16(vmovl_u8(edgeprof_ld1_u8(stored))), zeroPoint)
    return (vcvtq_f32_s32(vmovl_s16(vget_low_s16(words))), vcvtq_f32_s32(vmovl_high_s16(words)))
}

/// A zero point in 16 bits.
@_transparent
func words(_ zeroPoint: Int32) -> int16x8_t { vdupq_n_s16(Int16(truncatingIfNeeded: zeroPoint)) }
