internal import KernelDispatch
internal import KernelInterface

extension Problem {
    /// Depthwise convolutions of the small networks, by lines.
    static func depthwiseLines(_ kernels: [Kernel<DepthwiseLinesArguments>]) -> [Problem] {
        let shapes = [
            (side: 112, size: 3, stride: 1, channels: 32, place: "mobilenet_v2 stage 1"),
            (112, 3, 2, 96, "mobilenet_v2 stage 2"),
            (56, 3, 1, 144, "mobilenet_v2 stage 2"),
            (14, 3, 1, 384, "mobilenet_v2 stage 4"),
            (7, 3, 1, 960, "mobilenet_v2 last stage"),
            (28, 3, 1, 58, "shufflenet_v2_x1_0 stage 2"),
            (14, 5, 1, 240, "efficientnet_b0 stage 4"),
            (28, 5, 1, 120, "5x5"),
            (28, 5, 2, 120, "5x5"),
        ]
        return kernels.flatMap { kernel in
            shapes.map { side, size, stride, channels, place in
                let (taps, lines) = (size * size, side / stride + side % stride)
                let padded = (channels + 63) / 64 * 64
                return Problem(
                    kernel,
                    .depthwiseLines,
                    shape: "\(size)x\(size)/\(stride) \(side)x\(side)x\(channels)",
                    place: place,
                    ceiling: .multiply(macs: taps * lines * lines * channels)
                ) { operands in
                    DepthwiseLinesArguments(
                        input: operands.bytes(side * side * channels),
                        inputPixelStride: channels,
                        inputRowStride: side * channels,
                        height: side,
                        width: side,
                        window: DepthwiseWindow(
                            kernelHeight: size,
                            kernelWidth: size,
                            strideHeight: stride,
                            strideWidth: stride,
                            padTop: size / 2,
                            padLeft: size / 2
                        ),
                        padding: operands.bytes(channels),
                        firstLine: 0,
                        lines: lines,
                        pixels: lines,
                        channels: channels,
                        weights: operands.weights(taps * padded),
                        paddedChannels: padded,
                        bias: operands.constant(5, padded),
                        multipliers: operands.constant(0.01, padded),
                        output: operands.bytes(lines * lines * channels),
                        outputPixelStride: channels,
                        outputRowStride: lines * channels,
                        quantization: OutputQuantization(zeroPoint: 0)
                    )
                }
            }
        }
    }
}
