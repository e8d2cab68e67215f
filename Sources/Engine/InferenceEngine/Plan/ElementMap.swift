/// One axis of a rearrangement: where its elements come from and go to.
struct ElementAxis: Hashable, Sendable {
    /// Elements along the axis.
    var count: Int
    /// Bytes between elements in the input; without meaning where there is a table.
    var inputStride: Int
    /// Bytes between elements in the output.
    var outputStride: Int
    /// Bytes from the input's first element to each element, negative for the fill value; nil for even distances.
    var table: [Int32]?
}

/// Where each element of an output comes from: the sum, over the axes, of what each axis says.
struct ElementMap: Hashable, Sendable {
    /// Bytes added to every position in the input.
    var base = 0
    /// What elements are that come from nowhere.
    var fill: UInt8 = 0
    /// Outermost in the output's memory first.
    var axes: [ElementAxis]

    /// The most axes of a map: two shapes of six axes share at most eleven factors.
    static let largestAxisCount = 12

    init(base: Int = 0, fill: UInt8 = 0, axes: [ElementAxis]) {
        self.base = base
        self.fill = fill
        self.axes = axes
        simplify()
    }

    /// Says the same with as few axes and tables as possible, in the order of the output's memory.
    private mutating func simplify() {
        var kept: [ElementAxis] = []
        for var axis in axes.sorted(by: { $0.outputStride > $1.outputStride }) {
            if let table = axis.table, let first = table.first, first >= 0 {
                let step = table.count > 1 ? Int(table[1]) - Int(first) : 0
                if step >= 0, table.indices.allSatisfy({ Int(table[$0]) == Int(first) + $0 * step }) {
                    base += Int(first)
                    axis.inputStride = step
                    axis.table = nil
                }
            }
            guard axis.count > 1 || axis.table != nil else { continue }
            if let outer = kept.last, outer.table == nil, axis.table == nil,
                outer.inputStride == axis.inputStride * axis.count,
                outer.outputStride == axis.outputStride * axis.count
            {
                axis.count *= outer.count
                kept.removeLast()
            }
            kept.append(axis)
        }
        if kept.isEmpty { kept = [ElementAxis(count: 1, inputStride: 1, outputStride: 1)] }
        axes = kept
    }
}

extension ElementMap {
    /// The same pixels at other strides.
    static func copy(_ input: PlanTensor, _ output: PlanTensor) -> ElementMap {
        ElementMap(axes: [
            ElementAxis(count: input.pixels, inputStride: input.pixelStride, outputStride: output.pixelStride),
            ElementAxis(count: input.channels, inputStride: 1, outputStride: 1),
        ])
    }

    /// Channel groups interleaved.
    static func channelShuffle(_ input: PlanTensor, _ output: PlanTensor, groups: Int) -> ElementMap {
        let channels = input.channels / groups
        return ElementMap(axes: [
            ElementAxis(count: input.pixels, inputStride: input.pixelStride, outputStride: output.pixelStride),
            ElementAxis(count: channels, inputStride: 1, outputStride: groups),
            ElementAxis(count: groups, inputStride: channels, outputStride: 1),
        ])
    }

    /// Each image as a vector in NCHW order.
    static func flatten(_ input: PlanTensor, _ output: PlanTensor) -> ElementMap {
        let pixels = input.height * input.width
        return ElementMap(axes: [
            ElementAxis(
                count: input.batch,
                inputStride: pixels * input.pixelStride,
                outputStride: output.pixelStride
            ),
            ElementAxis(count: input.channels, inputStride: 1, outputStride: pixels),
            ElementAxis(count: pixels, inputStride: input.pixelStride, outputStride: 1),
        ])
    }
}
