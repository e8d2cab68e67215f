import NetworkGraph

/// How many of a window's taps lie inside the image, averaged over positions.
struct TapCoverage {
    /// Mean number of taps inside.
    var mean: Double
    /// Mean of its square.
    var meanSquare: Double
    /// Taps of the window.
    var tapCount: Double

    /// A fully connected layer: one tap, always inside.
    static let full = TapCoverage(mean: 1, meanSquare: 1, tapCount: 1)

    init(mean: Double, meanSquare: Double, tapCount: Double) {
        self.mean = mean
        self.meanSquare = meanSquare
        self.tapCount = tapCount
    }

    /// Counts the taps of a symmetric window at every position of its output.
    init(_ window: Window, over image: TensorShape) {
        let rows = Self.axis(
            window.kernelHeight,
            window.strideHeight,
            window.padTop,
            window.dilationHeight,
            image.height
        )
        let columns = Self.axis(
            window.kernelWidth,
            window.strideWidth,
            window.padLeft,
            window.dilationWidth,
            image.width
        )
        mean = rows.mean * columns.mean
        meanSquare = rows.meanSquare * columns.meanSquare
        tapCount = Double(window.elementCount)
    }

    private static func axis(
        _ kernel: Int,
        _ stride: Int,
        _ padding: Int,
        _ dilation: Int,
        _ extent: Int
    ) -> (mean: Double, meanSquare: Double) {
        let positions = max((extent + 2 * padding - dilation * (kernel - 1) - 1) / stride + 1, 1)
        var sum = 0
        var squares = 0
        for position in 0..<positions {
            let start = position * stride - padding
            let inside = (0..<kernel).count { (0..<extent).contains(start + $0 * dilation) }
            sum += inside
            squares += inside * inside
        }
        return (Double(sum) / Double(positions), Double(squares) / Double(positions))
    }
}
