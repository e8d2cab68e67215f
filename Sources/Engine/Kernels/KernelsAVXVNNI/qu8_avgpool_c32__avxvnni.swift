// swift-format-ignore-file: AlwaysUseLowerCamelCase
internal import CX86Intrinsics
public import KernelInterface

/// Mean over taps, requantized, 32 channels at once: the sum of four taps is `vpdpbusd` with weights of 1.
///
/// - Parameter arguments: The operands, `multipliers` among them; without it nothing is written.
public func qu8_avgpool_c32__avxvnni(_ arguments: UnsafePointer<PoolArguments>) {
    let a = arguments.pointee
    precondition(a.tapCount >= 1 && a.tapCount <= 1 << 22 && a.channels >= 1, "taps and channels exist")
    guard let multipliers = a.multipliers else { return }
    let quantization = outputVectors(a.quantization)
    let start = _mm256_set1_epi32(0 &- Int32(truncatingIfNeeded: a.tapCount) &* a.inputZeroPoint)
    let one = _mm256_set1_epi8(1)
    let ones: Quad = (v0: one, v1: one, v2: one, v3: one)
    let zero = _mm256_setzero_si256()
    var pixel = 0
    while pixel < a.pixels {
        let taps = a.taps + pixel &* a.tapCount
        let output = UnsafeMutableRawPointer(a.output + pixel &* a.outputPixelStride)
        let factor = _mm256_set1_ps(multipliers[pixel])
        let multiplier: RealQuad = (r0: factor, r1: factor, r2: factor, r3: factor)
        var channel = 0
        while channel < a.channels {
            var sums: Quad = (v0: start, v1: start, v2: start, v3: start)
            var tap = 0
            while tap < a.tapCount {
                let left = a.tapCount &- tap
                let x = interleaved(
                    load(taps[tap] + channel),
                    left > 1 ? load(taps[tap &+ 1] + channel) : zero,
                    left > 2 ? load(taps[tap &+ 2] + channel) : zero,
                    left > 3 ? load(taps[tap &+ 3] + channel) : zero
                )
                sums = added(sums, x, ones)
                tap &+= 4
            }
            let bytes = stored(products(sums, multiplier), quantization)
            store(bytes, output + channel, a.channels &- channel)
            channel &+= 32
        }
        pixel &+= 1
    }
}
