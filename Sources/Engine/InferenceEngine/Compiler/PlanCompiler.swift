public import KernelInterface
import NetworkGraph
public import Quantization

extension Plan {
    /// Compiles a network for a set of kernels.
    ///
    /// - Parameters:
    ///   - network: The int8 network.
    ///   - kernels: What it will run with; weights are packed for these.
    ///   - kind: How closely to follow the network's own operators.
    /// - Throws: `InferenceError` with `invalidNetwork` when the network is not well-formed or its scales are too far
    ///   apart for the plan.
    public init(network: QuantizedNetwork, kernels: KernelSet, kind: PlanKind) throws(InferenceError) {
        let lowered = try LoweredNetwork(validating: network, kind: kind)
        var compiler = PlanCompiler(lowered, kernels: kernels)
        for node in lowered.nodes { compiler.append(node) }
        do throws(InferenceError) {
            self = try compiler.finish(kind: kind)
        } catch {
            throw InferenceError(.invalidNetwork, "\(network.name): \(error.message)")
        }
    }

    /// Bytes of activation memory that a plan of a network needs, found without packing its weights.
    ///
    /// - Parameters:
    ///   - network: The int8 network; its weights are not looked at.
    ///   - kind: How closely to follow the network's own operators.
    /// - Returns: What `arenaBytes` of the compiled plan would be.
    /// - Throws: `InferenceError` with `invalidNetwork` when the network is not well-formed.
    public static func arenaBytes(of network: QuantizedNetwork, kind: PlanKind) throws(InferenceError) -> Int {
        ArenaPlan(try LoweredNetwork(validating: network, kind: kind)).byteCount
    }
}

extension LoweredNetwork {
    /// Checks a network and lowers it for a kind of plan.
    init(validating network: QuantizedNetwork, kind: PlanKind) throws(InferenceError) {
        do throws(QuantizationError) {
            try network.validate()
        } catch {
            throw InferenceError(.invalidNetwork, "\(network.name): \(error.message)")
        }
        try self.init(network)
        if kind == .fused { fuse() }
        expandConcatenationsAndSplits()
        expandReshapes()
        placeInPlace()
    }
}

/// Turns lowered nodes into steps, packing their constants.
struct PlanCompiler: ~Copyable {
    let network: LoweredNetwork
    let kernels: KernelSet
    /// Where each root value lies.
    let arena: ArenaPlan
    var blob: BlobBuilder
    var tensors: [PlanTensor] = []
    var steps: [PlanStep] = []
    private var tensorOfValue: [Int: Int] = [:]

    init(_ network: LoweredNetwork, kernels: KernelSet) {
        self.network = network
        self.kernels = kernels
        arena = ArenaPlan(network)
        let weights = network.nodes.reduce(0) { sum, node in
            switch node.operation {
            case .matrix(let layer), .depthwise(let layer):
                sum + layer.weights.count + layer.weights.count / 8 + 64 * layer.bias.count
            default: sum + 1024
            }
        }
        blob = BlobBuilder(capacity: weights)
    }

    /// The tensor of a value, made when first asked for.
    mutating func tensor(_ value: Int) -> Int {
        if let index = tensorOfValue[value] { return index }
        let lowered = network.values[value]
        let (root, channelOffset) = network.place(of: value)
        tensors.append(
            PlanTensor(
                name: lowered.name,
                batch: lowered.shape.batch,
                height: lowered.shape.storedHeight,
                width: lowered.shape.storedWidth,
                channels: lowered.channels,
                offset: arena.offsets[root] + channelOffset,
                pixelStride: network.values[root].channels,
                quantization: lowered.quantization
            )
        )
        tensorOfValue[value] = tensors.count - 1
        return tensors.count - 1
    }

    /// Adds the step of a node.
    mutating func append(_ node: LoweredNode) {
        var step = PlanStep(
            name: node.name,
            kind: .copy,
            input: tensor(node.source),
            second: nil,
            output: tensor(node.outputs[0])
        )
        let input = network.values[node.source]
        let output = network.values[node.outputs[0]]
        switch node.operation {
        case .matrix(let layer): pack(layer, node, into: &step)
        case .depthwise(let layer): packDepthwise(layer, node, into: &step)
        case .add(let activation):
            step.kind = .add
            step.second = tensor(node.inputs[1])
            setBounds(&step, activation, output)
            step.inputMultiplier = Requantization.multiplier(
                inputScale: input.quantization.scale,
                outputScale: output.quantization.scale
            )
            step.secondMultiplier = Requantization.multiplier(
                inputScale: network.values[node.inputs[1]].quantization.scale,
                outputScale: output.quantization.scale
            )
        case .channelAffine(let map):
            step.kind = .channelAffine
            setBounds(&step, map.activation, output)
            let packed = pack(map, of: node.inputs[0], result: output.quantization)
            (step.multipliers, step.bias) = (packed.multipliers, packed.offsets)
            step.affineZeroPoint = packed.inputZeroPoint
        case .combine(let combination, let activation): pack(combination, activation, node, &step)
        case .softmax: packSoftmax(node, &step)
        case .resizeLinear(let resize): pack(resize, node, &step)
        case .depthToSpace(let blockHeight, let blockWidth, let groups):
            step.kind = .depthToSpace
            (step.window.strideHeight, step.window.strideWidth) = (blockHeight, blockWidth)
            step.groups = groups
        case .constant(let elements):
            step.kind = .constant
            step.weights = blob.append(elements.channelsLast(output.shape))
        case .function(let function, let activation):
            step.kind = .lookup
            let bounds = output.storedBounds(of: activation)
            step.weights = blob.append(
                Requantization.table(
                    of: function,
                    from: input.quantization,
                    to: output.quantization,
                    lowest: bounds.lowest,
                    highest: bounds.highest
                )
            )
        case .lookup(let activation):
            step.kind = .lookup
            let bounds = output.storedBounds(of: activation)
            step.weights = blob.append(
                Requantization.table(
                    from: input.quantization,
                    to: output.quantization,
                    lowest: bounds.lowest,
                    highest: bounds.highest
                )
            )
        case .maxPool(let window):
            step.kind = .maxPool
            step.window = window
        case .averagePool(let window, let countIncludesPadding):
            step.kind = .averagePool
            step.window = window
            packMeans(window, countIncludesPadding, node, into: &step)
        case .copy: break
        case .channelShuffle(let groups):
            step.kind = .channelShuffle
            step.groups = groups
        case .flatten: step.kind = .flatten
        case .rearrange(let operation): pack(operation, node, into: &step)
        case .concatenate, .split: preconditionFailure("rewritten before steps are made")
        }
        account(node, &step)
        steps.append(step)
    }

    /// The plan, checked.
    consuming func finish(kind: PlanKind) throws(InferenceError) -> Plan {
        let inputs = network.inputs.map { tensor($0) }
        let outputs = network.outputs.map { tensor($0) }
        let (name, kernels, tensors, steps) = (network.name, kernels, tensors, steps)
        let arenaBytes = arena.byteCount
        return try Plan(
            name: name,
            kind: kind,
            kernels: kernels,
            tensors: tensors,
            steps: steps,
            inputs: inputs,
            outputs: outputs,
            arenaBytes: arenaBytes,
            blob: blob.finish()
        )
    }

    func setBounds(_ step: inout PlanStep, _ activation: Activation?, _ output: LoweredValue) {
        (step.lowest, step.highest) = output.storedBounds(of: activation)
    }

    /// Counts multiply-accumulates and the bytes that must move at least once.
    private func account(_ node: LoweredNode, _ step: inout PlanStep) {
        let moved = node.reads.reduce(network.values[node.outputs[0]].shape.elementCount) {
            $0 + network.values[$1].shape.elementCount
        }
        step.memoryAccessBytes = moved
        switch node.operation {
        case .matrix(let layer), .depthwise(let layer):
            let output = network.values[node.outputs[0]].shape
            step.macs = layer.weights.count * output.batch * output.height * output.width
            step.memoryAccessBytes += layer.weights.count + 8 * layer.bias.count
        default: break
        }
    }
}
