// Static costs of a graph, for one image of its batch extent as given.
//
// Elements are counted under the ideal that every pass over memory reads each of its inputs once and writes each of its
// outputs once; caches can only do worse than that by re-reading and better by keeping a value between passes. At int8
// an activation is one byte. Weights at int8 are one byte each, plus per output channel four bytes of bias (s32) and
// four of weight scale (f32); a batch normalization that keeps its own arithmetic has eight bytes a channel (multiplier
// and offset, f32). A constant's elements are parameters of one byte each, counted where the constant is, not where it
// is read. Sums saturate at Int.max, so that no file can make them trap.

/// What one node costs.
public struct NodeCosts: Hashable, Sendable {
    /// Learned numbers of the float model: weights, biases, constants, a normalization's scale and shift (not its
    /// moments).
    public var parameters = 0
    /// Multiply-accumulates of a convolution, fully connected layer or transposed convolution (there each input element
    /// meets each weight of its channel once); 0 for other operators, bias not counted.
    public var macs = 0
    /// Bytes of int8 weights with their biases and scales (see above); 0 for a batch normalization folded away.
    public var int8WeightBytes = 0
    /// Activation elements read in a pass of its own.
    public var readElements = 0
    /// Activation elements written in a pass of its own.
    public var writtenElements = 0
    /// Whether the node has no pass of its own: it runs as a neighbour writes or reads, or is a mere view.
    public var isAbsorbed = false

    /// Bytes read and written at int8: activations once each, and the weights.
    public var memoryAccessBytes: Int {
        saturatingSum(saturatingSum(readElements, writtenElements), int8WeightBytes)
    }
}

/// What a graph costs, node by node and in all.
public struct GraphCosts: Hashable, Sendable {
    /// One entry a node, in the graph's order.
    public let nodes: [NodeCosts]
    /// Sums over all nodes.
    public let total: NodeCosts
    /// Convolution inputs + outputs in elements (HarDNet's CIO, arXiv 1909.00948, section 3).
    public let convolutionElements: Int
    /// Weights and biases of convolutions and fully connected layers after folding, in elements.
    public let weightElements: Int
    /// The most activation elements that must exist at once, graph inputs and outputs included, when buffers are reused
    /// and additions, activations and batch normalizations overwrite an input nobody needs any more.
    public let peakLiveElements: Int

    /// Activation elements read and written by all passes.
    public var trafficElements: Int { saturatingSum(total.readElements, total.writtenElements) }

    /// Analyses a valid graph.
    ///
    /// - Parameters:
    ///   - graph: As built, batch normalizations included: the plan says which of them cost anything.
    ///   - plan: What is assumed to be fused.
    public init(of graph: NetworkGraph, plan: CostPlan = .naive) {
        let connections = GraphConnections(graph)
        let passes = graph.operatorPasses(plan, connections)
        var nodes: [NodeCosts] = []
        var convolutionElements = 0
        var weightElements = 0
        for (node, pass) in zip(graph.nodes, passes) {
            let cost = NodeCosts(of: node, in: graph, pass: pass, connections)
            nodes.append(cost)
            weightElements = saturatingSum(weightElements, node.operation.weightElementCount)
            if case .batchNormalization(let normalization) = node.operation, pass == .epilogue,
                let producer = connections.producers[node.inputs[0].index], !graph.nodes[producer].operation.hasBias
            {
                weightElements = saturatingSum(weightElements, normalization.shift.elementCount)
            }
            if node.operation.isConvolution {
                convolutionElements = saturatingSum(convolutionElements, cost.readElements)
                convolutionElements = saturatingSum(convolutionElements, cost.writtenElements)
            }
        }
        self.nodes = nodes
        self.total = nodes.reduce(into: NodeCosts()) { $0.add($1) }
        self.convolutionElements = convolutionElements
        self.weightElements = weightElements
        self.peakLiveElements = StorageReuse(graph, passes: passes, inPlace: true)
            .peakElementCount(stepCount: graph.nodes.count)
    }
}

extension NodeCosts {
    /// Costs of one node.
    init(of node: Node, in graph: NetworkGraph, pass: OperatorPass, _ connections: GraphConnections) {
        isAbsorbed = pass != .own
        if pass == .own {
            for value in node.inputs where !connections.isConstant(value, in: graph) {
                readElements = saturatingSum(readElements, graph.shape(of: value).elementCount)
            }
            for value in node.outputs {
                writtenElements = saturatingSum(writtenElements, graph.shape(of: value).elementCount)
            }
        }
        switch node.operation {
        case .convolution(let layer):
            addLayer(layer.weights, bias: layer.bias, output: graph.shape(of: node.outputs[0]))
        case .fullyConnected(let layer):
            addLayer(layer.weights, bias: layer.bias, output: graph.shape(of: node.outputs[0]))
        case .convolutionTranspose(let layer):
            addLayer(layer.weights, bias: layer.bias, output: graph.shape(of: node.outputs[0]))
            let input = graph.shape(of: node.inputs[0])
            // As below: positions and weights are below 2^31 each.
            macs = input.batch * input.height * input.width * layer.weights.elementCount
        case .constant(let elements):
            parameters = elements.elementCount
            int8WeightBytes = elements.elementCount
        case .batchNormalization(let normalization):
            parameters = 2 * normalization.scale.elementCount
            int8WeightBytes = pass == .epilogue ? 0 : 8 * normalization.scale.elementCount
        default:
            break
        }
    }

    private mutating func addLayer(_ weights: Parameter, bias: Parameter?, output: TensorShape) {
        parameters = weights.elementCount + (bias?.elementCount ?? 0)
        // Both factors are below 2^31 (TensorShape.maximumElementCount).
        macs = output.elementCount * weights.rowLength
        int8WeightBytes = weights.elementCount + 8 * weights.rowCount
    }

    fileprivate mutating func add(_ other: NodeCosts) {
        parameters = saturatingSum(parameters, other.parameters)
        macs = saturatingSum(macs, other.macs)
        int8WeightBytes = saturatingSum(int8WeightBytes, other.int8WeightBytes)
        readElements = saturatingSum(readElements, other.readElements)
        writtenElements = saturatingSum(writtenElements, other.writtenElements)
    }
}

extension Operation {
    fileprivate var isConvolution: Bool {
        switch self {
        case .convolution, .convolutionTranspose: true
        default: false
        }
    }

    /// Elements of a linear layer's weights and bias; 0 for other operators.
    fileprivate var weightElementCount: Int {
        switch self {
        case .convolution(let layer): layer.weights.elementCount + (layer.bias?.elementCount ?? 0)
        case .convolutionTranspose(let layer): layer.weights.elementCount + (layer.bias?.elementCount ?? 0)
        case .fullyConnected(let layer): layer.weights.elementCount + (layer.bias?.elementCount ?? 0)
        default: 0
        }
    }

    fileprivate var hasBias: Bool {
        switch self {
        case .convolution(let layer): layer.bias != nil
        case .convolutionTranspose(let layer): layer.bias != nil
        case .fullyConnected(let layer): layer.bias != nil
        default: false
        }
    }
}

private func saturatingSum(_ left: Int, _ right: Int) -> Int {
    let (sum, overflow) = left.addingReportingOverflow(right)
    return overflow ? .max : sum
}
