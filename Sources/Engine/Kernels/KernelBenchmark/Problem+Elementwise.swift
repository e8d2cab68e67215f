internal import KernelDispatch
internal import KernelInterface

extension Problem {
    private static let (rows, columns) = (784, 256)
    private static let shape = "784x256"
    private static let quantization = OutputQuantization(zeroPoint: 0)

    /// Residual sums.
    static func add(_ kernels: [Kernel<AddArguments>]) -> [Problem] {
        kernels.map { kernel in
            Problem(kernel, .add, shape: shape, place: "resnet50 stage 2", ceiling: .copy(bytes: 3 * rows * columns)) {
                AddArguments(
                    left: $0.bytes(rows * columns),
                    leftRowStride: columns,
                    leftZeroPoint: 3,
                    leftMultiplier: 0.5,
                    right: $0.bytes(rows * columns),
                    rightRowStride: columns,
                    rightZeroPoint: 4,
                    rightMultiplier: 0.25,
                    output: $0.bytes(rows * columns),
                    outputRowStride: columns,
                    rows: rows,
                    columns: columns,
                    quantization: quantization
                )
            }
        }
    }

    /// Products with a factor a channel.
    static func multiply(_ kernels: [Kernel<MultiplyArguments>]) -> [Problem] {
        kernels.map { kernel in
            Problem(
                kernel,
                .multiply,
                shape: shape,
                place: "squeeze and excite",
                ceiling: .copy(bytes: 2 * rows * columns)
            ) {
                MultiplyArguments(
                    left: $0.bytes(rows * columns),
                    leftRowStride: columns,
                    leftZeroPoint: 3,
                    right: $0.bytes(columns),
                    rightRowStride: 0,
                    rightZeroPoint: 4,
                    multiplier: 0.01,
                    output: $0.bytes(rows * columns),
                    outputRowStride: columns,
                    rows: rows,
                    columns: columns,
                    quantization: quantization
                )
            }
        }
    }

    /// BatchNormalization before a convolution.
    static func channelAffine(_ kernels: [Kernel<ChannelAffineArguments>]) -> [Problem] {
        kernels.map { kernel in
            Problem(
                kernel,
                .channelAffine,
                shape: shape,
                place: "densenet121 block 2",
                ceiling: .copy(bytes: 2 * rows * columns)
            ) {
                ChannelAffineArguments(
                    input: $0.bytes(rows * columns),
                    inputRowStride: columns,
                    output: $0.bytes(rows * columns),
                    outputRowStride: columns,
                    rows: rows,
                    columns: columns,
                    inputZeroPoint: 3,
                    multipliers: $0.constant(0.5, columns),
                    offsets: $0.constant(7, columns),
                    quantization: quantization
                )
            }
        }
    }

    /// Functions of one byte.
    static func lookup(_ kernels: [Kernel<LookupArguments>]) -> [Problem] {
        kernels.map { kernel in
            Problem(
                kernel,
                .lookup,
                shape: shape,
                place: "hard-swish",
                ceiling: .copy(bytes: 2 * rows * columns)
            ) {
                LookupArguments(
                    input: $0.bytes(rows * columns),
                    inputRowStride: columns,
                    output: $0.bytes(rows * columns),
                    outputRowStride: columns,
                    rows: rows,
                    columns: columns,
                    table: $0.bytes(256)
                )
            }
        }
    }
}
