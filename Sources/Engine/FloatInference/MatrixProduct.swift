import NetworkGraph

// A product C = A·B + bias in tiles of 6 rows by 8 columns (Goto and van de Geijn, "Anatomy of High-Performance Matrix
// Multiplication", 2008): 12 of the 16 SSE registers hold sums, two a row of B, one an element of A.
//
//     A, the weights: panels of 6 rows, [depth][6], kept           B, the patches: panels of 8 columns, [depth][8]
//
// The depth is cut into parts so that a panel of each stays in the first-level cache while sums go on from C.

/// Sizes of the blocked product.
enum Tile {
    static let rows = 6
    static let columns = 8
    /// Depth of one pass: 8 columns of it are 12 KiB.
    static let depth = 384
    /// Columns packed at once; with `depth`, 288 KiB of second-level cache.
    static let blockColumns = 192
}

/// A matrix of constants, packed in panels of 6 rows.
struct PackedRows: Sendable {
    /// [groups][panels][depth][6], zero beyond the last row.
    private let elements: FloatBuffer
    /// [groups][panels · 6].
    let bias: [Float]
    let rowsPerGroup: Int
    let depth: Int
    let panels: Int

    /// Packs the rows of a parameter, in `groups` equal parts.
    init(_ weights: Parameter, bias source: Parameter?, groups: Int, _ workers: Workers) throws(FloatInferenceError) {
        let depth = weights.rowLength
        let rows = weights.rowCount / groups
        let panels = (rows + Tile.rows - 1) / Tile.rows
        let buffer = try FloatBuffer(count: groups * panels * depth * Tile.rows)
        workers.run(groups * panels, isLarge: weights.elementCount > 1 << 16) { panel, scratch in
            let row = UnsafeMutableBufferPointer(
                start: scratch.bytes(4 * depth).bindMemory(to: Float.self, capacity: depth),
                count: depth
            )
            let target = buffer.base + panel * depth * Tile.rows
            for lane in 0..<Tile.rows {
                let index = panel % panels * Tile.rows + lane
                if index < rows {
                    weights.readRow(panel / panels * rows + index, into: row)
                } else {
                    row.update(repeating: 0)
                }
                for k in 0..<depth { target[k * Tile.rows + lane] = row[k] }
            }
        }
        var bias = [Float](repeating: 0, count: groups * panels * Tile.rows)
        for (index, value) in (source?.elements() ?? []).enumerated() {
            bias[index / rows * panels * Tile.rows + index % rows] = value
        }
        elements = buffer
        self.bias = bias
        self.depth = depth
        self.panels = panels
        rowsPerGroup = rows
    }

    /// A panel of a group from a depth on.
    func panel(_ panel: Int, group: Int, depth from: Int) -> UnsafePointer<Float> {
        UnsafePointer(elements.base + ((group * panels + panel) * depth + from) * Tile.rows)
    }

    /// Multiplies panels of a group with packed columns, one pass of depth.
    ///
    /// - Parameters:
    ///   - panels: Panels of the group.
    ///   - group: The group.
    ///   - from: First index of the pass along the depth; bias is added in the first.
    ///   - count: Depth of the pass.
    ///   - columns: Packed, [ceil(columnCount / 8)][count][8].
    ///   - columnCount: Columns that count.
    ///   - output: Row 0, column 0 of the group's result at these columns.
    ///   - stride: Elements between rows of the result.
    func multiply(
        panels: Range<Int>,
        group: Int,
        depth from: Int,
        count: Int,
        columns: UnsafePointer<Float>,
        columnCount: Int,
        into output: UnsafeMutablePointer<Float>,
        stride: Int
    ) {
        for panel in panels {
            let rows = min(Tile.rows, rowsPerGroup - panel * Tile.rows)
            let weights = self.panel(panel, group: group, depth: from)
            let bias: SIMD8<Float> =
                from > 0
                ? .zero
                : self.bias.withUnsafeBufferPointer { bias in
                    var six = SIMD8<Float>()
                    for lane in 0..<Tile.rows { six[lane] = bias[(group * self.panels + panel) * Tile.rows + lane] }
                    return six
                }
            var column = 0
            while column < columnCount {
                multiplyTile(
                    weights,
                    columns + column * count,
                    count,
                    output + panel * Tile.rows * stride + column,
                    stride,
                    rows,
                    min(Tile.columns, columnCount - column),
                    bias,
                    from > 0
                )
                column += Tile.columns
            }
        }
    }
}

/// One tile: sums over the depth, on top of what is in C or the bias.
private func multiplyTile(
    _ a: UnsafePointer<Float>,
    _ b: UnsafePointer<Float>,
    _ depth: Int,
    _ c: UnsafeMutablePointer<Float>,
    _ stride: Int,
    _ rows: Int,
    _ columns: Int,
    _ bias: SIMD8<Float>,
    _ accumulates: Bool
) {
    typealias Vector = SIMD8<Float>
    var s0 = Vector(repeating: bias[0])
    var s1 = Vector(repeating: bias[1])
    var s2 = Vector(repeating: bias[2])
    var s3 = Vector(repeating: bias[3])
    var s4 = Vector(repeating: bias[4])
    var s5 = Vector(repeating: bias[5])
    var (a, b) = (a, b)
    for _ in 0..<depth {
        let column = UnsafeRawPointer(b).load(as: Vector.self)
        s0 += Vector(repeating: a[0]) * column
        s1 += Vector(repeating: a[1]) * column
        s2 += Vector(repeating: a[2]) * column
        s3 += Vector(repeating: a[3]) * column
        s4 += Vector(repeating: a[4]) * column
        s5 += Vector(repeating: a[5]) * column
        a += Tile.rows
        b += Tile.columns
    }
    func store(_ sum: Vector, _ row: Int) {
        guard row < rows else { return }
        let target = UnsafeMutableRawPointer(c + row * stride)
        if columns == Tile.columns {
            let base = accumulates ? target.loadUnaligned(as: Vector.self) : .zero
            target.storeBytes(of: accumulates ? base + sum : sum, as: Vector.self)
        } else {
            for column in 0..<columns {
                c[row * stride + column] = (accumulates ? c[row * stride + column] : 0) + sum[column]
            }
        }
    }
    store(s0, 0)
    store(s1, 1)
    store(s2, 2)
    store(s3, 3)
    store(s4, 4)
    store(s5, 5)
}
