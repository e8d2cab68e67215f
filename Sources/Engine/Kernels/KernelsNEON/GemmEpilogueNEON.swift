internal import CArmIntrinsics
internal import KernelInterface

// The end of a matrix product with tiles of 8 columns, two vectors of sums a row. All three arm64 products share it: the
// file is compiled into each target, with its own flags.

/// What a panel's tiles share.
typealias GemmPanel = (
    column: Int, count: Int, weights: UnsafeRawPointer, start0: int32x4_t, start1: int32x4_t, m0: float32x4_t,
    m1: float32x4_t, output: Output
)

/// The panel that begins at a column; `rowBytes` is the padded depth.
@_transparent
func gemmPanel(_ a: GemmArguments, _ column: Int, rowBytes: Int) -> GemmPanel {
    (
        column: column,
        count: smaller(8, a.columns &- column),
        weights: UnsafeRawPointer(a.weights + column &* rowBytes),
        start0: edgeprof_ld1q_s32(a.bias + column),
        start1: edgeprof_ld1q_s32(a.bias + (column &+ 4)),
        m0: edgeprof_ld1q_f32(a.multipliers + column),
        m1: edgeprof_ld1q_f32(a.multipliers + (column &+ 4)),
        output: outputVectors(a.quantization)
    )
}

/// Requantizes and stores a row's sums of eight columns.
@_transparent
func storeRow(_ row: Int, _ s: int32x4_t, _ t: int32x4_t, _ a: GemmArguments, _ panel: GemmPanel) {
    var real0 = vmulq_f32(vcvtq_f32_s32(s), panel.m0)
    var real1 = vmulq_f32(vcvtq_f32_s32(t), panel.m1)
    if let residual = a.residual {
        let base = UnsafeRawPointer(residual + (row &* a.residualRowStride &+ panel.column))
        let addend = centred(base, words(a.residualZeroPoint))
        let multiplier = vdupq_n_f32(a.residualMultiplier)
        let low = vdupq_n_f32(a.productLowest)
        let high = vdupq_n_f32(a.productHighest)
        real0 = vminnmq_f32(vmaxnmq_f32(real0, low), high)
        real1 = vminnmq_f32(vmaxnmq_f32(real1, low), high)
        real0 = vaddq_f32(real0, vmulq_f32(addend.0, multiplier))
        real1 = vaddq_f32(real1, vmulq_f32(addend.1, multiplier))
    }
    let target = UnsafeMutableRawPointer(a.output + (row &* a.outputRowStride &+ panel.column))
    store(stored(real0, real1, panel.output), target, panel.count)
}
