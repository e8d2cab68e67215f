import KernelInterface

/// How AVX2's product is cut, as `GemmBlocking256.swift` decides: the order that widens the fewest elements.
struct WidenedBlocking {
    /// Rows of a block; 0 if not even one widened row fits.
    let rows: Int
    /// Columns of a block.
    let columns: Int
    /// Columns whose weights are widened, 0 if they are widened in the inner loop.
    let widenedColumns: Int
    /// Whether rows pass by while weights stay.
    let rowsInside: Bool
    /// Bytes of a widened row.
    let stride: Int

    init(_ a: GemmArguments, tileRows: Int, tileColumns: Int, written bytes: Int) {
        stride = (a.depth + 15) / 16 * 32
        let capacity = AccessRecorder.stackBytes / stride
        let allColumns = (a.columns + tileColumns - 1) / tileColumns * tileColumns
        let written = max(tileRows, bytes / a.columns)
        func evenly(_ limit: Int) -> Int {
            if limit >= a.rows || limit == 0 { return min(a.rows, limit) }
            if limit < tileRows { return limit }
            let whole = limit / tileRows * tileRows
            let parts = (a.rows + whole - 1) / whole
            return min(whole, (a.rows + parts * tileRows - 1) / (parts * tileRows) * tileRows)
        }
        var best = (rows: evenly(min(capacity, written)), columns: allColumns, widened: 0, rowsInside: false)
        var cost = a.rows + allColumns * ((a.rows + tileRows - 1) / tileRows) / 2
        if capacity >= tileColumns + tileRows {
            let rows = evenly(min(capacity - tileColumns, written))
            let widened = a.rows + allColumns * ((a.rows + rows - 1) / rows)
            if widened < cost {
                best = (rows: rows, columns: tileColumns, widened: tileColumns, rowsInside: false)
                cost = widened
            }
        }
        if capacity >= tileColumns + 2 * tileRows {
            let columns = min(allColumns, (capacity - 2 * tileRows) / tileColumns * tileColumns)
            if allColumns + a.rows * ((allColumns + columns - 1) / columns) <= cost {
                best = (rows: evenly(2 * tileRows), columns: columns, widened: columns, rowsInside: true)
            }
        }
        (rows, columns, widenedColumns, rowsInside) = (best.rows, best.columns, best.widened, best.rowsInside)
    }
}
