import NetworkGraph

/// A convolution, plain or transposed: weights times patches, gathered block by block.
struct ProductStep: FloatStep {
    private let weights: PackedRows
    private let map: PatchMap
    private let groups: Int
    private let batch: Int
    private let inputChannels: Int
    /// Columns and panels of a task.
    private let columnBlocks: Int
    private let panelBlocks: Int
    private let panelsPerTask: Int

    init(
        _ weights: Parameter,
        _ bias: Parameter?,
        groups: Int,
        _ input: TensorShape,
        _ output: TensorShape,
        _ map: PatchMap,
        _ workers: Workers
    ) throws(FloatInferenceError) {
        self.weights = try PackedRows(weights, bias: bias, groups: groups, workers)
        self.map = map
        self.groups = groups
        batch = output.batch
        inputChannels = input.channels
        columnBlocks = (map.positions + Tile.blockColumns - 1) / Tile.blockColumns
        // Small images have few blocks of columns: several tasks then share them, at the price of gathering them again.
        panelsPerTask = columnBlocks * output.batch * groups >= 8 ? self.weights.panels : 32
        panelBlocks = (self.weights.panels + panelsPerTask - 1) / panelsPerTask
    }

    var taskCount: Int { batch * groups * columnBlocks * panelBlocks }
    var work: Int { batch * groups * weights.rowsPerGroup * weights.depth * map.positions }

    func run(
        task: Int,
        inputs: [UnsafeMutablePointer<Float>],
        outputs: [UnsafeMutablePointer<Float>],
        scratch: Scratch
    ) {
        let firstPanel = task % panelBlocks * panelsPerTask
        let panels = firstPanel..<min(firstPanel + panelsPerTask, weights.panels)
        let firstColumn = task / panelBlocks % columnBlocks * Tile.blockColumns
        let positions = firstColumn..<min(firstColumn + Tile.blockColumns, map.positions)
        let image = task / panelBlocks / columnBlocks
        let group = image % groups
        let channels = inputChannels / groups
        let input = inputs[0] + image * channels * map.inputPlane
        let output = outputs[0] + image * weights.rowsPerGroup * map.positions + firstColumn

        let patchBytes = 4 * Tile.depth * Tile.blockColumns
        let memory = scratch.bytes(patchBytes + 4 * map.taps * Tile.blockColumns)
        let patches = memory.bindMemory(to: Float.self, capacity: patchBytes / 4)
        let offsets = (memory + patchBytes).bindMemory(to: Int32.self, capacity: map.taps * Tile.blockColumns)
        if !map.isIdentity {
            for tap in 0..<map.taps {
                map.offsets(tap: tap, positions: positions, into: offsets + tap * Tile.blockColumns)
            }
        }
        var depth = 0
        while depth < weights.depth {
            let count = min(Tile.depth, weights.depth - depth)
            for k in 0..<count {
                let plane = input + (depth + k) / map.taps * map.inputPlane
                let lane = patches + k * Tile.columns
                if map.isIdentity {
                    copy(plane + firstColumn, positions.count, to: lane, panelStride: count * Tile.columns)
                } else {
                    let tap = offsets + (depth + k) % map.taps * Tile.blockColumns
                    gather(plane, tap, positions.count, to: lane, panelStride: count * Tile.columns)
                }
            }
            weights.multiply(
                panels: panels,
                group: group,
                depth: depth,
                count: count,
                columns: patches,
                columnCount: positions.count,
                into: output,
                stride: map.positions
            )
            depth += count
        }
    }
}

/// Copies consecutive elements into panels of 8 columns, zeros behind them.
private func copy(
    _ source: UnsafePointer<Float>,
    _ count: Int,
    to target: UnsafeMutablePointer<Float>,
    panelStride: Int
) {
    var (index, target) = (0, target)
    while index + Tile.columns <= count {
        let vector = UnsafeRawPointer(source + index).loadUnaligned(as: SIMD8<Float>.self)
        UnsafeMutableRawPointer(target).storeBytes(of: vector, as: SIMD8<Float>.self)
        index += Tile.columns
        target += panelStride
    }
    guard index < count else { return }
    for lane in 0..<Tile.columns { target[lane] = index + lane < count ? source[index + lane] : 0 }
}

/// Copies the elements at some offsets, 0 for a negative one, into panels of 8 columns.
private func gather(
    _ source: UnsafePointer<Float>,
    _ offsets: UnsafePointer<Int32>,
    _ count: Int,
    to target: UnsafeMutablePointer<Float>,
    panelStride: Int
) {
    var (index, target) = (0, target)
    while index + Tile.columns <= count {
        let first = Int(offsets[index])
        let eight = UnsafeRawPointer(offsets + index).loadUnaligned(as: SIMD8<Int32>.self)
        if first >= 0, eight == SIMD8(0, 1, 2, 3, 4, 5, 6, 7) &+ SIMD8(repeating: offsets[index]) {
            let vector = UnsafeRawPointer(source + first).loadUnaligned(as: SIMD8<Float>.self)
            UnsafeMutableRawPointer(target).storeBytes(of: vector, as: SIMD8<Float>.self)
        } else {
            for lane in 0..<Tile.columns {
                let offset = Int(offsets[index + lane])
                target[lane] = offset < 0 ? 0 : source[offset]
            }
        }
        index += Tile.columns
        target += panelStride
    }
    guard index < count else { return }
    for lane in 0..<Tile.columns {
        let offset = index + lane < count ? Int(offsets[index + lane]) : -1
        target[lane] = offset < 0 ? 0 : source[offset]
    }
}
