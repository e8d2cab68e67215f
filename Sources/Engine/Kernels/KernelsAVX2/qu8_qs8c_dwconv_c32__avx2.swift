// swift-format-ignore-file: AlwaysUseLowerCamelCase

internal import CX86Intrinsics
public import KernelInterface

/// Depthwise convolution, 32 channels at once, two taps at a time (`vpmaddwd`, exact).
///
/// Two taps' elements are interleaved in registers, eight shuffles for 64 products; the weights are interleaved once a
/// call, in stack memory.
///
/// - Parameter arguments: The operands.
public func qu8_qs8c_dwconv_c32__avx2(_ arguments: UnsafePointer<DepthwiseArguments>) {
    edgeprof_with_scratch(arguments) { context, scratch in
        guard let context, let scratch else { return }
        convolveDepthwise(context.assumingMemoryBound(to: DepthwiseArguments.self).pointee, scratch)
    }
}

/// The convolution, with `EDGEPROF_SCRATCH_BYTES` of memory for interleaved weights.
func convolveDepthwise(_ a: DepthwiseArguments, _ scratch: UnsafeMutableRawPointer) {
    precondition(a.tapCount >= 1 && a.channels >= 1 && a.paddedChannels >= a.channels, "taps and channels exist")
    let fits = (a.tapCount &+ 1) / 2 &* 128 <= Int(EDGEPROF_SCRATCH_BYTES)
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
        let pair = weightPair(weights, a, tap)
        let target = (scratch + tap &* 64).assumingMemoryBound(to: __m256i.self)
        _mm256_storeu_si256(target, pair.v0)
        _mm256_storeu_si256(target + 1, pair.v1)
        _mm256_storeu_si256(target + 2, pair.v2)
        _mm256_storeu_si256(target + 3, pair.v3)
        tap &+= 2
    }
}

/// Two taps' interleaved weights, zero beyond the last.
@_transparent
private func weightPair(_ weights: UnsafeRawPointer, _ a: DepthwiseArguments, _ tap: Int) -> Quad {
    let zero = _mm256_setzero_si256()
    let first = load(weights + tap &* a.paddedChannels)
    let second = tap &+ 1 < a.tapCount ? load(weights + (tap &+ 1) &* a.paddedChannels) : zero
    return interleaved(first, _mm256_cmpgt_epi8(zero, first), second, _mm256_cmpgt_epi8(zero, second))
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
            let first = load(taps[tap] + channel)
            let second = tap &+ 1 < tapCount ? load(taps[tap &+ 1] + channel) : zero
            let x = interleaved(first, zero, second, zero)
            if interleavedOnce {
                let w = weights + tap &* 64
                sums.v0 = _mm256_add_epi32(sums.v0, _mm256_madd_epi16(x.v0, load(w)))
                sums.v1 = _mm256_add_epi32(sums.v1, _mm256_madd_epi16(x.v1, load(w + 32)))
                sums.v2 = _mm256_add_epi32(sums.v2, _mm256_madd_epi16(x.v2, load(w + 64)))
                sums.v3 = _mm256_add_epi32(sums.v3, _mm256_madd_epi16(x.v3, load(w + 96)))
            } else {
                let w = weightPair(weights, a, tap)
                sums.v0 = _mm256_add_epi32(sums.v0, _mm256_madd_epi16(x.v0, w.v0))
                sums.v1 = _mm256_add_epi32(sums.v1, _mm256_madd_epi16(x.v1, w.v1))
                sums.v2 = _mm256_add_epi32(sums.v2, _mm256_madd_epi16(x.v2, w.v2))
                sums.v3 = _mm256_add_epi32(sums.v3, _mm256_madd_epi16(x.v3, w.v3))
            }
            tap &+= 2
        }
        let bytes = stored(products(sums, multipliers), quantization)
        store(bytes, output, count)
        taps += a.tapCount
        output += a.outputPixelStride
        pixel &+= 1
    }
}
