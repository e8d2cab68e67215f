/// Scaling of an image's height and width (ONNX, Resize).
public struct Resize: Hashable, Sendable {
    /// How an output coordinate maps to an input coordinate.
    public enum Coordinates: Hashable, Sendable {
        /// (x + ½)/scale − ½
        case halfPixel
        /// As `halfPixel`, 0 where the output has one element.
        case pytorchHalfPixel
        /// x·(input − 1)/(output − 1), 0 where the output has one element.
        case alignCorners
        /// x/scale
        case asymmetric
    }

    /// How an input coordinate between two elements becomes one.
    public enum Nearest: Hashable, Sendable {
        /// The nearer one, the lower of two equally near.
        case roundPreferFloor
        /// The nearer one, the higher of two equally near.
        case roundPreferCeil
        /// The lower one.
        case floor
        /// The higher one.
        case ceil
    }

    /// How elements are made from their neighbours.
    public enum Mode: Hashable, Sendable {
        /// One of them.
        case nearest(Nearest)
        /// Weighted by distance, of two rows and two columns.
        case linear
    }

    /// Output extents.
    public var height, width: Int
    /// The file's scale factors, output / input; coordinates are computed from these even where the extents were
    /// rounded.
    public var scaleHeight, scaleWidth: Float
    /// How elements are made.
    public var mode: Mode
    /// How coordinates map.
    public var coordinates: Coordinates

    /// Makes a scaling.
    public init(
        height: Int,
        width: Int,
        scaleHeight: Float,
        scaleWidth: Float,
        mode: Mode,
        coordinates: Coordinates
    ) {
        self.height = height
        self.width = width
        self.scaleHeight = scaleHeight
        self.scaleWidth = scaleWidth
        self.mode = mode
        self.coordinates = coordinates
    }

    /// Output shape over an image.
    public func outputShape(over input: TensorShape, node: String) throws(GraphError) -> TensorShape {
        try requireImage(input, node)
        let scales = [scaleHeight, scaleWidth]
        guard (1...Window.maximumExtent).contains(height), (1...Window.maximumExtent).contains(width),
            scales.allSatisfy({ $0.isFinite && $0 > 0 })
        else {
            throw GraphError(
                .invalidArgument,
                node: node,
                problem: "resizes to \(height)x\(width) by \(scaleHeight) and \(scaleWidth)",
                remedy: "extents lie in 1...\(Window.maximumExtent) and scales are positive"
            )
        }
        return TensorShape(batch: input.batch, channels: input.channels, height: height, width: width)
    }

    /// The input coordinate of an output position along one axis, not yet clamped to the input.
    public static func coordinate(
        of position: Int,
        scale: Float,
        input: Int,
        output: Int,
        _ coordinates: Coordinates
    ) -> Float {
        let x = Float(position)
        switch coordinates {
        case .halfPixel: return (x + 0.5) / scale - 0.5
        case .pytorchHalfPixel: return output > 1 ? (x + 0.5) / scale - 0.5 : 0
        case .alignCorners: return output > 1 ? x * Float(input - 1) / Float(output - 1) : 0
        case .asymmetric: return x / scale
        }
    }
}
