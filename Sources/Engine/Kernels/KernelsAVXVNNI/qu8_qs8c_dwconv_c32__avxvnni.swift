// swift-format-ignore-file: AlwaysUseLowerCamelCase
internal import CX86Intrinsics
public import KernelInterface

/// Depthwise convolution, 32 channels at once, four taps at a time (`vpdpbusd`).
///
/// Four taps' bytes are interleaved in registers, eight shuffles for 128 products; the weights are interleaved once a
/// call, in stack memory.
///
/// - Parameter arguments: The operands.
public func qu8_qs8c_dwconv_c32__avxvnni(_ arguments: UnsafePointer<DepthwiseArguments>) {
    edgeprof_with_scratch(arguments) { context, scratch in
        guard let context, let scratch else { return }
        convolveDepthwise(context.assumingMemoryBound(to: DepthwiseArguments.self).pointee, scratch)
    }
}

/// The convolution, with `EDGEPROF_SCRATCH_BYTES` of memory for interleaved weights.
func convolveDepthwise(_ a: DepthwiseArguments, _ scratch: UnsafeMutableRawPointer) {
    precondition(a.tapCount >= 1 && a.channels >= 1 && a.paddedChannels >= a.channels, "taps and channels exist")
    let fits = (a.tapCount &+ 3) / 4 &* 128 <= Int(EDGEPROF_SCRATCH_BYTES)
    var channel = 0
    while channel < a.channels {
        let weights = UnsafeRawPointer(a.weights + channel)
        if fits {
            interleave(weights, a, scratch)
            if a.tapCount == 9 {
                // The commonest count, as a constant.
                block(a, channel, 9, UnsafeRawPointer(scratch), interleavedOnce: true)
            } else {
                block(a, channel, a.tapCount, UnsafeRawPointer(scratch), interleavedOnce: true)
            }
        } else {
            block(a, channel, a.tapCount, weights, interleavedOnce: false)
        }
        channel &+= 32
    }
}

/// Interleaves 32 channels' weights into `scratch`.
@_transparent
private func interleave(_ weights: UnsafeRawPointer, _ a: DepthwiseArguments, _ scratch: UnsafeMutableRawPointer) {
    var tap = 0
    while tap < a.tapCount {
        let group = weightGroup(weights, a, tap)
        let target = (scratch + tap &* 32).assumingMemoryBound(to: __m256i.self)
        _mm256_storeu_si256(target, group.v0)
        _mm256_storeu_si256(target + 1, group.v1)
        _mm256_storeu_si256(target + 2, group.v2)
        _mm256_storeu_si256(target + 3, group.v3)
        tap &+= 4
    }
}

/// Four taps' interleaved weights, zero beyond the last.
@_transparent
private func weightGroup(_ weights: UnsafeRawPointer, _ a: DepthwiseArguments, _ tap: Int) -> Quad {
    let zero = _mm256_setzero_si256()
    let first = weights + tap &* a.paddedChannels
    return interleaved(
        load(first),
        tap &+ 1 < a.tapCount ? load(first + a.paddedChannels) : zero,
        tap &+ 2 < a.tapCount ? load(first + 2 &* a.paddedChannels) : zero,
        tap &+ 3 < a.tapCount ? load(first + 3 &* a.paddedChannels) : zero
    )
}

/// Computes 32 channels of every pixel.
@_transparent
private func block(
    _ a: DepthwiseArguments,
    _ channel: Int,
    _ tapCount: Int,
    _ weights: UnsafeRawPointer,
    interleavedOnce: Bool
) {
    let quantization = outputVectors(a.quantization)
    let bias = interleavedValues(a.bias + channel)
    let multipliers = interleavedReals(a.multipliers + channel)
    let zero = _mm256_setzero_si256()
    let count = a.channels &- channel
    var taps = a.taps
    var output = UnsafeMutableRawPointer(a.output + channel)
    var pixel = 0
    while pixel < a.pixels {
        var sums = bias
        var tap = 0
        while tap < tapCount {
            let left = tapCount &- tap
            let x = interleaved(
                load(taps[tap] + channel),
                left > 1 ? load(taps[tap &+ 1] + channel) : zero,
                left > 2 ? load(taps[tap &+ 2] + channel) : zero,
                left > 3 ? load(taps[tap &+ 3] + channel) : zero
            )
            let w = interleavedOnce ? quad(weights + tap &* 32) : weightGroup(weights, a, tap)
            sums = added(sums, x, w)
            tap &+= 4
        }
        let bytes = stored(products(sums, multipliers), quantization)
        store(bytes, output, count)
        taps += a.tapCount
        output += a.outputPixelStride
        pixel &+= 1
    }
}

/// A group of interleaved weights.
@_transparent
private func quad(_ weights: UnsafeRawPointer) -> Quad {
    (v0: load(weights), v1: load(weights + 32), v2: load(weights + 64), v3: load(weights + 96))
}
