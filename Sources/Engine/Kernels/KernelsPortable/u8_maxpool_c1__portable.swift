// swift-format-ignore-file: AlwaysUseLowerCamelCase

public import KernelInterface

/// Maximum over taps, clamped.
///
/// - Parameter arguments: The operands.
public func u8_maxpool_c1__portable(_ arguments: UnsafePointer<PoolArguments>) {
    let a = arguments.pointee
    precondition(a.tapCount >= 1 && a.channels >= 1, "taps and channels exist")
    let lowest = UInt8(truncatingIfNeeded: a.quantization.lowest)
    let highest = UInt8(truncatingIfNeeded: a.quantization.highest)
    var pixel = 0
    while pixel < a.pixels {
        let taps = a.taps + pixel &* a.tapCount
        let output = a.output + pixel &* a.outputPixelStride
        var channel = 0
        while channel < a.channels {
            var largest = lowest
            var tap = 0
            while tap < a.tapCount {
                largest = max(largest, taps[tap][channel])
                tap &+= 1
            }
            output[channel] = min(largest, highest)
            channel &+= 1
        }
        pixel &+= 1
    }
}
