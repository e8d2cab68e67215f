// swift-format-ignore-file: AlwaysUseLowerCamelCase

public import KernelInterface

/// Element-wise product, requantized.
///
/// - Parameter arguments: The operands; the output may be either operand's own memory.
public func qu8_vmul_c1__portable(_ arguments: UnsafePointer<MultiplyArguments>) {
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
            let product = (Int32(left[column]) &- a.leftZeroPoint) &* (Int32(right[column]) &- a.rightZeroPoint)
            output[column] = requantizer.store(Float(product) * a.multiplier)
            column &+= 1
        }
        row &+= 1
    }
}
