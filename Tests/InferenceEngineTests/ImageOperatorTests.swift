import KernelInterface
import NetworkGraph
import Quantization
import Testing

@testable import InferenceEngine

/// Transposed convolutions, linear scaling and constants against the oracle.
struct ImageOperatorTests: OperatorCheck {
    /// A transposed convolution over an image, its output's shape taken from the float operator's rule.
    private func transposed(
        _ shape: [Int],
        outputs: Int,
        window: Window,
        outputPadding: (Int, Int) = (0, 0),
        groups: Int = 1,
        _ random: inout SplitMix
    ) throws -> (QuantizedOperation, [Int])? {
        let count = outputs * (shape[1] / groups) * window.elementCount
        let layer = QuantizedConvolutionTranspose(
            window: window,
            outputPaddingHeight: outputPadding.0,
            outputPaddingWidth: outputPadding.1,
            groups: groups,
            weights: random.bytes(count).map { Int8(bitPattern: $0) },
            weightScales: random.floats(outputs, in: 0.0005...0.002),
            bias: (0..<outputs).map { _ in Int32.random(in: -20_000...20_000, using: &random) },
            activation: random.activation()
        )
        let rule = Operation.convolutionTranspose(
            ConvolutionTranspose(
                window: window,
                outputPaddingHeight: outputPadding.0,
                outputPaddingWidth: outputPadding.1,
                groups: groups,
                weights: Parameter(
                    shape: TensorShape([outputs, shape[1] / groups, window.kernelHeight, window.kernelWidth])
                ) { _, _ in }
            )
        )
        guard let output = try? rule.outputShapes(forInputs: [TensorShape(shape)], node: "node") else { return nil }
        return (.convolutionTranspose(layer), output[0].dimensions)
    }

    @Test func transposedConvolutions() throws {
        var checked = 0
        for seed in 0..<90 as Range<UInt64> {
            var random = SplitMix(seed: seed)
            let groups = [1, 1, 1, 2, 3].randomElement(using: &random) ?? 1
            let outputs = groups * Int.random(in: 1...20, using: &random)
            var window = Window(
                kernel: Int.random(in: 1...5, using: &random),
                stride: Int.random(in: 1...4, using: &random),
                padding: Int.random(in: 0...2, using: &random),
                dilation: [1, 1, 2, 3].randomElement(using: &random) ?? 1
            )
            if Bool.random(using: &random) { window.kernelWidth = Int.random(in: 1...4, using: &random) }
            if Bool.random(using: &random) { window.padRight = Int.random(in: 0...4, using: &random) }
            if Bool.random(using: &random) { window.strideHeight = Int.random(in: 1...2, using: &random) }
            let outputPadding = (
                Int.random(in: 0..<max(window.strideHeight, window.dilationHeight), using: &random),
                Int.random(in: 0..<max(window.strideWidth, window.dilationWidth), using: &random)
            )
            let shape = [
                Int.random(in: 1...2, using: &random), groups * Int.random(in: 1...12, using: &random),
                Int.random(in: 1...7, using: &random), Int.random(in: 1...7, using: &random),
            ]
            guard
                let (operation, output) = try transposed(
                    shape,
                    outputs: outputs,
                    window: window,
                    outputPadding: outputPadding,
                    groups: groups,
                    &random
                )
            else { continue }
            checked += 1
            let network = try single(operation, [shape], output, &random)
            try expectEverywhere(
                network,
                randomInputs(network, &random),
                "seed \(seed): \(shape), \(groups) groups, \(window)"
            )
        }
        #expect(checked > 60)
    }

    /// Those of known networks: U-Net's, a generator's, a segmentation head's bilinear one; and odd extremes.
    @Test func transposedConvolutionsOfKnownNetworks() throws {
        var random = SplitMix(seed: 44)
        for (shape, outputs, kernel, stride, padding, groups) in [
            ([1, 64, 14, 14], 32, 2, 2, 0, 1), ([2, 32, 8, 8], 16, 4, 2, 1, 1), ([1, 5, 4, 4], 5, 16, 8, 4, 5),
            ([1, 6, 9, 9], 6, 3, 1, 1, 6), ([1, 3, 1, 1], 4, 4, 1, 0, 1), ([1, 2, 3, 3], 2, 1, 3, 0, 1),
            ([1, 2, 2, 2], 3, 3, 7, 1, 1), ([1, 2, 9, 9], 3, 3, 1, 5, 1),
        ] {
            let window = Window(kernel: kernel, stride: stride, padding: padding)
            let (operation, output) = try #require(
                try transposed(shape, outputs: outputs, window: window, groups: groups, &random)
            )
            let network = try single(operation, [shape], output, &random)
            try expectEverywhere(network, randomInputs(network, &random), "\(shape), \(window)")
        }
    }

    /// A stride of thousands over two pixels is a network no one means: an error, not gigabytes.
    @Test func absurdStridesAreErrors() throws {
        var random = SplitMix(seed: 45)
        let window = Window(kernel: 1, stride: 20_000)
        let (operation, output) = try #require(try transposed([1, 1, 2, 2], outputs: 1, window: window, &random))
        let network = try single(operation, [[1, 1, 2, 2]], output, &random)
        #expect(throws: InferenceError.self) {
            try Plan(network: network, kernels: usableKernels()[0], kind: .naive)
        }
    }

    @Test(arguments: [Resize.Coordinates.halfPixel, .pytorchHalfPixel, .alignCorners, .asymmetric])
    func linearScaling(_ coordinates: Resize.Coordinates) throws {
        for seed in 0..<12 as Range<UInt64> {
            var random = SplitMix(seed: seed)
            let channels = Int.random(in: 1...40, using: &random)
            let (height, width) = (Int.random(in: 1...9, using: &random), Int.random(in: 1...9, using: &random))
            let (tall, wide) = (Int.random(in: 1...20, using: &random), Int.random(in: 1...20, using: &random))
            let resize = Resize(
                height: tall,
                width: wide,
                scaleHeight: Float(tall) / Float(height),
                scaleWidth: Float(wide) / Float(width),
                mode: .linear,
                coordinates: coordinates
            )
            try check(
                .resize(resize),
                [[2, channels, height, width]],
                [2, channels, tall, wide],
                &random,
                "seed \(seed)"
            )
        }
    }

    /// A constant that is joined, added, returned and written over, and the same in a second run.
    @Test func constants() throws {
        var random = SplitMix(seed: 46)
        func value(_ name: String, _ dimensions: [Int]) throws -> QuantizedValue {
            QuantizedValue(name: name, shape: TensorShape(dimensions), quantization: try random.parameters())
        }
        let values = [
            try value("x", [2, 5, 3, 4]), try value("constant", [2, 5, 3, 4]), try value("sum", [2, 5, 3, 4]),
            try value("other", [2, 3, 3, 4]), try value("joined", [2, 8, 3, 4]), try value("rectified", [2, 5, 3, 4]),
            try value("vector", [9]), try value("negative", [9]),
        ]
        func node(_ name: String, _ operation: QuantizedOperation, _ inputs: [Int], _ output: Int) -> QuantizedNode {
            QuantizedNode(
                name: name,
                operation: operation,
                inputs: inputs.map { ValueID($0) },
                outputs: [ValueID(output)]
            )
        }
        let network = QuantizedNetwork(
            name: "constants",
            values: values,
            nodes: [
                node("constant", .constant(random.bytes(120)), [], 1),
                node("other", .constant(random.bytes(72)), [], 3),
                node("vector", .constant(random.bytes(9)), [], 6),
                node("sum", .add(activation: nil), [0, 1], 2),
                node("join", .concatenate, [2, 3], 4),
                node("rectify", .function(.leakyRelu(slope: 0.3), activation: nil), [1], 5),
                node("negate", .function(.leakyRelu(slope: -1), activation: nil), [6], 7),
            ],
            inputs: [ValueID(0)],
            outputs: [ValueID(4), ValueID(5), ValueID(7), ValueID(6)]
        )
        let inputs = randomInputs(network, &random)
        var interpreter = Interpreter(network)
        let expected = interpreter.run(inputs)
        for kernels in try usableKernels() {
            let naive = try Plan(network: network, kernels: kernels, kind: .naive)
            #expect(try run(naive, inputs, threads: 2) == expected)
            // Only the join is fused: its parts round once instead of twice.
            let fused = try run(Plan(network: network, kernels: kernels, kind: .fused), inputs)
            #expect(largestDifference(fused, expected) <= 1)
            #expect(Array(fused.dropFirst()) == Array(expected.dropFirst()))
            let executor = try Executor(plan: naive, threads: 1)
            executor.setStored(inputs[0])
            executor.run()
            executor.run()
            #expect(executor.output(1) == expected[1])
        }
    }
}

extension Executor {
    /// Fills the first input from NCHW.
    fileprivate func setStored(_ elements: [UInt8]) {
        _ = input().update(from: channelsLast(elements, plan.tensors[plan.inputs[0]]))
    }
}
