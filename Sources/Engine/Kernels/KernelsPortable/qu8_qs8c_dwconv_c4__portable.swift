// swift-format-ignore-file: AlwaysUseLowerCamelCase

public import KernelInterface

/// Depthwise convolution, four channels at once.
///
/// - Parameter arguments: The operands; taps, bias and multipliers readable up to a multiple of four channels.
public func qu8_qs8c_dwconv_c4__portable(_ arguments: UnsafePointer<DepthwiseArguments>) {
    let a = arguments.pointee
    precondition(a.tapCount >= 1 && a.channels >= 1 && a.paddedChannels >= a.channels, "taps and channels exist")
    let requantizer = Requantizer(a.quantization)
    var pixel = 0
    while pixel < a.pixels {
        let taps = a.taps + pixel &* a.tapCount
        let output = a.output + pixel &* a.outputPixelStride
        var channel = 0
        while channel < a.channels {
            var sums = UnsafeRawPointer(a.bias + channel).loadUnaligned(as: SIMD4<Int32>.self)
            var tap = 0
            while tap < a.tapCount {
                let x = UnsafeRawPointer(taps[tap] + channel).loadUnaligned(as: SIMD4<UInt8>.self)
                let w = UnsafeRawPointer(a.weights + (tap &* a.paddedChannels &+ channel))
                    .loadUnaligned(as: SIMD4<Int8>.self)
                let products = SIMD4<Int16>(truncatingIfNeeded: x) &* SIMD4<Int16>(truncatingIfNeeded: w)
                sums &+= SIMD4<Int32>(truncatingIfNeeded: products)
                tap &+= 1
            }
            let count = min(4, a.channels &- channel)
            var lane = 0
            while lane < count {
                output[channel &+ lane] = requantizer.store(Float(sums[lane]) * a.multipliers[channel &+ lane])
                lane &+= 1
            }
            channel &+= 4
        }
        pixel &+= 1
    }
}
