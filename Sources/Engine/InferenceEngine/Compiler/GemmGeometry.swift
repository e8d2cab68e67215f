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
    /// A panel's rows are brought into the order of k one by one, unless they have it already, then interleaved.
    /// `tapPositions[tap]` is the tap's place in the order that depth runs in; `room` holds zeros.
    func pack(
        _ weights: UnsafeBufferPointer<Int8>,
        group: Int,
        tapPositions: [Int],
        into room: UnsafeMutableBufferPointer<Int8>
    ) {
        precondition(weights.count >= (group + 1) * columns * depth && room.count >= (group + 1) * weightBytes)
        guard let first = weights.baseAddress, let start = room.baseAddress else { return }
        let isOrdered = taps == 1 && depth == paddedDepth
        let panelBytes = tileColumns * paddedDepth
        withUnsafeTemporaryAllocation(of: Int8.self, capacity: isOrdered ? 1 : panelBytes) { buffer in
            guard let ordered = buffer.baseAddress else { return }
            if !isOrdered { ordered.initialize(repeating: 0, count: panelBytes) }
            for panel in 0..<paddedColumns / tileColumns {
                let width = min(tileColumns, columns - panel * tileColumns)
                let source = first + (group * columns + panel * tileColumns) * depth
                let target = UnsafeMutableRawPointer(start + group * weightBytes + panel * panelBytes)
                if !isOrdered {
                    for row in 0..<width {
                        order(source + row * depth, tapPositions, into: ordered + row * paddedDepth)
                    }
                }
                let rows = UnsafeRawPointer(isOrdered ? source : UnsafePointer(ordered))
                switch depthGroup {
                case 1: interleave(rows, width, UInt8.self, to: target)
                case 2: interleave(rows, width, UInt16.self, to: target)
                case 4: interleave(rows, width, UInt32.self, to: target)
                case 8: interleave(rows, width, UInt64.self, to: target)
                default: preconditionFailure("no kernel takes depth in groups of \(depthGroup)")
                }
            }
        }
    }

    /// One output's weights, [channels][taps], in the order of k.
    private func order(
        _ source: UnsafePointer<Int8>,
        _ tapPositions: [Int],
        into target: UnsafeMutablePointer<Int8>
    ) {
        for tap in 0..<taps {
            let line = target + tapPositions[tap] * channels
            var element = source + tap
            for channel in 0..<channels {
                line[channel] = element.pointee
                element += taps
            }
        }
    }

    /// Writes the rows of a panel by turns, one group of k of each, a cache line of a row at a time.
    @inline(__always)
    private func interleave<Group: BitwiseCopyable>(
        _ rows: UnsafeRawPointer,
        _ count: Int,
        _ type: Group.Type,
        to target: UnsafeMutableRawPointer
    ) {
        let size = MemoryLayout<Group>.size
        let groups = paddedDepth / size
        let atOnce = 64 / size
        var start = 0
        while start < groups {
            let end = min(start &+ atOnce, groups)
            for row in 0..<count {
                var source = rows + (row &* paddedDepth &+ start &* size)
                var place = target + (start &* tileColumns &+ row) &* size
                for _ in start..<end {
                    place.storeBytes(of: source.loadUnaligned(as: type), as: type)
                    source += size
                    place += tileColumns &* size
                }
            }
            start = end
        }
    }
}
