// The engine stores axis 1 innermost and all other axes in order (channels last). A reshape or transposition that keeps
// that order of elements moves nothing: it is a view.

/// The row-major index of a value's elements in the order they are stored: runs of one extent and one distance.
private struct StorageOrder: Hashable {
    private struct Run: Hashable {
        var extent: Int
        var stride: Int
    }

    private var runs: [Run] = []

    /// - Parameters:
    ///   - extents: Of each axis, outermost first.
    ///   - strides: Distance of neighbours along each axis.
    init(extents: [Int], strides: [Int]) {
        let others = extents.indices.filter { $0 != 1 }
        for axis in others + (extents.count > 1 ? [1] : []) where extents[axis] != 1 {
            let run = Run(extent: extents[axis], stride: strides[axis])
            if let last = runs.last, last.stride == run.extent * run.stride {
                runs[runs.count - 1] = Run(extent: last.extent * run.extent, stride: run.stride)
            } else {
                runs.append(run)
            }
        }
    }
}

extension TensorShape {
    /// Distance of neighbours along each axis, in row-major order.
    private var rowMajorStrides: [Int] {
        var strides = [Int](repeating: 1, count: rank)
        for axis in dimensions.indices.dropLast().reversed() {
            strides[axis] = strides[axis + 1] * dimensions[axis + 1]
        }
        return strides
    }

    private var storageOrder: StorageOrder { StorageOrder(extents: dimensions, strides: rowMajorStrides) }

    /// Whether the same elements under another shape lie in the same order in memory.
    func isStoredAlike(reshapedTo shape: TensorShape) -> Bool { storageOrder == shape.storageOrder }

    /// Whether the same elements lie in the same order in memory with axes permuted.
    func isStoredAlike(transposedBy permutation: [Int]) -> Bool {
        let strides = rowMajorStrides
        return storageOrder
            == StorageOrder(
                extents: permutation.map { dimensions[$0] },
                strides: permutation.map { strides[$0] }
            )
    }
}
