import NetworkGraph
import Testing

/// A transposed convolution's output extent.
@Suite struct ConvolutionTransposeTests {
    private func shape(
        _ window: Window,
        over input: TensorShape,
        outputs: Int = 6,
        padding: (Int, Int) = (0, 0),
        groups: Int = 1
    ) throws -> TensorShape {
        let operation = Operation.convolutionTranspose(
            ConvolutionTranspose(
                window: window,
                outputPaddingHeight: padding.0,
                outputPaddingWidth: padding.1,
                groups: groups,
                weights: zeros(outputs, input.channels / groups, window.kernelHeight, window.kernelWidth)
            )
        )
        return try operation.outputShapes(forInputs: [input], node: "node")[0]
    }

    // input, kernel, stride, padding, output padding, dilation -> output (PyTorch 2 conv_transpose2d)
    @Test(arguments: [
        (7, 2, 2, 0, 0, 1, 14), (7, 3, 2, 1, 1, 1, 14), (7, 3, 2, 1, 0, 1, 13), (7, 4, 2, 1, 0, 1, 14),
        (1, 4, 1, 0, 0, 1, 4), (5, 3, 1, 1, 0, 1, 5), (5, 3, 3, 0, 2, 2, 19), (9, 3, 1, 5, 0, 1, 1),
    ]) func extents(_ sizes: (Int, Int, Int, Int, Int, Int, Int)) throws {
        let (input, kernel, stride, padding, outputPadding, dilation, output) = sizes
        let window = Window(kernel: kernel, stride: stride, padding: padding, dilation: dilation)
        #expect(
            try shape(window, over: image(4, input, input), padding: (outputPadding, outputPadding))
                == image(6, output, output)
        )
    }

    @Test func axesAreIndependent() throws {
        var window = Window(kernel: 3, stride: 2)
        window.kernelWidth = 2
        window.strideWidth = 3
        window.padBottom = 1
        #expect(try shape(window, over: image(4, 5, 5), padding: (1, 2), groups: 2) == image(6, 11, 16))
    }

    @Test func whatDoesNotFitIsRejected() {
        let input = image(4, 5, 5)
        let window = Window(kernel: 3, stride: 2)
        #expect(throws: GraphError.self, "output padding of a stride") {
            try shape(window, over: input, padding: (2, 0))
        }
        #expect(throws: GraphError.self, "negative") { try shape(window, over: input, padding: (0, -1)) }
        #expect(throws: GraphError.self, "nothing left") { try shape(Window(kernel: 3, padding: 4), over: input) }
        #expect(throws: GraphError.self, "ceiling") { try shape(Window(kernel: 3, ceilMode: true), over: input) }
        #expect(throws: GraphError.self, "no image") { try shape(window, over: TensorShape([1, 4])) }
        #expect(throws: GraphError.self, "uneven groups") { try shape(window, over: input, outputs: 5, groups: 2) }
        for extent in [0, -1, Int.min, Int.max] {
            #expect(throws: GraphError.self) { try shape(Window(kernel: 1, stride: extent), over: input) }
            #expect(throws: GraphError.self) { try shape(window, over: input, padding: (extent == 0 ? 2 : extent, 0)) }
        }
        let wide = Window(kernel: 1, stride: 65_536)
        #expect(throws: GraphError.self, "too large") { try shape(wide, over: image(4, 5, 5)) }
    }
}
