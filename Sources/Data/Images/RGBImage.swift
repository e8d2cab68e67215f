/// An image of 8 bits a sample: rows from the top, pixels from the left, red, green, blue.
public struct RGBImage: Hashable, Sendable {
    /// Columns, at least 1.
    public let width: Int
    /// Rows, at least 1.
    public let height: Int
    /// height x width x 3.
    public let samples: [UInt8]

    /// Makes an image.
    ///
    /// - Parameters:
    ///   - width: Columns, at least 1.
    ///   - height: Rows, at least 1.
    ///   - samples: height x width x 3.
    public init(width: Int, height: Int, samples: [UInt8]) {
        precondition(width > 0 && height > 0 && samples.count == width * height * 3, "an image has all its samples")
        self.width = width
        self.height = height
        self.samples = samples
    }
}
