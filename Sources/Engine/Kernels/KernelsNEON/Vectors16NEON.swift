internal import CArmIntrinsics
internal import KernelInterface

/// 16 sums as four vectors.
typealias Quad = (v0: int32x4_t, v1: int32x4_t, v2: int32x4_t, v3: int32x4_t)

/// 16 real results.
typealias RealQuad = (r0: float32x4_t, r1: float32x4_t, r2: float32x4_t, r3: float32x4_t)

/// 16 values of 32 bits.
@_transparent
func values(_ words: UnsafeRawPointer) -> Quad {
    (
        v0: edgeprof_ld1q_s32(words), v1: edgeprof_ld1q_s32(words + 16), v2: edgeprof_ld1q_s32(words + 32),
        v3: edgeprof_ld1q_s32(words + 48)
    )
}

/// 16 reals.
@_transparent
func reals(_ values: UnsafeRawPointer) -> RealQuad {
    (
        r0: edgeprof_ld1q_f32(values), r1: edgeprof_ld1q_f32(values + 16), r2: edgeprof_ld1q_f32(values + 32),
        r3: edgeprof_ld1q_f32(values + 48)
    )
}

/// Sums times multipliers.
@_transparent
func products(_ sums: Quad, _ multipliers: RealQuad) -> RealQuad {
    (
        r0: vmulq_f32(vcvtq_f32_s32(sums.v0), multipliers.r0),
        r1: vmulq_f32(vcvtq_f32_s32(sums.v1), multipliers.r1),
        r2: vmulq_f32(vcvtq_f32_s32(sums.v2), multipliers.r2),
        r3: vmulq_f32(vcvtq_f32_s32(sums.v3), multipliers.r3)
    )
}

/// 16 stored integers.
@_transparent
func stored(_ real: RealQuad, _ output: Output) -> uint8x16_t {
    vcombine_u8(stored(real.r0, real.r1, output), stored(real.r2, real.r3, output))
}

/// Stores the first `count` of 16 bytes; `count` is at least 1 and may exceed 16.
@_transparent
func store(_ bytes: uint8x16_t, _ target: UnsafeMutableRawPointer, _ count: Int) {
    if count >= 16 {
        edgeprof_st1q_u8(target, bytes)
    } else if count > 8 {
        edgeprof_st1_u8(target, vget_low_u8(bytes))
        store(vget_high_u8(bytes), target + 8, count &- 8)
    } else {
        store(vget_low_u8(bytes), target, count)
    }
}
