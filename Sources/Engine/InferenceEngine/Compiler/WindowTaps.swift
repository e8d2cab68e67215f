import NetworkGraph

/// How many of a window's elements lie inside the input, and inside the padding.
struct WindowTaps {
    let window: Window
    let height: Int
    let width: Int

    init(_ window: Window, height: Int, width: Int) {
        self.window = window
        self.height = height
        self.width = width
    }

    /// Elements a mean at an output position divides by: those inside the input, or also those inside the padding.
    ///
    /// What `ceilMode` adds behind the padding never counts.
    func count(row: Int, column: Int, includingPadding: Bool) -> Int {
        let rows = Self.count(
            row * window.strideHeight - window.padTop,
            window.kernelHeight,
            window.dilationHeight,
            includingPadding ? -window.padTop..<height + window.padBottom : 0..<height
        )
        let columns = Self.count(
            column * window.strideWidth - window.padLeft,
            window.kernelWidth,
            window.dilationWidth,
            includingPadding ? -window.padLeft..<width + window.padRight : 0..<width
        )
        return max(rows * columns, 1)
    }

    private static func count(_ start: Int, _ kernel: Int, _ dilation: Int, _ range: Range<Int>) -> Int {
        (0..<kernel).count { range.contains(start + $0 * dilation) }
    }
}
