import Glibc
import NetworkGraph

/// The elements of one task of element-wise steps.
private let chunk = 1 << 15

private func chunkRange(_ task: Int, of count: Int) -> Range<Int> {
    task * chunk..<min((task + 1) * chunk, count)
}

private func chunkCount(_ count: Int) -> Int { (count + chunk - 1) / chunk }

/// An activation or function of each element.
struct MapStep: FloatStep {
    /// What is computed.
    enum Kind: Hashable, Sendable {
        /// A clamp.
        case activation(Activation)
        /// Anything else.
        case function(UnaryFunction)
    }

    private let kind: Kind
    private let count: Int

    init(_ kind: Kind, count: Int) {
        self.kind = kind
        self.count = count
    }

    var taskCount: Int { chunkCount(count) }
    var work: Int { count }

    func run(
        task: Int,
        inputs: [UnsafeMutablePointer<Float>],
        outputs: [UnsafeMutablePointer<Float>],
        scratch: Scratch
    ) {
        let (x, y, range) = (inputs[0], outputs[0], chunkRange(task, of: count))
        switch kind {
        case .activation(.relu):
            for i in range { y[i] = max(x[i], 0) }
        case .activation(.clip(let lower, let upper)):
            for i in range { y[i] = min(max(x[i], lower), upper) }
        case .function(.leakyRelu(let slope)):
            for i in range { y[i] = x[i] >= 0 ? x[i] : slope * x[i] }
        case .function(.sigmoid):
            for i in range { y[i] = 1 / (1 + expf(-x[i])) }
        case .function(.hardSigmoid(let alpha, let beta)):
            for i in range { y[i] = max(0, min(1, alpha * x[i] + beta)) }
        case .function(.hardSwish):
            for i in range { y[i] = x[i] * max(0, min(1, x[i] / 6 + 0.5)) }
        case .function(.tanh):
            for i in range { y[i] = tanhf(x[i]) }
        }
    }
}

/// multiplier·x + offset, per channel.
struct ChannelAffineStep: FloatStep {
    private let multipliers: [Float]
    private let offsets: [Float]
    /// Elements of one channel of one image.
    private let plane: Int
    private let planes: Int

    init(_ normalization: BatchNormalization, shape: TensorShape) {
        multipliers = normalization.factors()
        offsets = normalization.offsets()
        planes = (shape.rank > 1 ? shape.batch : shape.elementCount) * shape.channels
        plane = shape.elementCount / planes
    }

    var taskCount: Int { planes }
    var work: Int { planes * plane }

    func run(
        task: Int,
        inputs: [UnsafeMutablePointer<Float>],
        outputs: [UnsafeMutablePointer<Float>],
        scratch: Scratch
    ) {
        let channel = task % multipliers.count
        let (multiplier, offset) = (multipliers[channel], offsets[channel])
        let (x, y) = (inputs[0] + task * plane, outputs[0] + task * plane)
        for i in 0..<plane { y[i] = multiplier * x[i] + offset }
    }
}

/// Sum, difference or product of two values, either of which may be repeated along an axis.
struct BinaryStep: FloatStep {
    /// What is computed.
    enum Kind: Hashable, Sendable {
        /// The first plus the second.
        case add
        /// The first less the second.
        case subtract
        /// The first times the second.
        case multiply
    }

    private let kind: Kind
    private let count: Int
    /// Maps of the two inputs where they are repeated, nil where both have the output's shape.
    private let maps: (OffsetTables, OffsetTables)?

    init(_ kind: Kind, _ inputs: [TensorShape], _ output: TensorShape) {
        self.kind = kind
        count = output.elementCount
        if inputs[0] == output, inputs[1] == output {
            maps = nil
        } else {
            maps = (OffsetTables(repeating: inputs[0], over: output), OffsetTables(repeating: inputs[1], over: output))
        }
    }

    var taskCount: Int { maps == nil ? chunkCount(count) : 1 }
    var work: Int { count }

    func run(
        task: Int,
        inputs: [UnsafeMutablePointer<Float>],
        outputs: [UnsafeMutablePointer<Float>],
        scratch: Scratch
    ) {
        let (a, b, y) = (inputs[0], inputs[1], outputs[0])
        guard let maps else {
            let range = chunkRange(task, of: count)
            switch kind {
            case .add: for i in range { y[i] = a[i] + b[i] }
            case .subtract: for i in range { y[i] = a[i] - b[i] }
            case .multiply: for i in range { y[i] = a[i] * b[i] }
            }
            return
        }
        let length = maps.0.rowLength
        for row in 0..<count / length {
            guard let left = maps.0.rowOffset(row), let right = maps.1.rowOffset(row) else { continue }
            for i in 0..<length {
                let (p, q) = (a[left + maps.0.last[i]], b[right + maps.1.last[i]])
                y[row * length + i] =
                    switch kind {
                    case .add: p + q
                    case .subtract: p - q
                    case .multiply: p * q
                    }
            }
        }
    }
}

/// e^x over the sum of e^x, along axis 1.
struct SoftmaxStep: FloatStep {
    private let batch: Int
    private let channels: Int
    private let plane: Int

    init(_ shape: TensorShape) {
        batch = shape.batch
        channels = shape.channels
        plane = shape.elementCount / (shape.batch * shape.channels)
    }

    var taskCount: Int { batch }
    var work: Int { batch * channels * plane * 16 }

    func run(
        task: Int,
        inputs: [UnsafeMutablePointer<Float>],
        outputs: [UnsafeMutablePointer<Float>],
        scratch: Scratch
    ) {
        for position in 0..<plane {
            let x = inputs[0] + task * channels * plane + position
            let y = outputs[0] + task * channels * plane + position
            var largest = -Float.infinity
            for channel in 0..<channels { largest = max(largest, x[channel * plane]) }
            var sum: Float = 0
            for channel in 0..<channels {
                let power = expf(x[channel * plane] - largest)
                y[channel * plane] = power
                sum += power
            }
            for channel in 0..<channels { y[channel * plane] /= sum }
        }
    }
}

/// A value that never changes.
struct ConstantStep: FloatStep {
    let elements: [Float]

    var taskCount: Int { 1 }
    var work: Int { elements.count }

    func run(
        task: Int,
        inputs: [UnsafeMutablePointer<Float>],
        outputs: [UnsafeMutablePointer<Float>],
        scratch: Scratch
    ) {
        for (index, element) in elements.enumerated() { outputs[0][index] = element }
    }
}
