import KernelDispatch
import KernelInterface
import KernelsReference
import Testing

@Suite struct PoolTests {
    private struct Case: CustomStringConvertible {
        var pixels = 3
        var taps = 9
        var channels: Int
        var outputPadding = 0
        var inputZeroPoint: Int32 = 128
        var quantization = OutputQuantization(zeroPoint: 128)
        var seed: UInt64 = 1
        /// Every activation the same, nil for random ones.
        var uniform: UInt8?

        var description: String {
            "pixels \(pixels) taps \(taps) channels \(channels) stride +\(outputPadding) input zero \(inputZeroPoint)"
                + " quantization \(quantization) seed \(seed)"
        }

        func check(maximum kernel: Kernel<PoolArguments>) throws {
            try check(kernel, mean: false)
        }

        func check(mean kernel: Kernel<PoolArguments>) throws {
            try check(kernel, mean: true)
        }

        private func check(_ kernel: Kernel<PoolArguments>, mean: Bool) throws {
            var random = RandomNumbers(seed: seed)
            let rows = try TapRows(pixels: pixels, taps: taps, channels: channels, random: &random, value: uniform)
            // The mean's own multiplier is 1 / taps: twice that reaches past the output's range.
            let multipliers = random.multipliers(pixels, scale: 2 / Float(taps))
            let expected =
                mean
                ? Reference.averagePool(
                    taps: rows.values,
                    inputZeroPoint: inputZeroPoint,
                    multipliers: multipliers,
                    quantization: quantization
                ) : Reference.maxPool(taps: rows.values, quantization: quantization)
            let multiplierBuffer = try GuardedBuffer(multipliers)
            let output = try OutputRows(rows: pixels, columns: channels, stride: channels + outputPadding)
            var arguments = PoolArguments(
                taps: rows.pointers.base,
                tapCount: taps,
                pixels: pixels,
                channels: channels,
                inputZeroPoint: inputZeroPoint,
                multipliers: mean ? UnsafePointer(multiplierBuffer.base) : nil,
                output: output.buffer.base,
                outputPixelStride: output.stride,
                quantization: quantization
            )
            kernel.run(&arguments)
            output.compare(to: expected, "\(kernel.name) \(self)")
        }
    }

    private let maximum = KernelCoverage.usable(KernelTable.maxPool)
    private let mean = KernelCoverage.usable(KernelTable.averagePool)

    @Test func everyChannelCountUpToTwoGroups() throws {
        for channels in 1...130 {
            for kernel in maximum { try Case(channels: channels, seed: UInt64(channels)).check(maximum: kernel) }
            for kernel in mean { try Case(channels: channels, seed: UInt64(channels)).check(mean: kernel) }
        }
    }

    @Test func everyTapCount() throws {
        for taps in Array(1...17) + [25, 49, 300] {
            for channels in [3, 70] {
                let test = Case(taps: taps, channels: channels, seed: UInt64(taps))
                for kernel in maximum { try test.check(maximum: kernel) }
                for kernel in mean { try test.check(mean: kernel) }
            }
        }
    }

    @Test func pixelsAndStrides() throws {
        for pixels in 1...5 {
            for padding in [0, 1, 64] {
                let test = Case(pixels: pixels, channels: 37, outputPadding: padding, seed: UInt64(pixels))
                for kernel in maximum { try test.check(maximum: kernel) }
                for kernel in mean { try test.check(mean: kernel) }
            }
        }
    }

    @Test func zeroPointsAndClamps() throws {
        for zeroPoint: Int32 in [0, 7, 128, 255] {
            for inputZeroPoint: Int32 in [0, 128, 255] {
                for (lowest, highest): (Int32, Int32) in [(0, 255), (zeroPoint, 255), (20, 180), (5, 5)] {
                    let test = Case(
                        channels: 71,
                        inputZeroPoint: inputZeroPoint,
                        quantization: OutputQuantization(zeroPoint: zeroPoint, lowest: lowest, highest: highest)
                    )
                    for kernel in maximum { try test.check(maximum: kernel) }
                    for kernel in mean { try test.check(mean: kernel) }
                }
            }
        }
    }

    /// 300 · 255 leaves 16 bits: sums must be held wider.
    @Test func largeSumsAreExact() throws {
        for kernel in mean {
            for taps in [128, 257, 300, 1_024] {
                try Case(pixels: 1, taps: taps, channels: 65, inputZeroPoint: 0, uniform: 255).check(mean: kernel)
                try Case(pixels: 1, taps: taps, channels: 65, inputZeroPoint: 255, uniform: 0).check(mean: kernel)
            }
        }
    }
}
