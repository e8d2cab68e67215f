import NetworkGraph

/// Where each element of an output lies in an input, as one table an axis whose entries are added up.
///
/// Transposition, slices, padding, nearest resizing, channel shuffles and repetition all have this form.
struct OffsetTables: Sendable {
    /// Per output axis but the last, the input offset of each position; nil where there is no element.
    private let outer: [[Int?]]
    /// The same of the last axis, −1 where there is no element.
    let last: [Int]

    /// Makes tables from what each output axis reads.
    ///
    /// - Parameters:
    ///   - output: The output's shape.
    ///   - offset: Input offset of a position along an axis, nil for none.
    init(_ output: TensorShape, _ offset: (_ axis: Int, _ position: Int) -> Int?) {
        var tables = output.dimensions.enumerated().map { axis, extent in (0..<extent).map { offset(axis, $0) } }
        last = tables.removeLast().map { $0 ?? -1 }
        outer = tables
    }

    /// An input repeated along its axes of extent 1.
    init(repeating input: TensorShape, over output: TensorShape) {
        let strides = input.strides
        self.init(output) { axis, position in input.dimensions[axis] == 1 ? 0 : position * strides[axis] }
    }

    var rowLength: Int { last.count }

    /// The offset all elements of an output row share, nil where the row has none.
    func rowOffset(_ row: Int) -> Int? {
        var (row, offset) = (row, 0)
        for table in outer.reversed() {
            guard let part = table[row % table.count] else { return nil }
            offset += part
            row /= table.count
        }
        return offset
    }
}

extension TensorShape {
    /// Elements between neighbours, per axis.
    var strides: [Int] {
        var strides = [Int](repeating: 1, count: rank)
        for axis in (1..<max(rank, 1)).reversed() { strides[axis - 1] = strides[axis] * dimensions[axis] }
        return strides
    }
}
