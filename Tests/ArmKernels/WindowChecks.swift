import KernelInterface
import KernelsReference

/// Rows that taps point at, and the pointers.
func withTaps(
    _ taps: [[[UInt8]]],
    _ random: inout RandomNumbers,
    _ body: (UnsafePointer<UnsafePointer<UInt8>>) -> Void
) {
    let channels = taps[0][0].count
    let stride = channels + KernelLimits.overread
    let flat = taps.flatMap { $0 }
    var bytes = random.bytes(flat.count * stride)
    for (index, row) in flat.enumerated() {
        for channel in 0..<channels { bytes[index * stride + channel] = row[channel] }
    }
    bytes.withUnsafeBufferPointer { bytes in
        guard let base = bytes.baseAddress else { return }
        let pointers = flat.indices.map { base + $0 * stride }
        pointers.withUnsafeBufferPointer { if let first = $0.baseAddress { body(first) } }
    }
}

func randomTaps(_ pixels: Int, _ tapCount: Int, _ channels: Int, _ random: inout RandomNumbers) -> [[[UInt8]]] {
    var taps: [[[UInt8]]] = []
    for _ in 0..<pixels {
        var rows: [[UInt8]] = []
        for _ in 0..<tapCount { rows.append(random.bytes(channels)) }
        taps.append(rows)
    }
    return taps
}

func checkDepthwise(_ tally: inout Tally, _ random: inout RandomNumbers) {
    for tapCount in [1, 2, 9, 25, 2100] {
        for channels in [1, 3, 7, 8, 9, 15, 16, 17, 33, 64] where tapCount < 100 || channels < 20 {
            let pixels = 3
            let taps = randomTaps(pixels, tapCount, channels, &random)
            let paddedChannels = roundedUp(channels, to: KernelLimits.overread)
            let weights = random.weights(tapCount * channels)
            var packed = [Int8](repeating: 0, count: tapCount * paddedChannels + KernelLimits.overread)
            for tap in 0..<tapCount {
                for channel in 0..<channels {
                    packed[tap * paddedChannels + channel] = weights[tap * channels + channel]
                }
            }
            let bias = random.integers(paddedChannels, magnitude: 10_000)
            let multipliers = random.multipliers(paddedChannels, scale: 0.02)
            let output = quantization(&random)
            let expected = Reference.depthwise(
                taps: taps,
                weights: weights,
                bias: Array(bias[..<channels]),
                multipliers: Array(multipliers[..<channels]),
                quantization: output
            )
            let stride = channels + 3
            var found = [UInt8](repeating: untouched, count: pixels * stride)
            withTaps(taps, &random) { pointers in
                packed.withUnsafeBufferPointer { packed in
                    bias.withUnsafeBufferPointer { bias in
                        multipliers.withUnsafeBufferPointer { multipliers in
                            found.withUnsafeMutableBufferPointer { found in
                                guard let w = packed.baseAddress, let b = bias.baseAddress,
                                    let m = multipliers.baseAddress, let y = found.baseAddress
                                else { return }
                                var arguments = DepthwiseArguments(
                                    taps: pointers,
                                    tapCount: tapCount,
                                    pixels: pixels,
                                    channels: channels,
                                    weights: w,
                                    paddedChannels: paddedChannels,
                                    bias: b,
                                    multipliers: m,
                                    output: y,
                                    outputPixelStride: stride,
                                    quantization: output
                                )
                                qu8_qs8c_dwconv_c16__neon(&arguments)
                            }
                        }
                    }
                }
            }
            tally.compare("qu8_qs8c_dwconv_c16__neon", found, stride: stride, columns: channels, expected)
        }
    }
}

func checkPools(_ tally: inout Tally, _ random: inout RandomNumbers) {
    for tapCount in [1, 4, 9, 49, 300] {
        for channels in [1, 5, 8, 9, 15, 16, 17, 40] {
            let pixels = 3
            let taps = randomTaps(pixels, tapCount, channels, &random)
            let output = quantization(&random)
            let zeroPoint = Int32(random.byte())
            let multipliers = random.multipliers(pixels, scale: 1 / Float(tapCount))
            let stride = channels + 2
            var largest = [UInt8](repeating: untouched, count: pixels * stride)
            var mean = largest
            withTaps(taps, &random) { pointers in
                multipliers.withUnsafeBufferPointer { multipliers in
                    largest.withUnsafeMutableBufferPointer { largest in
                        mean.withUnsafeMutableBufferPointer { mean in
                            guard let y = largest.baseAddress, let z = mean.baseAddress else { return }
                            var arguments = PoolArguments(
                                taps: pointers,
                                tapCount: tapCount,
                                pixels: pixels,
                                channels: channels,
                                inputZeroPoint: zeroPoint,
                                multipliers: multipliers.baseAddress,
                                output: y,
                                outputPixelStride: stride,
                                quantization: output
                            )
                            u8_maxpool_c16__neon(&arguments)
                            arguments.output = z
                            qu8_avgpool_c16__neon(&arguments)
                        }
                    }
                }
            }
            tally.compare(
                "u8_maxpool_c16__neon",
                largest,
                stride: stride,
                columns: channels,
                Reference.maxPool(taps: taps, quantization: output)
            )
            tally.compare(
                "qu8_avgpool_c16__neon",
                mean,
                stride: stride,
                columns: channels,
                Reference.averagePool(
                    taps: taps,
                    inputZeroPoint: zeroPoint,
                    multipliers: multipliers,
                    quantization: output
                )
            )
        }
    }
}
