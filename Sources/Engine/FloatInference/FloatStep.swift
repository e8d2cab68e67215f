import NetworkGraph

/// One node, ready to run: constants unpacked, geometry worked out.
protocol FloatStep: Sendable {
    /// Number of tasks, which write disjoint elements and may run in any order or at once.
    var taskCount: Int { get }
    /// About how many multiply-adds or element moves all tasks make.
    var work: Int { get }
    /// Runs one task on the elements of the node's inputs and outputs, in logical order.
    func run(
        task: Int,
        inputs: [UnsafeMutablePointer<Float>],
        outputs: [UnsafeMutablePointer<Float>],
        scratch: Scratch
    )
}

/// What a node becomes.
enum PreparedNode: Sendable {
    /// A step that writes the node's outputs.
    case step(any FloatStep)
    /// The output is the input, elements and all.
    case alias

    init(_ node: Node, in graph: NetworkGraph, workers: Workers) throws(FloatInferenceError) {
        let inputs = node.inputs.map(graph.shape(of:))
        let output = graph.shape(of: node.outputs[0])
        switch node.operation {
        case .convolution(let layer):
            self = .step(try convolutionStep(layer, inputs[0], output, workers))
        case .convolutionTranspose(let layer):
            let map = PatchMap(transposed: layer.window, from: inputs[0], to: output)
            self = .step(
                try ProductStep(layer.weights, layer.bias, groups: layer.groups, inputs[0], output, map, workers)
            )
        case .fullyConnected(let layer):
            self = .step(try FullyConnectedStep(layer, batch: output.batch, workers))
        case .batchNormalization(let layer):
            self = .step(ChannelAffineStep(layer, shape: output))
        case .activation(let activation):
            self = .step(MapStep(.activation(activation), count: output.elementCount))
        case .function(let function):
            self = .step(MapStep(.function(function), count: output.elementCount))
        case .maxPool(let window):
            self = .step(PoolStep(window, from: inputs[0], to: output, kind: .maximum))
        case .averagePool(let window, let countsPadding):
            self = .step(PoolStep(window, from: inputs[0], to: output, kind: .mean(countsPadding: countsPadding)))
        case .globalAveragePool:
            self = .step(PlaneMeanStep(planes: output.elementCount, elements: inputs[0].height * inputs[0].width))
        case .add: self = .step(BinaryStep(.add, inputs, output))
        case .subtract: self = .step(BinaryStep(.subtract, inputs, output))
        case .multiply: self = .step(BinaryStep(.multiply, inputs, output))
        case .constant(let parameter): self = .step(ConstantStep(elements: parameter.elements()))
        case .softmax: self = .step(SoftmaxStep(output))
        case .concatenate: self = .step(ConcatenationStep(inputs, output))
        case .split(let sizes): self = .step(SplitStep(sizes, inputs[0]))
        case .channelShuffle(let groups): self = .step(GatherStep(shufflingChannelsOf: output, groups: groups))
        case .flatten, .reshape: self = .alias
        case .transpose(let permutation): self = .step(GatherStep(transposing: inputs[0], permutation, output))
        case .slice(let slice): self = .step(GatherStep(slicing: inputs[0], slice, output))
        case .pad(let padding): self = .step(GatherStep(padding: inputs[0], padding, output))
        case .resize(let resize):
            switch resize.mode {
            case .nearest(let rounding):
                self = .step(GatherStep(resizing: inputs[0], resize, rounding, output))
            case .linear: self = .step(LinearResizeStep(resize, from: inputs[0], to: output))
            }
        }
    }
}
