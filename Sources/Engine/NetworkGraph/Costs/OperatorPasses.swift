/// How much of a graph is assumed to run as passes of its own over memory.
public enum CostPlan: Hashable, Sendable {
    /// Operator by operator, with what every int8 runtime does: a batch normalization is folded into the layer before
    /// it where that is exact, and an activation is applied as its producer writes.
    case naive
    /// In addition a concatenation is free (its parts are written where the whole is read), and a batch normalization
    /// that nothing can absorb, with its activation, is applied as its consumers read, when all of them are convolutions
    /// or fully connected layers.
    case fused
}

/// Where a node's work happens.
enum OperatorPass: Hashable {
    /// In a pass of its own: reads its inputs, writes its outputs.
    case own
    /// As the producer writes: the node's output takes the place of its input.
    case epilogue
    /// As consumers read (or not at all, for a constant or a mere change of view): the node's output is never stored.
    case view
}

extension NetworkGraph {
    /// Decides for each node where its work happens.
    func operatorPasses(_ plan: CostPlan, _ connections: GraphConnections) -> [OperatorPass] {
        var passes = [OperatorPass](repeating: .own, count: nodes.count)
        for (index, node) in nodes.enumerated() {
            switch node.operation {
            case .flatten, .split, .constant:
                passes[index] = .view
            case .reshape(let target) where shape(of: node.inputs[0]).isStoredAlike(reshapedTo: target):
                passes[index] = .view
            case .transpose(let axes) where shape(of: node.inputs[0]).isStoredAlike(transposedBy: axes):
                passes[index] = .view
            case .concatenate where plan == .fused:
                passes[index] = .view
            case .batchNormalization:
                if foldingTarget(of: node, connections) != nil {
                    passes[index] = .epilogue
                } else if plan == .fused, isAppliedByConsumers(node, connections) {
                    passes[index] = .view
                }
            case .activation:
                guard let producer = connections.soleProducer(of: node.inputs[0]),
                    nodes[producer].operation.acceptsActivation
                else { continue }
                passes[index] = passes[producer] == .view ? .view : .epilogue
            default:
                continue
            }
        }
        return passes
    }

    /// Whether everything that reads a batch normalization, through its activation, can apply it while reading.
    private func isAppliedByConsumers(_ node: Node, _ connections: GraphConnections) -> Bool {
        let output = node.outputs[0]
        let readers = connections.consumers[output.index]
        guard !connections.isOutput[output.index], !readers.isEmpty else { return false }
        if readers.count == 1, case .activation = nodes[readers[0]].operation {
            let activated = nodes[readers[0]].outputs[0]
            let consumers = connections.consumers[activated.index]
            return !connections.isOutput[activated.index] && !consumers.isEmpty
                && consumers.allSatisfy { nodes[$0].operation.acceptsAffineInput }
        }
        return readers.allSatisfy { nodes[$0].operation.acceptsAffineInput }
    }
}

extension Operation {
    /// Whether an activation can be applied as this operator writes.
    fileprivate var acceptsActivation: Bool {
        switch self {
        case .convolution, .fullyConnected, .convolutionTranspose, .batchNormalization, .add, .subtract, .multiply,
            .function:
            true
        default: false
        }
    }

    /// Whether a per-channel affine map and an activation can be applied as this operator reads.
    fileprivate var acceptsAffineInput: Bool {
        switch self {
        case .convolution, .fullyConnected: true
        default: false
        }
    }
}
