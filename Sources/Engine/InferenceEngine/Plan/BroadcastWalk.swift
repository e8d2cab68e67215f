import NetworkGraph

/// How the elements of two broadcast tensors and their result lie: nested loops, innermost first.
///
/// Loop 0 runs along a row that kernels see at once: its strides are 1, or 0 in an operand that repeats one element.
/// Loop 1 runs over rows, the others over what is left. Unused loops have the extent 1.
struct BroadcastWalk {
    /// One loop: its extent and the bytes from one element to the next in the left, the right and the output tensor.
    struct Loop: Hashable {
        var extent: Int
        var left, right, output: Int
    }

    /// Loops of a walk: the most axes a value has, and one that a row of single elements takes.
    static let loopCount = TensorShape.maximumRank + 1
    /// Numbers of an encoded walk: four a loop.
    static let encodedCount = 4 * loopCount
    /// The longest row made by merging axes: rows are what threads share.
    private static let longestRow = 1 << 14

    private(set) var loops: [Loop] = []

    /// Joins the axes of values of one rank.
    ///
    /// - Parameters:
    ///   - shapes: Logical shapes of left, right and output; extents equal or 1.
    ///   - tensors: Where they lie.
    init(shapes: [TensorShape], tensors: [PlanTensor]) {
        let strides = zip(shapes, tensors).map { $1.strides(of: $0) }
        // Axis 1 lies innermost, the others in their order.
        let rank = shapes[2].rank
        let order = (rank > 1 ? [1] : []) + (0..<rank).reversed().filter { rank == 1 || $0 != 1 }
        for axis in order where shapes[2].dimensions[axis] > 1 {
            func stride(_ value: Int) -> Int { shapes[value].dimensions[axis] == 1 ? 0 : strides[value][axis] }
            append(Loop(extent: shapes[2].dimensions[axis], left: stride(0), right: stride(1), output: stride(2)))
        }
        if let row = loops.first, row.output == 1, row.left <= 1, row.right <= 1 {
            // Kernels can run along it as it is.
        } else {
            loops.insert(Loop(extent: 1, left: 1, right: 1, output: 1), at: 0)
        }
        while loops.count < Self.loopCount { loops.append(Loop(extent: 1, left: 0, right: 0, output: 0)) }
    }

    /// Adds the next loop outwards, as part of the last one where all three tensors go on evenly.
    private mutating func append(_ loop: Loop) {
        guard let last = loops.last, last.extent * loop.extent <= Self.longestRow,
            loop.left == last.left * last.extent, loop.right == last.right * last.extent,
            loop.output == last.output * last.extent
        else {
            loops.append(loop)
            return
        }
        loops[loops.count - 1].extent *= loop.extent
    }

    /// The loops as numbers: extent, left, right, output of each.
    var encoded: [Int64] {
        loops.flatMap { [Int64($0.extent), Int64($0.left), Int64($0.right), Int64($0.output)] }
    }
}

extension PlanTensor {
    /// Whether others have the same extents.
    func isShaped(like others: PlanTensor...) -> Bool {
        others.allSatisfy {
            (batch, height, width, channels) == ($0.batch, $0.height, $0.width, $0.channels)
        }
    }

    /// Bytes from one element to the next along each axis of the shape this tensor stores: axis 1 innermost.
    fileprivate func strides(of shape: TensorShape) -> [Int] {
        guard shape.rank > 1 else { return [channels == 1 ? pixelStride : 1] }
        var result = [Int](repeating: 1, count: shape.rank)
        var stride = pixelStride
        for axis in (0..<shape.rank).reversed() where axis != 1 {
            result[axis] = stride
            stride *= shape.dimensions[axis]
        }
        return result
    }
}
