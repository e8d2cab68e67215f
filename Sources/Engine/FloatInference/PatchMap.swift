import NetworkGraph

/// Where a window's elements lie in the input, per axis: for each tap and output position an input position, −1 for
/// padding and, in a transposed convolution, for the zeros between elements.
struct PatchMap: Sendable {
    /// [kernelHeight][output height].
    private var rows: [Int32]
    /// [kernelWidth][output width].
    private var columns: [Int32]
    let taps: Int
    let kernelWidth: Int
    let inputWidth: Int
    let inputPlane: Int
    let outputHeight: Int
    let outputWidth: Int
    /// Whether every output position is the input position of the same number.
    let isIdentity: Bool

    init(_ window: Window, from input: TensorShape, to output: TensorShape) {
        self.init(window, input, output) { position, tap, stride, dilation, pad in
            position * stride + tap * dilation - pad
        }
    }

    /// A transposed convolution gathers: output o takes tap t of input (o + pad − t·dilation) / stride, if that is one.
    init(transposed window: Window, from input: TensorShape, to output: TensorShape) {
        self.init(window, input, output) { position, tap, stride, dilation, pad in
            let scaled = position + pad - tap * dilation
            return scaled >= 0 && scaled % stride == 0 ? scaled / stride : -1
        }
    }

    private init(
        _ window: Window,
        _ input: TensorShape,
        _ output: TensorShape,
        _ source: (_ position: Int, _ tap: Int, _ stride: Int, _ dilation: Int, _ pad: Int) -> Int
    ) {
        func table(_ kernel: Int, _ stride: Int, _ dilation: Int, _ pad: Int, _ input: Int, _ output: Int) -> [Int32] {
            (0..<kernel).flatMap { tap in
                (0..<output).map { position in
                    let found = source(position, tap, stride, dilation, pad)
                    return found >= 0 && found < input ? Int32(found) : -1
                }
            }
        }
        let (w, height, width) = (window, output.height, output.width)
        rows = table(w.kernelHeight, w.strideHeight, w.dilationHeight, w.padTop, input.height, height)
        columns = table(w.kernelWidth, w.strideWidth, w.dilationWidth, w.padLeft, input.width, width)
        taps = window.elementCount
        kernelWidth = window.kernelWidth
        inputWidth = input.width
        inputPlane = input.height * input.width
        outputHeight = height
        outputWidth = width
        isIdentity =
            taps == 1 && height == input.height && width == input.width && rows == (0..<Int32(height)).map { $0 }
            && columns == (0..<Int32(width)).map { $0 }
    }

    var positions: Int { outputHeight * outputWidth }

    /// Offsets within an input plane of one tap at some output positions, −1 for none.
    func offsets(tap: Int, positions: Range<Int>, into offsets: UnsafeMutablePointer<Int32>) {
        rows.withUnsafeBufferPointer { rows in
            columns.withUnsafeBufferPointer { columns in
                let rowBase = tap / kernelWidth * outputHeight
                let columnBase = tap % kernelWidth * outputWidth
                var (row, column) = (positions.lowerBound / outputWidth, positions.lowerBound % outputWidth)
                for index in 0..<positions.count {
                    let (y, x) = (rows[rowBase + row], columns[columnBase + column])
                    offsets[index] = y < 0 || x < 0 ? -1 : y &* Int32(inputWidth) &+ x
                    column += 1
                    if column == outputWidth { (row, column) = (row + 1, 0) }
                }
            }
        }
    }

    /// The input row of a tap's row at an output row, −1 for none.
    func row(tap: Int, at position: Int) -> Int { Int(rows[tap * outputHeight + position]) }

    /// The input column of a tap's column at an output column, −1 for none.
    func column(tap: Int, at position: Int) -> Int { Int(columns[tap * outputWidth + position]) }
}
