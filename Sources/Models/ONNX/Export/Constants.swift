import NetworkGraph
import ONNXFormat

extension ONNXTensor {
    /// A float parameter, made row by row as it is written.
    init(name: String, _ parameter: Parameter) {
        self.init(name: name, elementType: .float32, dimensions: parameter.shape.dimensions) { offset, buffer in
            parameter.copyBytes(from: offset, into: buffer)
        }
    }

    /// s8 numbers, not copied.
    init(name: String, kept weights: [Int8], dimensions: [Int]) {
        precondition(weights.count == dimensions.reduce(1, *), "count does not match the extents")
        self.init(name: name, elementType: .int8, dimensions: dimensions) { offset, buffer in
            weights.withUnsafeBytes {
                buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[offset..<(offset + buffer.count)]))
            }
        }
    }
}

extension Parameter {
    /// Copies a part of the row-major float32 bytes that need not begin or end with a row or even a number.
    fileprivate func copyBytes(from offset: Int, into buffer: UnsafeMutableRawBufferPointer) {
        let rowBytes = rowLength * MemoryLayout<Float>.size
        guard rowBytes > 0 else { return }
        let row = UnsafeMutableBufferPointer<Float>.allocate(capacity: rowLength)
        defer { row.deallocate() }
        row.initialize(repeating: 0)
        var done = 0
        while done < buffer.count {
            let position = offset + done
            readRow(position / rowBytes, into: row)
            let start = position % rowBytes
            let count = min(rowBytes - start, buffer.count - done)
            let source = UnsafeRawBufferPointer(row)[start..<(start + count)]
            UnsafeMutableRawBufferPointer(rebasing: buffer[done..<(done + count)])
                .copyMemory(from: UnsafeRawBufferPointer(rebasing: source))
            done += count
        }
    }
}

/// [outputs][inputs / groups][window] in ONNX's order for transposed convolutions, [inputs][outputs / groups][window].
///
/// - Parameters:
///   - weights: Row-major elements.
///   - shape: Their extents, outputs first.
///   - groups: Independent groups; divides outputs.
/// - Returns: Extents and elements in the other order.
func transposedFilters<Element>(
    _ weights: [Element],
    _ shape: TensorShape,
    groups: Int
) -> (dimensions: [Int], elements: [Element]) {
    let outputs = shape.batch / groups
    let inputs = shape.channels
    let window = shape.height * shape.width
    var elements: [Element] = []
    elements.reserveCapacity(weights.count)
    for group in 0..<groups {
        for input in 0..<inputs {
            for output in 0..<outputs {
                let start = ((group * outputs + output) * inputs + input) * window
                elements += weights[start..<(start + window)]
            }
        }
    }
    return ([groups * inputs, outputs, shape.height, shape.width], elements)
}
