// swift-format-ignore-file: AlwaysUseLowerCamelCase

internal import CArmIntrinsics
public import KernelInterface

/// Depthwise convolution, 16 channels at once (`smlal`, exact: its operands have 16 bits).
///
/// The weights are widened once a call, in stack memory.
///
/// - Parameter arguments: The operands.
public func qu8_qs8c_dwconv_c16__neon(_ arguments: UnsafePointer<DepthwiseArguments>) {
    edgeprof_with_scratch(arguments) { context, scratch in
        guard let context, let scratch else { return }
        convolveDepthwise(context.assumingMemoryBound(to: DepthwiseArguments.self).pointee, scratch)
    }
}

/// The convolution, with `EDGEPROF_SCRATCH_BYTES` of memory for widened weights.
func convolveDepthwise(_ a: DepthwiseArguments, _ scratch: UnsafeMutableRawPointer) {
    precondition(a.tapCount >= 1 && a.channels >= 1 && a.paddedChannels >= a.channels, "taps and channels exist")
    let fits = a.tapCount &* 32 <= Int(EDGEPROF_SCRATCH_BYTES)
    var channel = 0
    while channel < a.channels {
        let weights = UnsafeRawPointer(a.weights + channel)
        if fits {
            widen(weights, a, scratch)
            if a.tapCount == 9 {
                // The commonest count, as a constant.
                block(a, channel, 9, UnsafeRawPointer(scratch), widenedOnce: true)
            } else {
                block(a, channel, a.tapCount, UnsafeRawPointer(scratch), widenedOnce: true)
            }
        } else {
            block(a, channel, a.tapCount, weights, widenedOnce: false)
        }
        channel &+= 16
    }
}

/// Widens 16 channels' weights into `scratch`.
@_transparent
private func widen(_ weights: UnsafeRawPointer, _ a: DepthwiseArguments, _ scratch: UnsafeMutableRawPointer) {
    var tap = 0
    while tap < a.tapCount {
        let bytes = edgeprof_ld1q_s8(weights + tap &* a.paddedChannels)
        edgeprof_st1q_s16(scratch + tap &* 32, vmovl_s8(vget_low_s8(bytes)))
        edgeprof_st1q_s16(scratch + (tap &* 32 &+ 16), vmovl_high_s8(bytes))
        tap &+= 1
    }
}

/// Computes 16 channels of every pixel.
@_transparent
private func block(
    _ a: DepthwiseArguments,
    _ channel: Int,
    _ tapCount: Int,
    _ weights: UnsafeRawPointer,
    widenedOnce: Bool
) {
    let quantization = outputVectors(a.quantization)
    let bias = values(a.bias + channel)
    let multipliers = reals(a.multipliers + channel)
    let count = a.channels &- channel
    var taps = a.taps
    var output = UnsafeMutableRawPointer(a.output + channel)
    var pixel = 0
    while pixel < a.pixels {
        var sums = bias
        var tap = 0
        while tap < tapCount {
            let bytes = edgeprof_ld1q_u8(taps[tap] + channel)
            let low = vreinterpretq_s16_u16(vmovl_u8(vget_low_u8(bytes)))
            let high = vreinterpretq_s16_u16(vmovl_high_u8(bytes))
            let narrow = edgeprof_ld1q_s8(weights + (widenedOnce ? 0 : tap &* a.paddedChannels))
            let w0 = widenedOnce ? edgeprof_ld1q_s16(weights + tap &* 32) : vmovl_s8(vget_low_s8(narrow))
            let w1 = widenedOnce ? edgeprof_ld1q_s16(weights + (tap &* 32 &+ 16)) : vmovl_high_s8(narrow)
            sums.v0 = vmlal_s16(sums.v0, vget_low_s16(low), vget_low_s16(w0))
            sums.v1 = vmlal_high_s16(sums.v1, low, w0)
            sums.v2 = vmlal_s16(sums.v2, vget_low_s16(high), vget_low_s16(w1))
            sums.v3 = vmlal_high_s16(sums.v3, high, w1)
            tap &+= 1
        }
        store(stored(products(sums, multipliers), quantization), output, count)
        taps += a.tapCount
        output += a.outputPixelStride
        pixel &+= 1
    }
}
