// swift-format-ignore-file: AlwaysUseLowerCamelCase

internal import CX86Intrinsics
public import KernelInterface

/// Depthwise convolution, 64 channels at once, four taps at a time (`vpdpbusd`).
///
/// Four taps' bytes are interleaved in registers, eight shuffles for 256 products; the weights are interleaved once a
/// call, in stack memory. Where 32 channels or fewer are left, two pixels share the vectors.
///
/// - Parameter arguments: The operands.
public func qu8_qs8c_dwconv_c64__avx512vnni(_ arguments: UnsafePointer<DepthwiseArguments>) {
    edgeprof_with_scratch(arguments) { context, scratch in
        guard let context, let scratch else { return }
        convolveDepthwise(context.assumingMemoryBound(to: DepthwiseArguments.self).pointee, scratch)
    }
}

/// The convolution, with `EDGEPROF_SCRATCH_BYTES` of memory for interleaved weights.
func convolveDepthwise(_ a: DepthwiseArguments, _ scratch: UnsafeMutableRawPointer) {
    precondition(a.tapCount >= 1 && a.channels >= 1 && a.paddedChannels >= a.channels, "taps and channels exist")
    let fits = (a.tapCount &+ 3) / 4 &* 256 <= Int(EDGEPROF_SCRATCH_BYTES)
    var channel = 0
    while channel < a.channels {
        if a.channels &- channel > 32 {
            block(a, channel, fits ? scratch : nil, paired: false)
        } else {
            block(a, channel, fits ? scratch : nil, paired: true)
        }
        channel &+= 64
    }
}

/// Computes a block's channels of every pixel; without scratch memory, weights are interleaved anew for each.
@_transparent
private func block(_ a: DepthwiseArguments, _ channel: Int, _ scratch: UnsafeMutableRawPointer?, paired: Bool) {
    let weights = UnsafeRawPointer(a.weights + channel)
    guard let scratch else {
        pixels(a, channel, a.tapCount, weights, interleavedOnce: false, paired: paired)
        return
    }
    interleave(weights, a, scratch, paired: paired)
    if a.tapCount == 9 {
        // The commonest count, as a constant.
        pixels(a, channel, 9, UnsafeRawPointer(scratch), interleavedOnce: true, paired: paired)
    } else {
        pixels(a, channel, a.tapCount, UnsafeRawPointer(scratch), interleavedOnce: true, paired: paired)
    }
}

/// Interleaves a block's weights into `scratch`.
@_transparent
private func interleave(
    _ weights: UnsafeRawPointer,
    _ a: DepthwiseArguments,
    _ scratch: UnsafeMutableRawPointer,
    paired: Bool
) {
    var tap = 0
    while tap < a.tapCount {
        let group = weightGroup(weights, a, tap, paired: paired)
        let target = scratch + tap &* 64
        store(group, target)
        tap &+= 4
    }
}

/// Four taps' interleaved weights, zero beyond the last.
@_transparent
private func weightGroup(_ weights: UnsafeRawPointer, _ a: DepthwiseArguments, _ tap: Int, paired: Bool) -> Quad {
    let stride = a.paddedChannels
    let first = weights + tap &* stride
    let zero = _mm512_setzero_si512()
    return interleaved(
        bytes(first, first, paired: paired),
        tap &+ 1 < a.tapCount ? bytes(first + stride, first + stride, paired: paired) : zero,
        tap &+ 2 < a.tapCount ? bytes(first + 2 &* stride, first + 2 &* stride, paired: paired) : zero,
        tap &+ 3 < a.tapCount ? bytes(first + 3 &* stride, first + 3 &* stride, paired: paired) : zero
    )
}

/// Computes a block's channels of every pixel, one pixel or a pair at a time.
@_transparent
private func pixels(
    _ a: DepthwiseArguments,
    _ channel: Int,
    _ tapCount: Int,
    _ weights: UnsafeRawPointer,
    interleavedOnce: Bool,
    paired: Bool
) {
    let quantization = outputVectors(a.quantization)
    let bias = interleavedValues(a.bias + channel, paired: paired)
    let multipliers = interleavedReals(a.multipliers + channel, paired: paired)
    let zero = _mm512_setzero_si512()
    let count = a.channels &- channel
    var output = UnsafeMutableRawPointer(a.output + channel)
    var pixel = 0
    while pixel < a.pixels {
        let taps = a.taps + pixel &* a.tapCount
        // A last pixel without a partner is its own.
        let alone = pixel &+ 1 == a.pixels
        let next = alone ? taps : taps + a.tapCount
        var sums = bias
        var tap = 0
        while tap < tapCount {
            let left = tapCount &- tap
            let x = interleaved(
                bytes(taps[tap] + channel, next[tap] + channel, paired: paired),
                left > 1 ? bytes(taps[tap &+ 1] + channel, next[tap &+ 1] + channel, paired: paired) : zero,
                left > 2 ? bytes(taps[tap &+ 2] + channel, next[tap &+ 2] + channel, paired: paired) : zero,
                left > 3 ? bytes(taps[tap &+ 3] + channel, next[tap &+ 3] + channel, paired: paired) : zero
            )
            let w = interleavedOnce ? quad(weights + tap &* 64) : weightGroup(weights, a, tap, paired: paired)
            sums.v0 = _mm512_dpbusd_epi32(sums.v0, x.v0, w.v0)
            sums.v1 = _mm512_dpbusd_epi32(sums.v1, x.v1, w.v1)
            sums.v2 = _mm512_dpbusd_epi32(sums.v2, x.v2, w.v2)
            sums.v3 = _mm512_dpbusd_epi32(sums.v3, x.v3, w.v3)
            tap &+= 4
        }
        let results = stored(products(sums, multipliers), quantization)
        if paired {
            storeHalf(_mm512_castsi512_si256(results), output, count)
            output += a.outputPixelStride
            if !alone { storeHalf(edgeprof_mm512_upper_si256(results), output, count) }
            output += a.outputPixelStride
            pixel &+= 2
        } else {
            store(results, output, count)
            output += a.outputPixelStride
            pixel &+= 1
        }
    }
}
