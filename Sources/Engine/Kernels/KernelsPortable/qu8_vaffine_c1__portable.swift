// swift-format-ignore-file: AlwaysUseLowerCamelCase

public import KernelInterface

/// Per-channel affine map, requantized.
///
/// - Parameter arguments: The operands; the output may be the input's own memory.
public func qu8_vaffine_c1__portable(_ arguments: UnsafePointer<ChannelAffineArguments>) {
    let a = arguments.pointee
    precondition(a.rows >= 0 && a.columns >= 0, "counts are not negative")
    let requantizer = Requantizer(a.quantization)
    var row = 0
    while row < a.rows {
        let input = a.input + row &* a.inputRowStride
        let output = a.output + row &* a.outputRowStride
        var column = 0
        while column < a.columns {
            let centred = Float(Int32(input[column]) &- a.inputZeroPoint)
            output[column] = requantizer.store(centred * a.multipliers[column] + a.offsets[column])
            column &+= 1
        }
        row &+= 1
    }
}
