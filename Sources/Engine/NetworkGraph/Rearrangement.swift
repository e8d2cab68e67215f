/// A regular part of every axis: element i of an output axis is element start + i·step of the input's.
public struct Slice: Hashable, Sendable {
    /// First element taken, per axis.
    public var starts: [Int]
    /// Distance between elements taken, per axis; negative to walk backwards, never 0.
    public var steps: [Int]
    /// Elements taken, per axis; at least 1.
    public var counts: [Int]

    /// Makes a slice; all three lists have one entry an axis.
    public init(starts: [Int], steps: [Int], counts: [Int]) {
        self.starts = starts
        self.steps = steps
        self.counts = counts
    }

    /// Output shape; throws unless every element taken exists.
    public func outputShape(over input: TensorShape, node: String) throws(GraphError) -> TensorShape {
        let rank = input.rank
        guard starts.count == rank, steps.count == rank, counts.count == rank,
            (0..<rank).allSatisfy({ axis in
                let extent = input.dimensions[axis]
                guard counts[axis] >= 1, counts[axis] <= extent, (0..<extent).contains(starts[axis]),
                    steps[axis] != 0, (-extent...extent).contains(steps[axis])
                else { return false }
                return (0..<extent).contains(starts[axis] + (counts[axis] - 1) * steps[axis])
            })
        else {
            throw GraphError(
                .invalidArgument,
                node: node,
                problem: "a slice from \(starts) by \(steps), \(counts) elements, of shape \(input)",
                remedy: "take at least one element of every axis, all of them inside"
            )
        }
        return TensorShape(counts)
    }
}

/// Elements added before and after every axis.
public struct Padding: Hashable, Sendable {
    /// What the added elements are.
    public enum Mode: Hashable, Sendable {
        /// This number.
        case constant(Float)
        /// The nearest element of the input.
        case edge
        /// The input mirrored at its first and last element, which are not repeated.
        case reflect
    }

    /// Elements before, per axis.
    public var before: [Int]
    /// Elements after, per axis.
    public var after: [Int]
    /// What they are.
    public var mode: Mode

    /// Makes a padding; both lists have one entry an axis.
    public init(before: [Int], after: [Int], mode: Mode) {
        self.before = before
        self.after = after
        self.mode = mode
    }

    /// Output shape; throws for negative pads and mirrors wider than the input.
    public func outputShape(over input: TensorShape, node: String) throws(GraphError) -> TensorShape {
        let limit = Window.maximumExtent
        guard before.count == input.rank, after.count == input.rank,
            (before + after).allSatisfy({ (0...limit).contains($0) }),
            mode != .reflect
                || input.dimensions.indices.allSatisfy({ max(before[$0], after[$0]) < input.dimensions[$0] })
        else {
            throw GraphError(
                .invalidArgument,
                node: node,
                problem: "padding by \(before) and \(after) around shape \(input)",
                remedy:
                    "pads lie in 0...\(limit), one an axis, and a mirror is narrower than the input (cut with Slice)"
            )
        }
        if case .constant(let number) = mode, number.isNaN {
            throw GraphError(.invalidArgument, node: node, problem: "pads with NaN", remedy: "pad with a number")
        }
        return TensorShape(input.dimensions.indices.map { input.dimensions[$0] + before[$0] + after[$0] })
    }
}

extension TensorShape {
    /// The shape two values combine to, nil when they cannot: one rank, extents equal or 1.
    public func broadcast(with other: TensorShape) -> TensorShape? {
        guard rank == other.rank else { return nil }
        var result = self
        for (axis, extent) in other.dimensions.enumerated() where extent != dimensions[axis] {
            guard extent == 1 || dimensions[axis] == 1 else { return nil }
            result.dimensions[axis] = max(extent, dimensions[axis])
        }
        return result
    }

    /// `shape`, when it has as many elements.
    func reshaped(to shape: TensorShape, node: String) throws(GraphError) -> TensorShape {
        guard shape.checkedElementCount == elementCount else {
            throw GraphError(
                .shapeMismatch,
                node: node,
                problem: "cannot view \(self) as \(shape)",
                remedy: "both shapes need the same number of elements"
            )
        }
        return shape
    }

    /// The shape with its axes in another order.
    func transposed(_ permutation: [Int], node: String) throws(GraphError) -> TensorShape {
        guard permutation.count == rank, permutation.sorted() == Array(0..<rank) else {
            throw GraphError(
                .invalidArgument,
                node: node,
                problem: "axes \(permutation.prefix(16)) of a value with \(rank)",
                remedy: "name each axis once"
            )
        }
        return TensorShape(permutation.map { dimensions[$0] })
    }
}
