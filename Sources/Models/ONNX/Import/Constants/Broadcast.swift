/// The extents two shapes combine to, aligned at their ends; nil where they cannot.
func broadcastShape(_ left: [Int], _ right: [Int]) -> [Int]? {
    var result: [Int] = []
    for index in 0..<max(left.count, right.count) {
        let a = index < left.count ? left[left.count - 1 - index] : 1
        let b = index < right.count ? right[right.count - 1 - index] : 1
        guard a == b || a == 1 || b == 1, a >= 0, b >= 0 else { return nil }
        result.append(a == 1 ? b : a)
    }
    return result.reversed()
}

/// Which element of a smaller tensor each element of the broadcast one is.
struct BroadcastPositions {
    private let steps: [(extent: Int, step: Int)]

    init(of dimensions: [Int], in shape: [Int]) {
        let strides = Constant.denseStrides(dimensions)
        let missing = shape.count - dimensions.count
        steps = shape.indices.reversed().map { axis in
            let own = axis - missing
            return (shape[axis], own < 0 || dimensions[own] == 1 ? 0 : strides[own])
        }
    }

    subscript(index: Int) -> Int {
        var rest = index
        var position = 0
        for (extent, step) in steps {
            position += rest % extent * step
            rest /= extent
        }
        return position
    }
}
