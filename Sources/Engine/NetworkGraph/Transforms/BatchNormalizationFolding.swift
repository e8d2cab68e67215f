// Links libm: in release builds squareRoot() leaves a call to sqrt for negative arguments.
import Glibc

// Batch normalization behind a linear layer is linear too, so the two are one layer:
//
//     scale·(W·x + b − mean)/√(variance + ε) + shift = (f·W)·x + (f·(b − mean) + shift),  f = scale/√(variance + ε)
//
// with f one factor an output, hence one a row of W. Zero padding stays exact because f is applied after the sum.

extension NetworkGraph {
    /// Folds every batch normalization that directly follows a convolution, transposed or not, or fully connected layer into it.
    ///
    /// Others stay: those behind another operator (DenseNet's), and those behind a layer whose own output is read by
    /// someone else or returned. The folded layer keeps its node's name and writes the normalization's value; its
    /// weights are still produced a row at a time.
    public func foldingBatchNormalization() -> RewrittenGraph {
        let connections = GraphConnections(self)
        var newNodes: [Node?] = nodes
        for (index, node) in nodes.enumerated() {
            guard let producer = foldingTarget(of: node, connections),
                case .batchNormalization(let normalization) = node.operation,
                var layer = newNodes[producer]
            else { continue }
            layer.operation = layer.operation.absorbing(normalization)
            layer.outputs = node.outputs
            newNodes[producer] = layer
            newNodes[index] = nil
        }
        return replacingNodes(newNodes.compactMap(\.self))
    }

    /// The layer a batch normalization can be folded into, nil where there is none or the node is something else.
    func foldingTarget(of node: Node, _ connections: GraphConnections) -> Int? {
        guard case .batchNormalization = node.operation, let producer = connections.soleProducer(of: node.inputs[0])
        else { return nil }
        switch nodes[producer].operation {
        case .convolution, .convolutionTranspose, .fullyConnected: return producer
        default: return nil
        }
    }
}

extension Operation {
    /// This linear layer followed by a batch normalization, as one layer.
    fileprivate func absorbing(_ normalization: BatchNormalization) -> Operation {
        let factors = normalization.factors()
        switch self {
        case .convolution(var layer):
            layer.bias = normalization.foldedBias(layer.bias, factors: factors)
            layer.weights = layer.weights.scalingRows(by: factors)
            return .convolution(layer)
        case .convolutionTranspose(var layer):
            layer.bias = normalization.foldedBias(layer.bias, factors: factors)
            layer.weights = layer.weights.scalingRows(by: factors)
            return .convolutionTranspose(layer)
        case .fullyConnected(var layer):
            layer.bias = normalization.foldedBias(layer.bias, factors: factors)
            layer.weights = layer.weights.scalingRows(by: factors)
            return .fullyConnected(layer)
        default:
            preconditionFailure("only linear layers absorb a batch normalization")
        }
    }
}

extension BatchNormalization {
    /// What each channel is multiplied by: scale/√(variance + epsilon), computed in double precision.
    public func factors() -> [Float] {
        zip(scale.elements(), variance.elements()).map { scale, variance in
            Float(Double(scale) / (Double(variance) + Double(epsilon)).squareRoot())
        }
    }

    /// What each channel is raised by after `factors`: shift − mean·factor, computed in double precision.
    public func offsets() -> [Float] {
        foldedBiasElements(nil, factors: factors())
    }

    fileprivate func foldedBias(_ bias: Parameter?, factors: [Float]) -> Parameter {
        Parameter(shape: shift.shape, elements: foldedBiasElements(bias, factors: factors))
    }

    private func foldedBiasElements(_ bias: Parameter?, factors: [Float]) -> [Float] {
        let shifts = shift.elements()
        let means = mean.elements()
        let biases = bias?.elements()
        return factors.indices.map { channel in
            let centred = Double(biases?[channel] ?? 0) - Double(means[channel])
            return Float(centred * Double(factors[channel]) + Double(shifts[channel]))
        }
    }
}
