import NetworkGraph
import Quantization

/// A value on its way to a place in the arena.
struct LoweredValue {
    var name: String
    var shape: TensorShape
    var quantization: QuantizationParameters
    /// The value whose memory this one lies in, nil for memory of its own.
    var parent: Int?
    /// First channel within the parent.
    var channelOffset = 0
    /// Values this one is made of, in channel order, each with parameters of its own; nil for one set of parameters.
    var parts: [Int]?
    /// Real bounds that the network's own parameters for this value had, where it has been given others.
    var saturation: ClosedRange<Float>?
    /// The caller reads or fills it: it keeps its own memory.
    var isPinned = false

    var channels: Int { shape.channels }

    /// Bounds of what may be stored: the activation's, and what the network's own parameters could hold.
    func storedBounds(of activation: Activation?) -> (lowest: Int32, highest: Int32) {
        let bounds = quantization.storedBounds(of: activation)
        guard let saturation else { return bounds }
        let lowest = max(bounds.lowest, quantization.stored(saturation.lowerBound))
        return (lowest, max(min(bounds.highest, quantization.stored(saturation.upperBound)), lowest))
    }
}

/// A per-channel affine map and the activation after it.
struct ChannelMap {
    var multipliers: [Float]
    var offsets: [Float]
    var activation: Activation?
}

/// A convolution or fully connected layer with what was folded into it.
struct MatrixLayer {
    var kind: StepKind
    /// A fully connected layer's window is its whole input.
    var window: Window
    var groups: Int
    /// Row-major [outputs][inputs / groups][window height][window width].
    var weights: [Int8]
    var weightScales: [Float]
    var bias: [Int32]
    var activation: Activation?
    /// A value added before requantization, and the parameters the product alone would have been stored with: it is
    /// clamped to what they can hold.
    var residual: (value: Int, product: QuantizationParameters)?
    /// A map applied to the input while it is packed, and the parameters of its result.
    var prologue: (map: ChannelMap, result: QuantizationParameters)?

    /// Whether input rows are used as they lie.
    var isPointwise: Bool { window.isPointwise }
}

/// What a node does, once conv-like and copy-like operators are told apart.
enum LoweredOperation {
    case matrix(MatrixLayer)
    case depthwise(MatrixLayer)
    case add(Activation?)
    case channelAffine(ChannelMap)
    /// Two values of which extents of 1 are repeated.
    case combine(Combination, Activation?)
    case function(UnaryFunction, Activation?)
    case softmax
    case resizeLinear(Resize)
    /// Spreads each pixel's channels over a block of pixels.
    case depthToSpace(blockHeight: Int, blockWidth: Int, groups: Int)
    /// A value in row-major order of its logical shape; reads nothing.
    case constant([UInt8])
    /// An activation, or requantization alone.
    case lookup(Activation?)
    case maxPool(Window)
    case averagePool(Window, countIncludesPadding: Bool)
    case copy
    case channelShuffle(groups: Int)
    case flatten
    case rearrange(Rearrangement)
    /// These two are rewritten into views, copies and look-ups before steps are made.
    case concatenate
    case split
}

struct LoweredNode {
    var name: String
    var operation: LoweredOperation
    var inputs: [Int]
    var outputs: [Int]

    /// The first value read, or what is written where none is.
    var source: Int { inputs.first ?? outputs[0] }

    /// Everything read, a residual included.
    var reads: [Int] {
        if case .matrix(let layer) = operation, let residual = layer.residual { return inputs + [residual.value] }
        return inputs
    }
}

/// A network being turned into steps.
struct LoweredNetwork {
    var name: String
    var values: [LoweredValue]
    var nodes: [LoweredNode]
    var inputs: [Int]
    var outputs: [Int]

    /// The value whose memory a value lies in at last, and its first channel there.
    func place(of value: Int) -> (root: Int, channelOffset: Int) {
        var root = value
        var offset = 0
        while let parent = values[root].parent {
            offset += values[root].channelOffset
            root = parent
        }
        return (root, offset)
    }

    /// For each value, the nodes that read it, once for each reading; views apart.
    func readers() -> [[Int]] {
        var readers = [[Int]](repeating: [], count: values.count)
        for (index, node) in nodes.enumerated() {
            for value in node.reads { readers[value].append(index) }
        }
        return readers
    }

    /// Values that others are views of: those read their memory too, though no node says so.
    func viewedValues() -> Set<Int> { Set(values.compactMap(\.parent)) }

    /// For each value, the node that writes it, nil for inputs.
    func writers() -> [Int?] {
        var writers = [Int?](repeating: nil, count: values.count)
        for (index, node) in nodes.enumerated() {
            for value in node.outputs { writers[value] = index }
        }
        return writers
    }

    mutating func addValue(_ value: LoweredValue) -> Int {
        values.append(value)
        return values.count - 1
    }
}
