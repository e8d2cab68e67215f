// swift-format-ignore-file: AlwaysUseLowerCamelCase

public import KernelInterface

/// Mean over taps, requantized.
///
/// - Parameter arguments: The operands, `multipliers` among them; without it nothing is written.
public func qu8_avgpool_c1__portable(_ arguments: UnsafePointer<PoolArguments>) {
    let a = arguments.pointee
    precondition(a.tapCount >= 1 && a.tapCount <= 1 << 22 && a.channels >= 1, "taps and channels exist")
    guard let multipliers = a.multipliers else { return }
    let requantizer = Requantizer(a.quantization)
    let start = 0 &- Int32(truncatingIfNeeded: a.tapCount) &* a.inputZeroPoint
    var pixel = 0
    while pixel < a.pixels {
        let taps = a.taps + pixel &* a.tapCount
        let output = a.output + pixel &* a.outputPixelStride
        let multiplier = multipliers[pixel]
        var channel = 0
        while channel < a.channels {
            var sum = start
            var tap = 0
            while tap < a.tapCount {
                sum &+= Int32(taps[tap][channel])
                tap &+= 1
            }
            output[channel] = requantizer.store(Float(sum) * multiplier)
            channel &+= 1
        }
        pixel &+= 1
    }
}
