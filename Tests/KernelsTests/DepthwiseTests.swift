import KernelDispatch
import KernelInterface
import KernelsReference
import Testing

@Suite struct DepthwiseTests {
    private struct Case: CustomStringConvertible {
        var pixels = 3
        var taps = 9
        var channels: Int
        var outputPadding = 0
        var quantization = OutputQuantization(zeroPoint: 128)
        var seed: UInt64 = 1
        /// Every activation and weight the same, nil for random ones.
        var uniform: (activation: UInt8, weight: Int8)?

        var description: String {
            "pixels \(pixels) taps \(taps) channels \(channels) stride +\(outputPadding) quantization \(quantization)"
                + " seed \(seed)"
        }

        func check(_ kernel: Kernel<DepthwiseArguments>) throws {
            var random = RandomNumbers(seed: seed)
            let tapRows = try TapRows(
                pixels: pixels,
                taps: taps,
                channels: channels,
                random: &random,
                value: uniform?.activation
            )
            let weights =
                uniform.map { Array(repeating: $0.weight, count: taps * channels) }
                ?? random.weights(taps * channels)
            let bias = random.integers(channels, magnitude: 20_000)
            let multipliers = random.multipliers(channels, scale: 100 / (11_000 * Float(taps).squareRoot() + 10_000))
            let expected = Reference.depthwise(
                taps: tapRows.values,
                weights: weights,
                bias: bias,
                multipliers: multipliers,
                quantization: quantization
            )
            let padded = (channels + 63) / 64 * 64
            let paddedWeights = (0..<taps).flatMap { tap in
                weights[tap * channels..<(tap + 1) * channels] + Array(repeating: 0, count: padded - channels)
            }
            let packed = try GuardedBuffer(paddedWeights)
            let paddedBias = try GuardedBuffer(bias + Array(repeating: 9, count: padded - channels))
            let paddedMultipliers = try GuardedBuffer(multipliers + Array(repeating: 2, count: padded - channels))
            let output = try OutputRows(rows: pixels, columns: channels, stride: channels + outputPadding)
            var arguments = DepthwiseArguments(
                taps: tapRows.pointers.base,
                tapCount: taps,
                pixels: pixels,
                channels: channels,
                weights: packed.base,
                paddedChannels: padded,
                bias: paddedBias.base,
                multipliers: paddedMultipliers.base,
                output: output.buffer.base,
                outputPixelStride: output.stride,
                quantization: quantization
            )
            kernel.run(&arguments)
            output.compare(to: expected, "\(kernel.name) \(self)")
        }
    }

    private let kernels = KernelCoverage.usable(KernelTable.depthwise)

    @Test func everyChannelCountUpToTwoGroups() throws {
        for kernel in kernels {
            for channels in 1...130 { try Case(channels: channels, seed: UInt64(channels)).check(kernel) }
        }
    }

    @Test func everyTapCount() throws {
        for kernel in kernels {
            for taps in Array(1...13) + [25, 49] {
                for channels in [5, 67] { try Case(taps: taps, channels: channels, seed: UInt64(taps)).check(kernel) }
            }
        }
    }

    @Test func pixelsAndStrides() throws {
        for kernel in kernels {
            for pixels in 1...7 {
                for padding in [0, 1, 33, 64] {
                    for channels in [20, 40, 96] {
                        try Case(
                            pixels: pixels,
                            channels: channels,
                            outputPadding: padding,
                            seed: UInt64(pixels)
                        )
                        .check(kernel)
                    }
                }
            }
        }
    }

    @Test func zeroPointsAndClamps() throws {
        for kernel in kernels {
            for zeroPoint: Int32 in [0, 7, 128, 255] {
                for (lowest, highest): (Int32, Int32) in [(0, 255), (zeroPoint, 255), (20, 180), (5, 5)] {
                    let quantization = OutputQuantization(zeroPoint: zeroPoint, lowest: lowest, highest: highest)
                    try Case(channels: 71, quantization: quantization).check(kernel)
                }
            }
        }
    }

    /// More taps than the stack memory for interleaved weights holds.
    @Test func hugeWindows() throws {
        for kernel in kernels {
            for (taps, channels) in [(1_024, 33), (1_025, 33), (1_100, 70)] {
                try Case(pixels: 2, taps: taps, channels: channels, seed: UInt64(taps)).check(kernel)
            }
        }
    }

    @Test func extremeProductsDoNotSaturate() throws {
        for kernel in kernels {
            for weight: Int8 in [127, -128] {
                for taps in [1, 2, 3, 4, 9, 25] {
                    try Case(taps: taps, channels: 65, uniform: (255, weight)).check(kernel)
                }
            }
        }
    }
}
