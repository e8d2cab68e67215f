// swift-format-ignore-file: AlwaysUseLowerCamelCase

public import KernelInterface

/// Table look-up of every byte.
///
/// - Parameter arguments: The operands; the output may be the input's own memory.
public func x8_lut_c1__portable(_ arguments: UnsafePointer<LookupArguments>) {
    let a = arguments.pointee
    precondition(a.rows >= 0 && a.columns >= 0, "counts are not negative")
    var row = 0
    while row < a.rows {
        let input = a.input + row &* a.inputRowStride
        let output = a.output + row &* a.outputRowStride
        var column = 0
        while column < a.columns {
            output[column] = a.table[Int(input[column])]
            column &+= 1
        }
        row &+= 1
    }
}
