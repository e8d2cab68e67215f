/// The extents of a tensor in ONNX's logical order: NCHW for images, NC for vectors.
public struct TensorShape: Hashable, Sendable, CustomStringConvertible {
    /// Extent of each axis, outermost first; all at least 1.
    public var dimensions: [Int]

    /// Makes a shape from extents, outermost first.
    public init(_ dimensions: [Int]) {
        self.dimensions = dimensions
    }

    /// Makes an image shape.
    public init(batch: Int = 1, channels: Int, height: Int, width: Int) {
        self.init([batch, channels, height, width])
    }

    /// Number of axes.
    public var rank: Int { dimensions.count }

    /// Batch extent (axis 0).
    public var batch: Int { dimensions.first ?? 1 }

    /// Channel extent (axis 1), 1 where there is no such axis.
    public var channels: Int { rank > 1 ? dimensions[1] : 1 }

    /// Height (axis 2), 1 for vectors.
    public var height: Int { rank > 2 ? dimensions[2] : 1 }

    /// Width (axis 3), 1 for vectors.
    public var width: Int { rank > 3 ? dimensions[3] : 1 }

    /// Product of all extents.
    public var elementCount: Int { dimensions.reduce(1, *) }

    /// Extents joined by "x", for example `1x64x56x56`.
    public var description: String { dimensions.map(String.init).joined(separator: "x") }
}
