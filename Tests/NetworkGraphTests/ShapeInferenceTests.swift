import NetworkGraph
import Testing

@Suite struct ShapeInferenceTests {
    private func shapes(_ operation: Operation, _ inputs: TensorShape...) throws -> [TensorShape] {
        try operation.outputShapes(forInputs: inputs, node: "node")
    }

    // input, kernel, stride, padding, dilation -> output (PyTorch 2 conv2d)
    @Test(arguments: [
        (224, 7, 2, 3, 1, 112), (224, 3, 1, 1, 1, 224), (224, 3, 2, 0, 1, 111), (7, 1, 2, 0, 1, 4), (5, 3, 2, 1, 1, 3),
        (6, 3, 2, 1, 1, 3), (9, 3, 1, 0, 4, 1), (9, 3, 1, 4, 4, 9), (1, 3, 1, 1, 1, 1), (3, 5, 3, 2, 1, 1),
    ]) func convolutionExtent(input: Int, kernel: Int, stride: Int, padding: Int, dilation: Int, output: Int) throws {
        let window = Window(kernel: kernel, stride: stride, padding: padding, dilation: dilation)
        #expect(try shapes(convolution(3, 8, window), image(3, input, input)) == [image(8, output, output)])
    }

    @Test func axesAreIndependent() throws {
        var window = Window(kernel: 3)
        window.kernelWidth = 5
        window.strideHeight = 2
        window.padTop = 1
        window.padRight = 3
        window.dilationWidth = 2
        // height (10 + 1 - 3) / 2 + 1, width (11 + 3 - 9) / 1 + 1
        #expect(try shapes(convolution(4, 6, window, groups: 2), image(4, 10, 11)) == [image(6, 5, 6)])
    }

    // input, kernel, stride, padding -> output rounded down, up (PyTorch 2 max_pool2d)
    @Test(arguments: [
        (111, 3, 2, 0, 55, 55), (112, 3, 2, 0, 55, 56), (112, 3, 2, 1, 56, 57), (55, 3, 2, 0, 27, 27),
        (13, 3, 2, 0, 6, 6),
        (2, 2, 2, 0, 1, 1), (3, 2, 2, 0, 1, 2), (3, 2, 2, 1, 2, 2), (5, 2, 3, 1, 2, 2), (4, 1, 3, 0, 2, 2),
        (5, 1, 3, 0, 2, 2),
    ]) func poolingExtent(input: Int, kernel: Int, stride: Int, padding: Int, down: Int, up: Int) throws {
        let roundedDown = Window(kernel: kernel, stride: stride, padding: padding)
        let roundedUp = Window(kernel: kernel, stride: stride, padding: padding, ceilMode: true)
        #expect(try shapes(.maxPool(roundedDown), image(2, input, input)) == [image(2, down, down)])
        #expect(try shapes(.maxPool(roundedUp), image(2, input, input)) == [image(2, up, up)])
        let average = Operation.averagePool(roundedUp, countIncludesPadding: false)
        #expect(try shapes(average, image(2, input, input)) == [image(2, up, up)])
    }

    @Test func operatorsWithoutWindow() throws {
        let input = image(6, 5, 3)
        #expect(try shapes(.activation(.relu), input) == [input])
        #expect(try shapes(.batchNormalization(normalization(6)), input) == [input])
        #expect(try shapes(.globalAveragePool, input) == [image(6, 1, 1)])
        #expect(try shapes(.add, input, input) == [input])
        #expect(try shapes(.concatenate, input, image(1, 5, 3), input) == [image(13, 5, 3)])
        #expect(try shapes(.split(sizes: [1, 2, 3]), input) == [image(1, 5, 3), image(2, 5, 3), image(3, 5, 3)])
        #expect(try shapes(.channelShuffle(groups: 3), input) == [input])
        #expect(try shapes(.flatten, input) == [TensorShape([1, 90])])
        let layer = FullyConnected(weights: zeros(10, 90), bias: zeros(10))
        #expect(try shapes(.fullyConnected(layer), TensorShape([2, 90])) == [TensorShape([2, 10])])
    }

    private func expectError(_ code: GraphError.Code, _ operation: Operation, _ inputs: TensorShape...) {
        #expect {
            try operation.outputShapes(forInputs: inputs, node: "the node")
        } throws: { error in
            guard let error = error as? GraphError else { return false }
            return error.code == code && error.node == "the node" && !error.remedy.isEmpty
                && !"\(error)".contains("\n")
        }
    }

    @Test func wrongCountsAreRejected() {
        let input = image(4, 8, 8)
        expectError(.wrongValueCount, .add, input)
        expectError(.wrongValueCount, .add, input, input, input)
        expectError(.wrongValueCount, .concatenate)
        expectError(.wrongValueCount, .flatten)
        expectError(.wrongValueCount, .globalAveragePool, input, input)
    }

    @Test func mismatchedShapesAreRejected() {
        let input = image(4, 8, 8)
        expectError(.shapeMismatch, .add, input, image(4, 8, 2))
        expectError(.shapeMismatch, .concatenate, input, image(4, 7, 8))
        expectError(.shapeMismatch, .concatenate, input, TensorShape([1, 4]))
        expectError(.shapeMismatch, .globalAveragePool, TensorShape([1, 4]))
        expectError(.shapeMismatch, .maxPool(Window(kernel: 2)), TensorShape([1, 4]))
        expectError(.shapeMismatch, .activation(.relu), TensorShape([1, 1, 1, 1, 1, 1, 4]))
        expectError(.shapeMismatch, .activation(.relu), TensorShape([]))
        expectError(.shapeMismatch, convolution(4, 8, Window(kernel: 9)), input)
        expectError(.shapeMismatch, convolution(3, 8, Window(kernel: 1)), input)
        expectError(.shapeMismatch, convolution(8, 8, Window(kernel: 1), groups: 4), input)
        expectError(.shapeMismatch, .batchNormalization(normalization(5)), input)
        expectError(.shapeMismatch, .fullyConnected(FullyConnected(weights: zeros(10, 256))), input)
        expectError(.shapeMismatch, .fullyConnected(FullyConnected(weights: zeros(10, 256))), TensorShape([1, 255]))
        let shortBias = FullyConnected(weights: zeros(10, 256), bias: zeros(9))
        expectError(.shapeMismatch, .fullyConnected(shortBias), TensorShape([1, 256]))
        let wrongKernel = Convolution(window: Window(kernel: 3), weights: zeros(8, 4, 3, 1))
        expectError(.shapeMismatch, .convolution(wrongKernel), input)
        let noGroups = Convolution(window: Window(kernel: 1), groups: 0, weights: zeros(8, 4, 1, 1))
        expectError(.shapeMismatch, .convolution(noGroups), input)
        let unevenGroups = Convolution(window: Window(kernel: 1), groups: 2, weights: zeros(7, 2, 1, 1))
        expectError(.shapeMismatch, .convolution(unevenGroups), input)
    }

    @Test func argumentsOutOfRangeAreRejected() {
        let input = image(4, 8, 8)
        for extent in [0, -1, Int.min, Int.max, Window.maximumExtent + 1] {
            expectError(.invalidArgument, .maxPool(Window(kernel: extent)), input)
            expectError(.invalidArgument, .maxPool(Window(kernel: 1, stride: extent)), input)
            expectError(.invalidArgument, .maxPool(Window(kernel: 1, dilation: extent)), input)
            if extent != 0 { expectError(.invalidArgument, .maxPool(Window(kernel: 1, padding: extent)), input) }
        }
        expectError(.invalidArgument, convolution(4, 4, Window(kernel: 1, ceilMode: true)), input)
        expectError(.invalidArgument, .channelShuffle(groups: 3), input)
        expectError(.invalidArgument, .channelShuffle(groups: 0), input)
        for sizes in [[], [4, 0], [3], [5], [5, -1], [Int.max, Int.max], [Int.min, 4], [2, 2, 1]] {
            expectError(.invalidArgument, .split(sizes: sizes), input)
        }
        expectError(.invalidArgument, .activation(.clip(lower: 1, upper: 0)), input)
        expectError(.invalidArgument, .activation(.clip(lower: .nan, upper: 0)), input)
        var unusable = normalization(4)
        unusable.epsilon = .nan
        expectError(.invalidArgument, .batchNormalization(unusable), input)
    }

    @Test func poolingOverPaddingAloneIsRejected() {
        expectError(.invalidArgument, .maxPool(Window(kernel: 2, padding: 2)), image(4, 8, 8))
        // A window of elements 0 and 3 around an image of 2: both fall into the padding.
        expectError(.invalidArgument, .maxPool(Window(kernel: 2, padding: 1, dilation: 3)), image(4, 2, 2))
        var behind = Window(kernel: 2)
        behind.padBottom = 2
        expectError(.invalidArgument, .averagePool(behind, countIncludesPadding: false), image(4, 8, 8))
    }

    @Test func oversizedTensorsAreRejected() {
        let huge = TensorShape([1, Int.max, Int.max, 2])
        expectError(.tooLarge, .activation(.relu), huge)
        expectError(.tooLarge, .flatten, TensorShape([1, 0, 3, 3]))
        expectError(.tooLarge, .flatten, TensorShape([1, -4, -3, 3]))
        let largest = TensorShape([1, TensorShape.maximumElementCount])
        expectError(.tooLarge, .concatenate, largest, largest)
        expectError(.tooLarge, .maxPool(Window(kernel: 1, padding: 0)), TensorShape([1, 1, 65_536, 65_536]))
        let wide = Convolution(window: Window(kernel: 1), weights: zeros(65_536, 1, 1, 1))
        expectError(.tooLarge, .convolution(wide), image(1, 256, 256))
        let endless = Parameter(shape: TensorShape([Int.max, Int.max, 1, 1])) { _, _ in }
        expectError(
            .shapeMismatch,
            .convolution(Convolution(window: Window(kernel: 1), weights: endless)),
            image(1, 1, 1)
        )
    }
}
