extension TensorShape {
    /// The most elements a tensor may have: products of two tensors' sizes then fit a 64-bit integer.
    public static let maximumElementCount = Int(Int32.max)

    /// Product of all extents, nil unless every extent is at least 1 and the product within `maximumElementCount`.
    ///
    /// Never traps, so it is what a reader of untrusted files asks before `elementCount`.
    public var checkedElementCount: Int? {
        guard !dimensions.isEmpty else { return nil }
        var count = 1
        for extent in dimensions {
            guard extent >= 1 else { return nil }
            let (product, overflow) = count.multipliedReportingOverflow(by: extent)
            guard !overflow, product <= Self.maximumElementCount else { return nil }
            count = product
        }
        return count
    }

    /// The most axes a value may have: a channel shuffle's own view of an image has five.
    public static let maximumRank = 6

    /// Throws unless the shape has 1 to `maximumRank` axes and lies within `maximumElementCount`.
    func validateAsValue(of node: String) throws(GraphError) {
        guard (1...Self.maximumRank).contains(rank) else {
            throw GraphError(
                .shapeMismatch,
                node: node,
                problem: "a value of \(rank) axes",
                remedy: "values have 1 to \(Self.maximumRank) axes, usually N x C or N x C x H x W"
            )
        }
        guard checkedElementCount != nil else {
            throw GraphError(
                .tooLarge,
                node: node,
                problem: "a value of shape \(self)",
                remedy: "extents start at 1 and a tensor holds at most \(Self.maximumElementCount) elements"
            )
        }
    }
}
