// swift-format-ignore-file: AlwaysUseLowerCamelCase

public import KernelInterface

/// Element-wise sum, requantized.
///
/// - Parameter arguments: The operands; the output may be either operand's own memory.
public func qu8_vadd_c1__portable(_ arguments: UnsafePointer<AddArguments>) {
    let a = arguments.pointee
    precondition(a.rows >= 0 && a.columns >= 0, "counts are not negative")
    let requantizer = Requantizer(a.quantization)
    var row = 0
    while row < a.rows {
        let left = a.left + row &* a.leftRowStride
        let right = a.right + row &* a.rightRowStride
        let output = a.output + row &* a.outputRowStride
        var column = 0
        while column < a.columns {
            let first = Float(Int32(left[column]) &- a.leftZeroPoint) * a.leftMultiplier
            let second = Float(Int32(right[column]) &- a.rightZeroPoint) * a.rightMultiplier
            output[column] = requantizer.store(first + second)
            column &+= 1
        }
        row &+= 1
    }
}
