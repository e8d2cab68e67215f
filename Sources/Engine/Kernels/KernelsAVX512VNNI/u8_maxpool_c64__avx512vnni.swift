// swift-format-ignore-file: AlwaysUseLowerCamelCase

internal import CX86Intrinsics
public import KernelInterface

/// Maximum over taps, clamped, 64 channels at once.
///
/// - Parameter arguments: The operands.
public func u8_maxpool_c64__avx512vnni(_ arguments: UnsafePointer<PoolArguments>) {
    let a = arguments.pointee
    precondition(a.tapCount >= 1 && a.channels >= 1, "taps and channels exist")
    let lowest = _mm512_set1_epi8(CChar(truncatingIfNeeded: a.quantization.lowest))
    let highest = _mm512_set1_epi8(CChar(truncatingIfNeeded: a.quantization.highest))
    var pixel = 0
    while pixel < a.pixels {
        let taps = a.taps + pixel &* a.tapCount
        let output = UnsafeMutableRawPointer(a.output + pixel &* a.outputPixelStride)
        var channel = 0
        while channel < a.channels {
            var largest = lowest
            var tap = 0
            while tap < a.tapCount {
                largest = _mm512_max_epu8(largest, _mm512_loadu_si512(taps[tap] + channel))
                tap &+= 1
            }
            store(_mm512_min_epu8(largest, highest), output + channel, a.channels &- channel)
            channel &+= 64
        }
        pixel &+= 1
    }
}
