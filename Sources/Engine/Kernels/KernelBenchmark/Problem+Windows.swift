internal import KernelDispatch
internal import KernelInterface

extension Problem {
    /// Depthwise convolutions of the small networks.
    static func depthwise(_ kernels: [Kernel<DepthwiseArguments>]) -> [Problem] {
        let shapes = [
            (side: 112, size: 3, channels: 32, place: "mobilenet_v2 stage 1"),
            (56, 3, 144, "mobilenet_v2 stage 2"),
            (14, 3, 384, "mobilenet_v2 stage 4"),
            (28, 3, 58, "shufflenet_v2_x1_0 stage 2"),
            (14, 5, 240, "efficientnet_b0 stage 4"),
        ]
        return kernels.flatMap { kernel in
            shapes.map { side, size, channels, place in
                let (taps, pixels) = (size * size, side * side)
                let padded = (channels + 63) / 64 * 64
                return Problem(
                    kernel,
                    .depthwise,
                    shape: "\(size)x\(size) \(side)x\(side)x\(channels)",
                    place: place,
                    ceiling: .multiply(macs: taps * pixels * channels)
                ) { operands in
                    DepthwiseArguments(
                        taps: operands.taps(side: side, size: size, channels: channels),
                        tapCount: taps,
                        pixels: pixels,
                        channels: channels,
                        weights: operands.weights(taps * padded),
                        paddedChannels: padded,
                        bias: operands.constant(5, padded),
                        multipliers: operands.constant(0.01, padded),
                        output: operands.bytes(pixels * channels),
                        outputPixelStride: channels,
                        quantization: OutputQuantization(zeroPoint: 0)
                    )
                }
            }
        }
    }

    /// The pools of a ResNet.
    static func pools(
        maximum: [Kernel<PoolArguments>],
        average: [Kernel<PoolArguments>]
    ) -> [Problem] {
        maximum.map { kernel in
            Problem(
                kernel,
                .maxPool,
                shape: "3x3 56x56x64",
                place: "resnet50 stem",
                ceiling: .copy(bytes: 2 * 56 * 56 * 64)
            ) { operands in
                PoolArguments(
                    taps: operands.taps(side: 56, size: 3, channels: 64),
                    tapCount: 9,
                    pixels: 56 * 56,
                    channels: 64,
                    output: operands.bytes(56 * 56 * 64),
                    outputPixelStride: 64,
                    quantization: OutputQuantization(zeroPoint: 0)
                )
            }
        }
            + average.map { kernel in
                Problem(
                    kernel,
                    .averagePool,
                    shape: "7x7 7x7x2048",
                    place: "resnet50 head",
                    ceiling: .multiply(macs: 49 * 2048)
                ) { operands in
                    PoolArguments(
                        taps: operands.taps(side: 7, size: 7, channels: 2048) + 24 * 49,
                        tapCount: 49,
                        pixels: 1,
                        channels: 2048,
                        multipliers: operands.constant(1 / 49, 1),
                        output: operands.bytes(2048),
                        outputPixelStride: 2048,
                        quantization: OutputQuantization(zeroPoint: 0)
                    )
                }
            }
    }
}
