import KernelDispatch
import KernelInterface

/// The families beside the matrix product, on shapes of networks; counted in results, as most are bound by conversion or memory.
enum OtherFamilies {
    /// One line of the table.
    struct Line {
        let kernel: String
        let place: String
        let measurement: Measurement
    }

    /// Every usable kernel on every shape.
    static func lines(_ usable: [String]) -> [Line] {
        depthwise(usable) + depthwiseLines(usable) + pools(usable) + elementwise(usable)
    }

    private static let quantization = OutputQuantization(zeroPoint: 0)

    private static func bytes(_ count: Int) -> UnsafeMutablePointer<UInt8> {
        let memory = UnsafeMutablePointer<UInt8>.aligned(count + KernelLimits.overread)
        for index in 0..<count + KernelLimits.overread { memory[index] = UInt8(truncatingIfNeeded: index &* 37) }
        return memory
    }

    private static func reals(_ count: Int, _ value: Float) -> UnsafeMutablePointer<Float> {
        let memory = UnsafeMutablePointer<Float>.aligned(count)
        memory.initialize(repeating: value, count: count)
        return memory
    }

    /// Pointers to the taps of a size x size window on a side x side image, borders clamped.
    private static func taps(
        _ input: UnsafePointer<UInt8>,
        side: Int,
        size: Int,
        channels: Int
    ) -> UnsafePointer<UnsafePointer<UInt8>> {
        let memory = UnsafeMutablePointer<UnsafePointer<UInt8>>.aligned(side * side * size * size)
        var next = memory
        for y in 0..<side {
            for x in 0..<side {
                for tap in 0..<size * size {
                    let row = min(max(y + tap / size - size / 2, 0), side - 1)
                    let column = min(max(x + tap % size - size / 2, 0), side - 1)
                    next.initialize(to: input + (row * side + column) * channels)
                    next += 1
                }
            }
        }
        return UnsafePointer(memory)
    }

    private static func line<Arguments>(
        _ kernel: Kernel<Arguments>,
        _ place: String,
        results: Int,
        _ arguments: Arguments
    ) -> Line {
        let held = UnsafeMutablePointer<Arguments>.allocate(capacity: 1)
        held.initialize(to: arguments)
        let measurement = Measurement(kernel.name, operations: Double(results)) { repetitions in
            for _ in 0..<repetitions { kernel.run(held) }
        }
        return Line(kernel: kernel.name, place: place, measurement: measurement)
    }

    private static func depthwise(_ usable: [String]) -> [Line] {
        let shapes = [
            (112, 32, "mobilenet_v2 first"), (56, 144, "mobilenet_v2 second stage"),
            (14, 384, "mobilenet_v2 fourth stage"),
            (28, 58, "shufflenet_v2_x1_0 stage 2"),
        ]
        return KernelTable.depthwise.filter { usable.contains($0.instructionSet) }.flatMap { kernel in
            shapes.map { side, channels, place in
                let padded = (channels + 63) / 64 * 64
                let weights = UnsafeMutablePointer<Int8>.aligned(9 * padded)
                weights.initialize(repeating: 3, count: 9 * padded)
                let bias = UnsafeMutablePointer<Int32>.aligned(padded)
                bias.initialize(repeating: 5, count: padded)
                let arguments = DepthwiseArguments(
                    taps: taps(bytes(side * side * channels), side: side, size: 3, channels: channels),
                    tapCount: 9,
                    pixels: side * side,
                    channels: channels,
                    weights: weights,
                    paddedChannels: padded,
                    bias: bias,
                    multipliers: reals(padded, 0.01),
                    output: bytes(side * side * channels),
                    outputPixelStride: channels,
                    quantization: quantization
                )
                let name = "3x3 \(side)x\(side)x\(channels), \(place)"
                return line(kernel, name, results: side * side * channels, arguments)
            }
        }
    }

    private static func depthwiseLines(_ usable: [String]) -> [Line] {
        // Side of the input, window, stride, channels.
        let shapes = [
            (112, 3, 1, 32, "mobilenet_v2 first"), (112, 3, 2, 96, "mobilenet_v2 second"),
            (56, 3, 1, 144, "mobilenet_v2 second stage"), (14, 3, 1, 384, "mobilenet_v2 fourth stage"),
            (7, 3, 1, 960, "mobilenet_v2 last stage"), (28, 3, 1, 58, "shufflenet_v2_x1_0 stage 2"),
            (28, 5, 1, 120, "5x5"), (28, 5, 2, 120, "5x5"),
        ]
        return KernelTable.depthwiseLines.filter { usable.contains($0.instructionSet) }.flatMap { kernel in
            shapes.map { side, size, stride, channels, place in
                let padded = (channels + 63) / 64 * 64
                let weights = UnsafeMutablePointer<Int8>.aligned(size * size * padded)
                weights.initialize(repeating: 3, count: size * size * padded)
                let bias = UnsafeMutablePointer<Int32>.aligned(padded)
                bias.initialize(repeating: 5, count: padded)
                let pixels = side / stride + side % stride
                let arguments = DepthwiseLinesArguments(
                    input: bytes(side * side * channels),
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
                    padding: bytes(channels),
                    firstLine: 0,
                    lines: pixels,
                    pixels: pixels,
                    channels: channels,
                    weights: weights,
                    paddedChannels: padded,
                    bias: bias,
                    multipliers: reals(padded, 0.01),
                    output: bytes(pixels * pixels * channels),
                    outputPixelStride: channels,
                    outputRowStride: pixels * channels,
                    quantization: quantization
                )
                let name = "\(size)x\(size)/\(stride) \(side)x\(side)x\(channels), \(place)"
                return line(kernel, name, results: pixels * pixels * channels, arguments)
            }
        }
    }

    private static func pools(_ usable: [String]) -> [Line] {
        let maximum = KernelTable.maxPool.filter { usable.contains($0.instructionSet) }.map { kernel in
            let arguments = PoolArguments(
                taps: taps(bytes(56 * 56 * 64), side: 56, size: 3, channels: 64),
                tapCount: 9,
                pixels: 56 * 56,
                channels: 64,
                output: bytes(56 * 56 * 64),
                outputPixelStride: 64,
                quantization: quantization
            )
            return line(kernel, "3x3 56x56x64, resnet stem", results: 56 * 56 * 64, arguments)
        }
        let mean = KernelTable.averagePool.filter { usable.contains($0.instructionSet) }.map { kernel in
            let arguments = PoolArguments(
                taps: taps(bytes(7 * 7 * 2048), side: 7, size: 7, channels: 2048),
                tapCount: 49,
                pixels: 1,
                channels: 2048,
                multipliers: reals(1, 1 / 49),
                output: bytes(2048),
                outputPixelStride: 2048,
                quantization: quantization
            )
            return line(kernel, "7x7x2048, resnet50 head", results: 2048, arguments)
        }
        return maximum + mean
    }

    private static func elementwise(_ usable: [String]) -> [Line] {
        let (rows, columns) = (784, 256)
        let add = KernelTable.add.filter { usable.contains($0.instructionSet) }.map { kernel in
            let arguments = AddArguments(
                left: bytes(rows * columns),
                leftRowStride: columns,
                leftZeroPoint: 3,
                leftMultiplier: 0.5,
                right: bytes(rows * columns),
                rightRowStride: columns,
                rightZeroPoint: 4,
                rightMultiplier: 0.25,
                output: bytes(rows * columns),
                outputRowStride: columns,
                rows: rows,
                columns: columns,
                quantization: quantization
            )
            return line(kernel, "784x256", results: rows * columns, arguments)
        }
        let multiply = KernelTable.multiply.filter { usable.contains($0.instructionSet) }.map { kernel in
            let arguments = MultiplyArguments(
                left: bytes(rows * columns),
                leftRowStride: columns,
                leftZeroPoint: 3,
                right: bytes(columns),
                rightRowStride: 0,
                rightZeroPoint: 4,
                multiplier: 0.01,
                output: bytes(rows * columns),
                outputRowStride: columns,
                rows: rows,
                columns: columns,
                quantization: quantization
            )
            return line(kernel, "784x256, a factor a channel", results: rows * columns, arguments)
        }
        let affine = KernelTable.channelAffine.filter { usable.contains($0.instructionSet) }.map { kernel in
            let arguments = ChannelAffineArguments(
                input: bytes(rows * columns),
                inputRowStride: columns,
                output: bytes(rows * columns),
                outputRowStride: columns,
                rows: rows,
                columns: columns,
                inputZeroPoint: 3,
                multipliers: reals(columns, 0.5),
                offsets: reals(columns, 7),
                quantization: quantization
            )
            return line(kernel, "784x256, densenet121 block 2", results: rows * columns, arguments)
        }
        let lookup = KernelTable.lookup.filter { usable.contains($0.instructionSet) }.map { kernel in
            let arguments = LookupArguments(
                input: bytes(rows * columns),
                inputRowStride: columns,
                output: bytes(rows * columns),
                outputRowStride: columns,
                rows: rows,
                columns: columns,
                table: bytes(256)
            )
            return line(kernel, "784x256", results: rows * columns, arguments)
        }
        return add + multiply + affine + lookup
    }
}
