import KernelDispatch
import KernelInterface
import KernelsReference
import Testing

@Suite struct DepthwiseLinesTests {
    private struct Case: CustomStringConvertible {
        var window = DepthwiseWindow(kernelHeight: 3, kernelWidth: 3, padTop: 1, padLeft: 1)
        var height = 5
        var width = 6
        var padBottom = 1
        var padRight = 1
        var channels = 70
        /// Bytes between pixels beside the channels.
        var inputPadding = 0
        var outputPadding = 0
        var zeroPoint: UInt8 = 7
        var quantization = OutputQuantization(zeroPoint: 128)
        /// Times what spreads results well; large ones take multipliers past ½.
        var multiplierScale: Float = 1
        var uniform: (activation: UInt8, weight: Int8)?
        var seed: UInt64 = 1

        var description: String {
            "\(window) \(height)x\(width) +\(padBottom) +\(padRight) channels \(channels) strides +\(inputPadding)"
                + " +\(outputPadding) \(quantization) seed \(seed)"
        }

        private func extent(_ size: Int, _ padding: Int, _ kernel: Int, _ stride: Int, _ dilation: Int) -> Int {
            (size + padding - (kernel - 1) * dilation - 1) / stride + 1
        }

        /// Computes all lines in one call, then each run of lines from a second one on.
        func check(_ kernel: Kernel<DepthwiseLinesArguments>) throws {
            var random = RandomNumbers(seed: seed)
            let lines = extent(
                height,
                window.padTop + padBottom,
                window.kernelHeight,
                window.strideHeight,
                window.dilationHeight
            )
            let pixels = extent(
                width,
                window.padLeft + padRight,
                window.kernelWidth,
                window.strideWidth,
                window.dilationWidth
            )
            try #require(lines > 0 && pixels > 0 && window.fitsLines)
            let taps = window.kernelHeight * window.kernelWidth
            let image =
                uniform.map { Array(repeating: $0.activation, count: height * width * channels) }
                ?? random.bytes(height * width * channels)
            let input = try StridedRows(image, columns: channels, stride: channels + inputPadding, garbage: &random)
            let padding = try StridedRows(
                Array(repeating: zeroPoint, count: channels),
                columns: channels,
                stride: channels,
                garbage: &random
            )
            let weights =
                uniform.map { Array(repeating: $0.weight, count: taps * channels) }
                ?? random.weights(taps * channels)
            let bias = random.integers(channels, magnitude: 20_000)
            let multipliers = random.multipliers(
                channels,
                scale: multiplierScale * 100 / (11_000 * Float(taps).squareRoot() + 10_000)
            )
            let expected = Reference.depthwise(
                taps: windows(image, lines: lines, pixels: pixels),
                weights: weights,
                bias: bias,
                multipliers: multipliers,
                quantization: quantization
            )
            let padded = (channels + 63) / 64 * 64
            let slack = [Int8](repeating: 0, count: padded - channels)
            var paddedWeights: [Int8] = []
            for tap in 0..<taps { paddedWeights += weights[tap * channels..<(tap + 1) * channels] + slack }
            let packed = try GuardedBuffer(paddedWeights)
            let paddedBias = try GuardedBuffer(bias + Array(repeating: 9, count: padded - channels))
            let paddedMultipliers = try GuardedBuffer(multipliers + Array(repeating: 2, count: padded - channels))
            for first in Set([0, min(1, lines - 1), lines - 1]) {
                let count = lines - first
                let output = try OutputRows(
                    rows: count * pixels,
                    columns: channels,
                    stride: channels + outputPadding
                )
                var arguments = DepthwiseLinesArguments(
                    input: input.row(0),
                    inputPixelStride: channels + inputPadding,
                    inputRowStride: width * (channels + inputPadding),
                    height: height,
                    width: width,
                    window: window,
                    padding: padding.row(0),
                    firstLine: first,
                    lines: count,
                    pixels: pixels,
                    channels: channels,
                    weights: packed.base,
                    paddedChannels: padded,
                    bias: paddedBias.base,
                    multipliers: paddedMultipliers.base,
                    output: output.buffer.base,
                    outputPixelStride: output.stride,
                    outputRowStride: pixels * output.stride,
                    quantization: quantization
                )
                kernel.run(&arguments)
                output.compare(
                    to: Array(expected[(first * pixels * channels)...]),
                    "\(kernel.name) \(self) from line \(first)"
                )
            }
        }

        /// [output pixels][taps][channels].
        private func windows(_ image: [UInt8], lines: Int, pixels: Int) -> [[[UInt8]]] {
            var result: [[[UInt8]]] = []
            for line in 0..<lines {
                for pixel in 0..<pixels { result.append(taps(image, line, pixel)) }
            }
            return result
        }

        private func taps(_ image: [UInt8], _ line: Int, _ pixel: Int) -> [[UInt8]] {
            let top = line * window.strideHeight - window.padTop
            let left = pixel * window.strideWidth - window.padLeft
            var result: [[UInt8]] = []
            for row in 0..<window.kernelHeight {
                for column in 0..<window.kernelWidth {
                    let y = top + row * window.dilationHeight
                    let x = left + column * window.dilationWidth
                    if y >= 0, y < height, x >= 0, x < width {
                        let start = (y * width + x) * channels
                        result.append(Array(image[start..<start + channels]))
                    } else {
                        result.append(Array(repeating: zeroPoint, count: channels))
                    }
                }
            }
            return result
        }
    }

    private let kernels = KernelCoverage.usable(KernelTable.depthwiseLines)

    @Test func everyChannelCountUpToTwoGroups() throws {
        for kernel in kernels {
            for channels in 1...130 {
                try Case(height: 3, width: 4, channels: channels, seed: UInt64(channels)).check(kernel)
            }
        }
    }

    @Test func everyKernelStrideAndDilation() throws {
        for kernel in kernels {
            for size in 1...8 {
                for stride in 1...3 {
                    for dilation in 1...3 {
                        for channels in [20, 45] {
                            let window = DepthwiseWindow(
                                kernelHeight: size,
                                kernelWidth: size,
                                strideHeight: stride,
                                strideWidth: stride,
                                dilationHeight: dilation,
                                dilationWidth: dilation,
                                padTop: size / 2,
                                padLeft: size / 2
                            )
                            let side = (size - 1) * dilation + 4
                            try Case(window: window, height: side, width: side, channels: channels).check(kernel)
                        }
                    }
                }
            }
        }
    }

    /// Windows of other heights than widths, also in stride and dilation.
    @Test func unevenWindows() throws {
        for kernel in kernels {
            for (height, width) in [(1, 7), (7, 1), (3, 5), (5, 3), (2, 8), (8, 2)] {
                for (strideHeight, strideWidth) in [(1, 1), (1, 2), (2, 1), (3, 1)] {
                    for (dilationHeight, dilationWidth) in [(1, 1), (1, 2), (2, 1)] {
                        let window = DepthwiseWindow(
                            kernelHeight: height,
                            kernelWidth: width,
                            strideHeight: strideHeight,
                            strideWidth: strideWidth,
                            dilationHeight: dilationHeight,
                            dilationWidth: dilationWidth,
                            padTop: 1,
                            padLeft: 2
                        )
                        for channels in [9, 70] {
                            try Case(window: window, height: 17, width: 15, channels: channels).check(kernel)
                        }
                    }
                }
            }
        }
    }

    /// Lines shorter than a tile and longer than what is interleaved at once, images thinner than the window.
    @Test func widthsAndHeights() throws {
        for kernel in kernels {
            for width in Array(1...11) + [95, 97, 190, 230] {
                for (height, channels) in [(1, 3), (2, 32), (3, 33), (4, 64)] {
                    try Case(height: height, width: width, channels: channels, seed: UInt64(width)).check(kernel)
                    let strided = DepthwiseWindow(
                        kernelHeight: 3,
                        kernelWidth: 3,
                        strideHeight: 2,
                        strideWidth: 2,
                        padTop: 1,
                        padLeft: 1
                    )
                    try Case(window: strided, height: height, width: width, channels: channels).check(kernel)
                }
            }
        }
    }

    /// Large windows, whose several groups of rows make a line's columns too many for one piece.
    @Test func longLinesOfLargeWindows() throws {
        for kernel in kernels {
            for (size, stride, dilation) in [(8, 1, 1), (8, 3, 1), (5, 1, 3), (5, 2, 1), (7, 2, 2)] {
                let window = DepthwiseWindow(
                    kernelHeight: size,
                    kernelWidth: size,
                    strideHeight: stride,
                    strideWidth: stride,
                    dilationHeight: dilation,
                    dilationWidth: dilation,
                    padTop: size / 2,
                    padLeft: size / 2
                )
                for channels in [20, 45, 70] {
                    try Case(window: window, height: 13, width: 151, channels: channels).check(kernel)
                }
            }
        }
    }

    /// Padding wider than the window's half, and windows with nothing of the image in them.
    @Test func paddings() throws {
        for kernel in kernels {
            for (top, left, bottom, right) in [(0, 0, 0, 0), (2, 2, 2, 2), (0, 3, 5, 0), (5, 0, 0, 5), (4, 6, 6, 4)] {
                for channels in [16, 64] {
                    let window = DepthwiseWindow(kernelHeight: 3, kernelWidth: 3, padTop: top, padLeft: left)
                    let problem = Case(window: window, padBottom: bottom, padRight: right, channels: channels)
                    try problem.check(kernel)
                }
            }
        }
    }

    @Test func pixelStrides() throws {
        for kernel in kernels {
            for (input, output) in [(0, 1), (1, 0), (33, 64), (64, 33)] {
                for channels in [20, 32, 40, 96] {
                    try Case(channels: channels, inputPadding: input, outputPadding: output).check(kernel)
                }
            }
        }
    }

    @Test func zeroPointsAndClamps() throws {
        for kernel in kernels {
            for zeroPoint: Int32 in [0, 7, 128, 255] {
                for (lowest, highest): (Int32, Int32) in [(0, 255), (zeroPoint, 255), (20, 180), (5, 5)] {
                    let quantization = OutputQuantization(zeroPoint: zeroPoint, lowest: lowest, highest: highest)
                    for scale: Float in [1, 1e3, 1e9, 1e30, .infinity] {
                        try Case(
                            channels: 71,
                            zeroPoint: UInt8(zeroPoint),
                            quantization: quantization,
                            multiplierScale: scale
                        )
                        .check(kernel)
                    }
                }
            }
        }
    }

    @Test func extremeProductsDoNotSaturate() throws {
        for kernel in kernels {
            for weight: Int8 in [127, -128] {
                for size in 1...5 {
                    let window = DepthwiseWindow(kernelHeight: size, kernelWidth: size)
                    try Case(window: window, channels: 65, uniform: (255, weight)).check(kernel)
                }
            }
        }
    }

    /// What lines are not for: these windows go by taps.
    @Test func windowsThatDoNotFit() {
        #expect(DepthwiseWindow(kernelHeight: 8, kernelWidth: 8, strideWidth: 2).fitsLines)
        #expect(!DepthwiseWindow(kernelHeight: 9, kernelWidth: 1).fitsLines)
        #expect(!DepthwiseWindow(kernelHeight: 1, kernelWidth: 9).fitsLines)
        #expect(!DepthwiseWindow(kernelHeight: 3, kernelWidth: 3, dilationWidth: 31).fitsLines)
        #expect(!DepthwiseWindow(kernelHeight: 1, kernelWidth: 1, strideWidth: .max).fitsLines)
        #expect(!DepthwiseWindow(kernelHeight: 1, kernelWidth: 3, dilationWidth: .max).fitsLines)
    }
}
