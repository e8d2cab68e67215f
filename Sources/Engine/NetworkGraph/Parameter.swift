/// A constant tensor whose elements are produced a row at a time, so that a network of 138 million
/// parameters never needs all of them in memory as floats.
///
/// A row is one index of the outermost axis: one filter of a convolution, one output of a fully connected
/// layer, one element of a vector.
public struct Parameter: Sendable {
    /// Extents, outermost first.
    public var shape: TensorShape
    private let source: @Sendable (_ row: Int, _ into: UnsafeMutableBufferPointer<Float>) -> Void

    /// Makes a parameter whose rows are produced on demand.
    ///
    /// - Parameters:
    ///   - shape: Extents, outermost first.
    ///   - source: Writes row `row` (`rowLength` floats) into the buffer; must give the same floats each time.
    public init(
        shape: TensorShape,
        source: @escaping @Sendable (_ row: Int, _ into: UnsafeMutableBufferPointer<Float>) -> Void
    ) {
        self.shape = shape
        self.source = source
    }

    /// Makes a parameter from its elements in row-major order; traps when the count is not the shape's.
    public init(shape: TensorShape, elements: [Float]) {
        precondition(elements.count == shape.elementCount, "element count does not match the shape")
        let rowLength = shape.elementCount / max(shape.batch, 1)
        self.init(shape: shape) { row, buffer in
            for index in 0..<rowLength { buffer[index] = elements[row * rowLength + index] }
        }
    }

    /// Number of rows: the outermost extent.
    public var rowCount: Int { shape.batch }

    /// Elements in a row.
    public var rowLength: Int { shape.elementCount / max(rowCount, 1) }

    /// Number of elements.
    public var elementCount: Int { shape.elementCount }

    /// Writes one row into a buffer of at least `rowLength` floats.
    public func readRow(_ row: Int, into buffer: UnsafeMutableBufferPointer<Float>) {
        precondition(row >= 0 && row < rowCount && buffer.count >= rowLength, "row out of range")
        source(row, buffer)
    }

    /// All elements in row-major order.
    ///
    /// - Complexity: O(n) memory; meant for vectors and small tensors.
    public func elements() -> [Float] {
        [Float](unsafeUninitializedCapacity: elementCount) { buffer, count in
            for row in 0..<rowCount {
                readRow(
                    row,
                    into: UnsafeMutableBufferPointer(rebasing: buffer[(row * rowLength)..<((row + 1) * rowLength)])
                )
            }
            count = elementCount
        }
    }
}
