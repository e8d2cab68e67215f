import KernelInterface
import NetworkGraph

/// How one group of a convolution lies in packed panels.
struct GemmGeometry {
    /// Outputs of a group.
    let columns: Int
    /// Elements of k, in the window's order.
    let depth: Int
    let taps: Int
    let channels: Int
    let tileColumns: Int
    let depthGroup: Int

    init(columns: Int, channels: Int, taps: Int, _ kernel: GemmKernel) {
        self.columns = columns
        self.channels = channels
        self.taps = taps
        depth = channels * taps
        tileColumns = kernel.tileColumns
        depthGroup = kernel.depthGroup
    }

    init(_ layer: MatrixLayer, _ kernel: GemmKernel) {
        let columns = layer.bias.count / layer.groups
        let taps = layer.window.elementCount
        self.init(columns: columns, channels: layer.weights.count / layer.bias.count / taps, taps: taps, kernel)
    }

    var paddedColumns: Int { columns.rounded(upTo: tileColumns) }
    var paddedDepth: Int { depth.rounded(upTo: depthGroup) }
    /// Bytes of a group's panels.
    var weightBytes: Int { paddedColumns * paddedDepth }

    /// Where an output's bias and multiplier lie, groups being padded each.
    func paddedIndex(_ output: Int) -> Int {
        output / columns * paddedColumns + output % columns
    }

    /// Writes a group's weights, [outputs][channels][taps], as [panel][k / depthGroup][tileColumns][depthGroup].
    ///
    /// `tapPositions[tap]` is the tap's place in the order that depth runs in.
    func pack(
        _ weights: UnsafeBufferPointer<Int8>,
        group: Int,
        tapPositions: [Int],
        into room: UnsafeMutableBufferPointer<Int8>
    ) {
        let start = group * weightBytes
        let panelBytes = tileColumns * paddedDepth
        for column in 0..<columns {
            let source = (group * columns + column) * depth
            let lane = start + column / tileColumns * panelBytes + column % tileColumns * depthGroup
            for tap in 0..<taps {
                for channel in 0..<channels {
                    let k = tapPositions[tap] * channels + channel
                    room[lane + k / depthGroup * tileColumns * depthGroup + k % depthGroup] =
                        weights[source + channel * taps + tap]
                }
            }
        }
    }
}
