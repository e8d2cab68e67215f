import NetworkGraph

/// What a step does and costs, for per-layer tables.
public struct PlanStepInfo: Hashable, Sendable {
    /// The node it came from.
    public var name: String
    /// The operator and its geometry, for example `convolution 3x3/2 + residual`.
    public var operation: String
    /// Batch x channels x height x width of what is read.
    public var inputShape: String
    /// Batch x channels x height x width of what is written.
    public var outputShape: String
    /// Multiply-accumulates.
    public var macs: Int
    /// Bytes of activations and constants that must be read or written at least once.
    public var memoryAccessBytes: Int
    /// Of these bytes, activations: inputs read and output written.
    ///
    /// A step that moves elements reads as many as it writes.
    public var activationBytes: Int
    /// Of these bytes, weights and biases.
    public var constantBytes: Int
}

extension Plan {
    /// Every step, in the order they run.
    public var stepInfos: [PlanStepInfo] {
        steps.map { step in
            let activationBytes = activationBytes(of: step)
            return PlanStepInfo(
                name: step.name,
                operation: step.description,
                inputShape: tensors[step.input].shapeDescription,
                outputShape: tensors[step.output].shapeDescription,
                macs: step.macs,
                memoryAccessBytes: step.memoryAccessBytes,
                activationBytes: activationBytes,
                constantBytes: step.macs > 0 ? max(0, step.memoryAccessBytes - activationBytes) : 0
            )
        }
    }

    private func activationBytes(of step: PlanStep) -> Int {
        let written = tensors[step.output].elementCount
        if step.kind == .constant { return written }
        let read = tensors[step.input].elementCount + (step.second.map { tensors[$0].elementCount } ?? 0)
        return step.kind.isMoving ? written + min(read, written) : written + read
    }
}

extension StepKind {
    /// Whether each element of the output is one of the input, or nothing.
    fileprivate var isMoving: Bool {
        switch self {
        case .copy, .channelShuffle, .flatten, .depthToSpace: true
        default: isMapped
        }
    }
}

extension PlanStep {
    fileprivate var description: String {
        var text = kind.name
        switch kind {
        case .convolution, .depthwiseConvolution, .maxPool, .averagePool:
            text += " \(window.kernelHeight)x\(window.kernelWidth)"
            if window.strideHeight * window.strideWidth > 1 { text += "/\(window.strideHeight)" }
        default: break
        }
        if kind == .convolution, groups > 1 { text += " in \(groups) groups" }
        if prologue != nil { text = "channelAffine + " + text }
        if kind != .add, kind != .multiply, second != nil { text += " + residual" }
        return text
    }
}

extension StepKind {
    /// The operator's name in tables.
    var name: String {
        switch self {
        case .convolution: "convolution"
        case .fullyConnected: "fullyConnected"
        case .depthwiseConvolution: "depthwiseConvolution"
        case .add: "add"
        case .channelAffine: "channelAffine"
        case .lookup: "lookup"
        case .maxPool: "maxPool"
        case .averagePool: "averagePool"
        case .copy: "copy"
        case .channelShuffle: "channelShuffle"
        case .flatten: "flatten"
        case .multiply: "multiply"
        case .softmax: "softmax"
        case .resizeLinear: "resizeLinear"
        case .depthToSpace: "depthToSpace"
        case .constant: "constant"
        case .reshape: "reshape"
        case .transpose: "transpose"
        case .slice: "slice"
        case .pad: "pad"
        case .resizeNearest: "resizeNearest"
        }
    }
}
