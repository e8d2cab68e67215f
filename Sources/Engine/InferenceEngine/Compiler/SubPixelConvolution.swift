import NetworkGraph
import Quantization

/// A transposed convolution as an ordinary one over the same input, whose channels are the pixels of a block.
///
/// Output row y takes part of input row i by tap t where y + pad = stride·i + dilation·t. All rows of a block of
/// `stride` rows see the same input rows, so the block is one window; each row of it has the taps that fall on input
/// rows, zeros elsewhere (Shi et al., arXiv 1609.07009). Sums are those of the definition: they are exact.
struct SubPixelConvolution {
    /// Rows of channels are [group][block row][block column][outputs / groups].
    var layer: MatrixLayer
    /// Rows and columns of a block.
    var blockHeight, blockWidth: Int
    /// The convolution's output: blocks, of which the last may be cut.
    var shape: TensorShape

    /// The most weights and outputs; beyond, a stride is so large that the network is no one's.
    private static let limit = 1 << 28

    /// Nil when it would be too large.
    init?(_ convolution: QuantizedConvolutionTranspose, input: TensorShape, output: TensorShape) {
        let window = convolution.window
        let rows = SubPixelAxis(
            stride: window.strideHeight,
            dilation: window.dilationHeight,
            kernel: window.kernelHeight,
            pad: window.padTop,
            input: input.height,
            output: output.height
        )
        let columns = SubPixelAxis(
            stride: window.strideWidth,
            dilation: window.dilationWidth,
            kernel: window.kernelWidth,
            pad: window.padLeft,
            input: input.width,
            output: output.width
        )
        let groupInputs = input.channels / convolution.groups
        let groupOutputs = output.channels / convolution.groups
        let phases = rows.phases * columns.phases
        guard let channels = Self.product([phases, output.channels]),
            let count = Self.product([channels, groupInputs, rows.taps, columns.taps]),
            Self.product([channels, input.batch, rows.blocks, columns.blocks]) != nil
        else { return nil }
        var weights = [Int8](repeating: 0, count: count)
        var sources: [Int] = []
        sources.reserveCapacity(channels)
        for group in 0..<convolution.groups {
            for phase in 0..<phases {
                let (phaseRow, phaseColumn) = phase.quotientAndRemainder(dividingBy: columns.phases)
                for channel in 0..<groupOutputs {
                    let source = group * groupOutputs + channel
                    for (tapRow, row) in rows.positions[phaseRow] {
                        for (tapColumn, column) in columns.positions[phaseColumn] {
                            for input in 0..<groupInputs {
                                let from =
                                    ((source * groupInputs + input) * window.kernelHeight + tapRow) * window.kernelWidth
                                    + tapColumn
                                let to =
                                    ((sources.count * groupInputs + input) * rows.taps + row) * columns.taps + column
                                weights[to] = convolution.weights[from]
                            }
                        }
                    }
                    sources.append(source)
                }
            }
        }
        layer = MatrixLayer(
            kind: .convolution,
            window: Self.window(rows, columns),
            groups: convolution.groups,
            weights: weights,
            weightScales: sources.map { convolution.weightScales[$0] },
            bias: sources.map { convolution.bias[$0] },
            activation: convolution.activation
        )
        blockHeight = rows.phases
        blockWidth = columns.phases
        shape = TensorShape(batch: input.batch, channels: channels, height: rows.blocks, width: columns.blocks)
    }

    private static func window(_ rows: SubPixelAxis, _ columns: SubPixelAxis) -> Window {
        var window = Window(kernel: 1)
        window.kernelHeight = rows.taps
        window.kernelWidth = columns.taps
        window.dilationHeight = rows.spacing
        window.dilationWidth = columns.spacing
        window.padTop = rows.padBefore
        window.padBottom = rows.padAfter
        window.padLeft = columns.padBefore
        window.padRight = columns.padAfter
        return window
    }

    /// Nil beyond the limit.
    private static func product(_ factors: [Int]) -> Int? {
        var result = 1
        for factor in factors {
            guard factor <= limit / result else { return nil }
            result *= max(factor, 1)
        }
        return result
    }
}

/// One axis of a sub-pixel convolution.
private struct SubPixelAxis {
    /// Output positions of a block.
    let phases: Int
    /// Blocks, at least as many as cover the output.
    let blocks: Int
    /// Window of the convolution over the input, and the distance of its taps.
    let taps, spacing: Int
    let padBefore, padAfter: Int
    /// Of each phase, the transposed convolution's taps and their places in the window.
    let positions: [[(tap: Int, position: Int)]]

    init(stride: Int, dilation: Int, kernel: Int, pad: Int, input: Int, output: Int) {
        phases = min(stride, output)
        let needed = output.pieces(of: phases)
        // Each tap belongs to one phase, and reads the input at this distance from its block.
        var reads: [(tap: Int, phase: Int, offset: Int)] = []
        for tap in 0..<kernel {
            let distance = pad - tap * dilation
            let phase = (stride - distance % stride) % stride
            let offset = (phase + distance) / stride
            // What no block finds in the input is left out.
            if phase < phases, (1 - needed..<input).contains(offset) { reads.append((tap, phase, offset)) }
        }
        let first = min(reads.map(\.offset).min() ?? 0, 0)
        let last = max(reads.map(\.offset).max() ?? 0, 0)
        // With a stride of 1 the distances are even; otherwise every input position between is a tap.
        spacing =
            stride == 1 && (last - first) % dilation == 0 && reads.allSatisfy { ($0.offset - first) % dilation == 0 }
            ? dilation : 1
        taps = (last - first) / spacing + 1
        padBefore = -first
        var positions = [[(tap: Int, position: Int)]](repeating: [], count: phases)
        for read in reads { positions[read.phase].append((read.tap, (read.offset - first) / spacing)) }
        self.positions = positions
        let extent = last - first + 1
        blocks = max(needed, input + padBefore - extent + 1)
        padAfter = blocks - 1 + extent - input - padBefore
    }
}

extension LoweredNetwork {
    /// Takes over a transposed convolution: one over blocks, and where blocks are more than a pixel, their spreading.
    mutating func lower(
        _ convolution: QuantizedConvolutionTranspose,
        _ node: QuantizedNode,
        _ network: QuantizedNetwork
    ) throws(InferenceError) {
        let input = network[node.inputs[0]].shape
        let output = network[node.outputs[0]].shape
        guard let blocks = SubPixelConvolution(convolution, input: input, output: output) else {
            throw InferenceError(
                .unsupported,
                "\(node.name): a transposed convolution from \(input) to \(output) is too large; use a smaller stride"
            )
        }
        let isDirect = blocks.shape == output
        let isDepthwise =
            isDirect && convolution.groups == input.channels && output.channels == input.channels && input.channels > 1
        var target = node.outputs[0].index
        if !isDirect {
            target = addValue(
                LoweredValue(
                    name: "\(network[node.outputs[0]].name).blocks",
                    shape: blocks.shape,
                    quantization: network[node.outputs[0]].quantization
                )
            )
        }
        nodes.append(
            LoweredNode(
                name: node.name,
                operation: isDepthwise ? .depthwise(blocks.layer) : .matrix(blocks.layer),
                inputs: [node.inputs[0].index],
                outputs: [target]
            )
        )
        guard !isDirect else { return }
        nodes.append(
            LoweredNode(
                name: "\(node.name)[pixels]",
                operation: .depthToSpace(
                    blockHeight: blocks.blockHeight,
                    blockWidth: blocks.blockWidth,
                    groups: convolution.groups
                ),
                inputs: [target],
                outputs: [node.outputs[0].index]
            )
        )
    }
}
