import NetworkGraph

/// A fully connected layer: the batch's vectors are the columns of the product.
struct FullyConnectedStep: FloatStep {
    private let weights: PackedRows
    private let batch: Int
    private let panelsPerTask = 8

    init(_ layer: FullyConnected, batch: Int, _ workers: Workers) throws(FloatInferenceError) {
        weights = try PackedRows(layer.weights, bias: layer.bias, groups: 1, workers)
        self.batch = batch
    }

    private var panelBlocks: Int { (weights.panels + panelsPerTask - 1) / panelsPerTask }
    var taskCount: Int { panelBlocks * ((batch + Tile.columns - 1) / Tile.columns) }
    var work: Int { batch * weights.rowsPerGroup * weights.depth }

    func run(
        task: Int,
        inputs: [UnsafeMutablePointer<Float>],
        outputs: [UnsafeMutablePointer<Float>],
        scratch: Scratch
    ) {
        let first = task / panelBlocks * Tile.columns
        let vectors = min(Tile.columns, batch - first)
        let panel = task % panelBlocks * panelsPerTask
        let rows = weights.panels * Tile.rows
        let bytes = 4 * Tile.depth * Tile.columns
        let memory = scratch.bytes(bytes + 4 * Tile.columns * rows)
        let columns = memory.bindMemory(to: Float.self, capacity: bytes / 4)
        // [rows][8]: a row's results of the eight vectors lie together until they are spread over the batch.
        let results = (memory + bytes).bindMemory(to: Float.self, capacity: Tile.columns * rows)
        var depth = 0
        while depth < weights.depth {
            let count = min(Tile.depth, weights.depth - depth)
            for k in 0..<count {
                for lane in 0..<Tile.columns {
                    columns[k * Tile.columns + lane] =
                        lane < vectors ? inputs[0][(first + lane) * weights.depth + depth + k] : 0
                }
            }
            weights.multiply(
                panels: panel..<min(panel + panelsPerTask, weights.panels),
                group: 0,
                depth: depth,
                count: count,
                columns: columns,
                columnCount: Tile.columns,
                into: results,
                stride: Tile.columns
            )
            depth += count
        }
        for row in panel * Tile.rows..<min((panel + panelsPerTask) * Tile.rows, weights.rowsPerGroup) {
            for lane in 0..<vectors {
                outputs[0][(first + lane) * weights.rowsPerGroup + row] = results[row * Tile.columns + lane]
            }
        }
    }
}
