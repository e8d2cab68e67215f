import NetworkGraph
import Quantization

/// A small reproducible generator: SplitMix64.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: next() >> 32) }
    }

    mutating func floats(_ count: Int, in range: ClosedRange<Float> = -1...1) -> [Float] {
        (0..<count).map { _ in Float.random(in: range, using: &self) }
    }

    mutating func parameter(_ dimensions: [Int], in range: ClosedRange<Float> = -1...1) -> Parameter {
        let shape = TensorShape(dimensions)
        return Parameter(shape: shape, elements: floats(shape.elementCount, in: range))
    }

    mutating func range() -> ClosedRange<Float> {
        switch Int.random(in: 0..<6, using: &self) {
        case 0: 0...Float.random(in: 0.5...8, using: &self)
        case 1: -Float.random(in: 0.5...8, using: &self)...0
        default: -Float.random(in: 0.1...8, using: &self)...Float.random(in: 0.1...8, using: &self)
        }
    }

    mutating func activation() -> Activation? {
        switch Int.random(in: 0..<4, using: &self) {
        case 0: .relu
        case 1: .clip(lower: 0, upper: 3)
        case 2: .clip(lower: -1.5, upper: 2.25)
        default: nil
        }
    }

    mutating func convolution(
        inputs: Int,
        outputs: Int,
        window: Window,
        groups: Int = 1,
        gain: Float? = nil
    ) -> Operation {
        // With a gain, the result varies by that much where the input varies by 1, whatever the fan-in.
        let fanIn = Float(inputs / groups * window.elementCount)
        let largest = gain.map { $0 * (3 / fanIn).squareRoot() } ?? 1
        return .convolution(
            Convolution(
                window: window,
                groups: groups,
                weights: parameter(
                    [outputs, inputs / groups, window.kernelHeight, window.kernelWidth],
                    in: -largest...largest
                ),
                bias: Bool.random(using: &self) ? parameter([outputs]) : nil
            )
        )
    }

    mutating func normalization(channels: Int) -> Operation {
        .batchNormalization(
            BatchNormalization(
                scale: parameter([channels], in: -1...1.5),
                shift: parameter([channels]),
                mean: parameter([channels]),
                variance: parameter([channels], in: 0.5...2)
            )
        )
    }
}

extension NetworkGraph {
    /// Quantizes with random ranges and, for some values, s8 storage of the same reals.
    func quantizedAtRandom(_ random: inout SplitMix) throws -> QuantizedNetwork {
        let ranges = values.map { _ in random.range() }
        var network = try quantize(graph: self, activationRanges: ranges)
        for index in network.values.indices where Bool.random(using: &random) {
            network.values[index].quantization.storage = .signed8
            network.values[index].quantization.zeroPoint -= 128
        }
        return network
    }
}

extension NetworkGraph {
    /// Quantizes with ranges that hold what the values take on random inputs, so that hardly anything saturates.
    func quantizedByCalibration(_ random: inout SplitMix) throws -> QuantizedNetwork {
        var ranges = [ClosedRange<Float>](repeating: -60...60, count: values.count)
        for input in inputs { ranges[input.index] = -3...3 }
        let indices = Dictionary(uniqueKeysWithValues: values.enumerated().map { ($1.name, $0) })
        for _ in 0..<2 {
            let network = try quantize(graph: self, activationRanges: ranges)
            var interpreter = Interpreter(network)
            _ = interpreter.run(randomInputs(network, &random))
            for (id, value) in network.values.enumerated() where !network.inputs.contains(ValueID(id)) {
                let reals = interpreter.values[id].map { value.quantization.real($0) }
                guard let index = indices[value.name], let least = reals.min(), let most = reals.max() else { continue }
                ranges[index] = min(least, 0) * 1.3 - 0.05...max(most, 0) * 1.3 + 0.05
            }
        }
        return try quantize(graph: self, activationRanges: ranges)
    }
}
