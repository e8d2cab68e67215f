/// A window along one axis.
struct WindowAxis {
    var kernel, stride, padBefore, padAfter, dilation: Int

    /// Distance from the window's first to one past its last element; cannot overflow for a validated window.
    var extent: Int { (kernel - 1) * dilation + 1 }

    /// Number of windows along an axis of `input` elements, nil when not even one fits.
    ///
    /// Rounding up drops a last window that would start in the padding behind the input, as PyTorch and ONNX do.
    func outputExtent(input: Int, ceilMode: Bool) -> Int? {
        let span = input + padBefore + padAfter - extent
        guard span >= 0 else { return nil }
        var count = span / stride + 1
        if ceilMode, span % stride != 0, count * stride < input + padBefore { count += 1 }
        return count
    }

    /// Whether every window covers at least one element that is not padding.
    func alwaysMeetsInput(input: Int, output: Int) -> Bool {
        // Windows that start inside the input meet it with their first element: only the two ends need a look.
        if (output - 1) * stride - padBefore >= input { return false }
        for position in 0..<min(output, (padBefore + stride - 1) / stride) {
            let missing = padBefore - position * stride
            let firstInside = (missing + dilation - 1) / dilation
            guard firstInside < kernel, firstInside * dilation - missing < input else { return false }
        }
        return true
    }
}

extension Window {
    /// The largest kernel extent, stride, padding or dilation accepted.
    public static let maximumExtent = 65_536

    var vertical: WindowAxis {
        WindowAxis(
            kernel: kernelHeight,
            stride: strideHeight,
            padBefore: padTop,
            padAfter: padBottom,
            dilation: dilationHeight
        )
    }

    var horizontal: WindowAxis {
        WindowAxis(
            kernel: kernelWidth,
            stride: strideWidth,
            padBefore: padLeft,
            padAfter: padRight,
            dilation: dilationWidth
        )
    }

    /// Throws unless all extents are in range.
    func validate(node: String) throws(GraphError) {
        let positive = [kernelHeight, kernelWidth, strideHeight, strideWidth, dilationHeight, dilationWidth]
        let pads = [padTop, padLeft, padBottom, padRight]
        guard positive.allSatisfy({ $0 >= 1 && $0 <= Self.maximumExtent }),
            pads.allSatisfy({ $0 >= 0 && $0 <= Self.maximumExtent })
        else {
            throw GraphError(
                .invalidArgument,
                node: node,
                problem: "window \(kernelHeight)x\(kernelWidth), stride \(strideHeight)x\(strideWidth), pads \(pads), "
                    + "dilation \(dilationHeight)x\(dilationWidth)",
                remedy:
                    "kernel, stride and dilation lie in 1...\(Self.maximumExtent), pads in 0...\(Self.maximumExtent)"
            )
        }
    }

    /// Output height and width over an image of `shape`.
    ///
    /// - Throws: `GraphError` when the window is larger than the padded image.
    func outputExtents(over shape: TensorShape, node: String) throws(GraphError) -> (height: Int, width: Int) {
        guard let height = vertical.outputExtent(input: shape.height, ceilMode: ceilMode),
            let width = horizontal.outputExtent(input: shape.width, ceilMode: ceilMode)
        else {
            throw GraphError(
                .shapeMismatch,
                node: node,
                problem: "a window of \(vertical.extent)x\(horizontal.extent) over an image of shape \(shape)",
                remedy: "the padded image is to be at least as large as the window: use a larger input"
            )
        }
        return (height, width)
    }
}
