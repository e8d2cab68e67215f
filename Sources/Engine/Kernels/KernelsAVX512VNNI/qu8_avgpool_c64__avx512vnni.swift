// swift-format-ignore-file: AlwaysUseLowerCamelCase

internal import CX86Intrinsics
public import KernelInterface

/// Mean over taps, requantized, 64 channels at once: the sum of four taps is `vpdpbusd` with weights of 1.
///
/// - Parameter arguments: The operands, `multipliers` among them; without it nothing is written.
public func qu8_avgpool_c64__avx512vnni(_ arguments: UnsafePointer<PoolArguments>) {
    let a = arguments.pointee
    precondition(a.tapCount >= 1 && a.tapCount <= 1 << 22 && a.channels >= 1, "taps and channels exist")
    guard let multipliers = a.multipliers else { return }
    let quantization = outputVectors(a.quantization)
    let start = _mm512_set1_epi32(0 &- Int32(truncatingIfNeeded: a.tapCount) &* a.inputZeroPoint)
    let ones = _mm512_set1_epi8(1)
    let zero = _mm512_setzero_si512()
    var pixel = 0
    while pixel < a.pixels {
        let taps = a.taps + pixel &* a.tapCount
        let output = UnsafeMutableRawPointer(a.output + pixel &* a.outputPixelStride)
        let one = _mm512_set1_ps(multipliers[pixel])
        let multiplier: RealQuad = (r0: one, r1: one, r2: one, r3: one)
        var channel = 0
        while channel < a.channels {
            var sums: Quad = (v0: start, v1: start, v2: start, v3: start)
            var tap = 0
            while tap < a.tapCount {
                let left = a.tapCount &- tap
                let x = interleaved(
                    _mm512_loadu_si512(taps[tap] + channel),
                    left > 1 ? _mm512_loadu_si512(taps[tap &+ 1] + channel) : zero,
                    left > 2 ? _mm512_loadu_si512(taps[tap &+ 2] + channel) : zero,
                    left > 3 ? _mm512_loadu_si512(taps[tap &+ 3] + channel) : zero
                )
                sums.v0 = _mm512_dpbusd_epi32(sums.v0, x.v0, ones)
                sums.v1 = _mm512_dpbusd_epi32(sums.v1, x.v1, ones)
                sums.v2 = _mm512_dpbusd_epi32(sums.v2, x.v2, ones)
                sums.v3 = _mm512_dpbusd_epi32(sums.v3, x.v3, ones)
                tap &+= 4
            }
            let bytes = stored(products(sums, multiplier), quantization)
            store(bytes, output + channel, a.channels &- channel)
            channel &+= 64
        }
        pixel &+= 1
    }
}
