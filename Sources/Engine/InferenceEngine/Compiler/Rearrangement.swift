import NetworkGraph
import Quantization

/// An operator that only moves elements.
enum Rearrangement {
    case reshape
    case transpose([Int])
    case slice(Slice)
    case pad(Padding)
    case resizeNearest(Resize)

    var kind: StepKind {
        switch self {
        case .reshape: .reshape
        case .transpose: .transpose
        case .slice: .slice
        case .pad: .pad
        case .resizeNearest: .resizeNearest
        }
    }

    /// The channels taken where this takes a run of channels and all of every other axis.
    func channelSlice(of input: TensorShape) -> Range<Int>? {
        guard case .slice(let slice) = self, input.rank > 1, slice.steps[1] == 1 || slice.counts[1] == 1 else {
            return nil
        }
        let isWhole = input.dimensions.indices.allSatisfy { axis in
            axis == 1
                || slice.counts[axis] == input.dimensions[axis] && (slice.steps[axis] > 0 || slice.counts[axis] == 1)
        }
        return isWhole ? slice.starts[1]..<slice.starts[1] + slice.counts[1] : nil
    }
}

/// A value's shape and where its elements lie, relative to the first.
struct StoredLayout {
    let shape: TensorShape
    /// Bytes between neighbours along each axis: channels are innermost, the other axes follow in order.
    let strides: [Int]

    init(_ shape: TensorShape, pixelStride: Int) {
        self.shape = shape
        var strides = [Int](repeating: 1, count: shape.rank)
        var stride = pixelStride
        for axis in shape.dimensions.indices.reversed() where axis != 1 {
            strides[axis] = stride
            stride *= shape.dimensions[axis]
        }
        self.strides = strides
    }

    /// The factors that both shapes are products of in row-major order, as axes; nil where there are none.
    static func commonAxes(_ input: StoredLayout, _ output: StoredLayout) -> [ElementAxis]? {
        var axes: [ElementAxis] = []
        var from = FactorWalk(input)
        var to = FactorWalk(output)
        while from.advance(), to.advance() {
            let factor = min(from.rest, to.rest)
            guard from.rest % factor == 0, to.rest % factor == 0 else { return nil }
            axes.append(ElementAxis(count: factor, inputStride: from.take(factor), outputStride: to.take(factor)))
        }
        return axes
    }
}

/// Takes factors off a shape, innermost axis first.
private struct FactorWalk {
    private let layout: StoredLayout
    private var axis: Int
    private var stride = 0
    /// What is left of the present axis.
    private(set) var rest = 1

    init(_ layout: StoredLayout) {
        self.layout = layout
        axis = layout.shape.rank
    }

    /// Goes to the next axis where the present one is used up, taking axes that lie evenly as one; false at the end.
    mutating func advance() -> Bool {
        guard rest == 1 else { return true }
        while axis > 0, rest == 1 || layout.shape.dimensions[axis - 1] == 1 || layout.strides[axis - 1] == stride * rest
        {
            axis -= 1
            if rest == 1 { stride = layout.strides[axis] }
            rest *= layout.shape.dimensions[axis]
        }
        return rest > 1
    }

    /// Uses up a factor of the present axis; returns its stride.
    mutating func take(_ factor: Int) -> Int {
        defer {
            rest /= factor
            stride *= factor
        }
        return stride
    }
}

extension TensorShape {
    /// Rows of a pixel grid that holds all axes but the first two: all but the last of them.
    var storedHeight: Int { rank > 3 ? dimensions[2..<(rank - 1)].reduce(1, *) : height }
    /// Columns of that grid.
    var storedWidth: Int { rank > 3 ? dimensions[rank - 1] : 1 }
    /// Pixels of an image.
    var storedPixels: Int { storedHeight * storedWidth }
}
