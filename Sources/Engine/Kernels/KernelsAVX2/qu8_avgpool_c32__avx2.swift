// swift-format-ignore-file: AlwaysUseLowerCamelCase

internal import CX86Intrinsics
public import KernelInterface

/// Mean over taps, requantized, 32 channels at once: the sum of two taps is `vpmaddwd` with weights of 1.
///
/// - Parameter arguments: The operands, `multipliers` among them; without it nothing is written.
public func qu8_avgpool_c32__avx2(_ arguments: UnsafePointer<PoolArguments>) {
    let a = arguments.pointee
    precondition(a.tapCount >= 1 && a.tapCount <= 1 << 22 && a.channels >= 1, "taps and channels exist")
    guard let multipliers = a.multipliers else { return }
    let quantization = outputVectors(a.quantization)
    let start = _mm256_set1_epi32(0 &- Int32(truncatingIfNeeded: a.tapCount) &* a.inputZeroPoint)
    let ones = _mm256_set1_epi16(1)
    let zero = _mm256_setzero_si256()
    var pixel = 0
    while pixel < a.pixels {
        let taps = a.taps + pixel &* a.tapCount
        let output = UnsafeMutableRawPointer(a.output + pixel &* a.outputPixelStride)
        let one = _mm256_set1_ps(multipliers[pixel])
        let multiplier: RealQuad = (r0: one, r1: one, r2: one, r3: one)
        var channel = 0
        while channel < a.channels {
            var sums: Quad = (v0: start, v1: start, v2: start, v3: start)
            var tap = 0
            while tap < a.tapCount {
                let first = load(taps[tap] + channel)
                let second = tap &+ 1 < a.tapCount ? load(taps[tap &+ 1] + channel) : zero
                let x = interleaved(first, zero, second, zero)
                sums.v0 = _mm256_add_epi32(sums.v0, _mm256_madd_epi16(x.v0, ones))
                sums.v1 = _mm256_add_epi32(sums.v1, _mm256_madd_epi16(x.v1, ones))
                sums.v2 = _mm256_add_epi32(sums.v2, _mm256_madd_epi16(x.v2, ones))
                sums.v3 = _mm256_add_epi32(sums.v3, _mm256_madd_epi16(x.v3, ones))
                tap &+= 2
            }
            let bytes = stored(products(sums, multiplier), quantization)
            store(bytes, output + channel, a.channels &- channel)
            channel &+= 32
        }
        pixel &+= 1
    }
}
