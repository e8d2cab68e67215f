// swift-format-ignore-file: AlwaysUseLowerCamelCase

internal import CArmIntrinsics

/// Reads memory and nothing else, 8 vectors an iteration: the most this core can take in from where the memory lies.
///
/// - Parameters:
///   - base: First byte, on a cache line's boundary.
///   - bytes: How many, a multiple of 512.
///   - passes: How often.
/// - Returns: A value that depends on every byte, so that no load is optimised away.
public func load_bandwidth__neon(_ base: UnsafeRawPointer, _ bytes: Int, _ passes: Int) -> Int32 {
    let zero = vdupq_n_s32(0)
    var (a0, a1, a2, a3, a4, a5, a6, a7) = (zero, zero, zero, zero, zero, zero, zero, zero)
    let end = base + bytes
    var left = passes
    while left > 0 {
        var place = base
        while place < end {
            a0 = vaddq_s32(a0, edgeprof_ld1q_s32(place))
            a1 = vaddq_s32(a1, edgeprof_ld1q_s32(place + 16))
            a2 = vaddq_s32(a2, edgeprof_ld1q_s32(place + 32))
            a3 = vaddq_s32(a3, edgeprof_ld1q_s32(place + 48))
            a4 = vaddq_s32(a4, edgeprof_ld1q_s32(place + 64))
            a5 = vaddq_s32(a5, edgeprof_ld1q_s32(place + 80))
            a6 = vaddq_s32(a6, edgeprof_ld1q_s32(place + 96))
            a7 = vaddq_s32(a7, edgeprof_ld1q_s32(place + 112))
            place += 128
        }
        left &-= 1
    }
    let low = vaddq_s32(vaddq_s32(a0, a1), vaddq_s32(a2, a3))
    let high = vaddq_s32(vaddq_s32(a4, a5), vaddq_s32(a6, a7))
    return vaddvq_s32(vaddq_s32(low, high))
}
