internal import CX86Intrinsics
internal import KernelInterface

/// How AVX2's product is cut: rows and columns whose widened operands are in scratch memory at once.
///
/// `rows` is 0 if not even one widened row fits. `widenedColumns` is 0 if weights are widened in the inner loop instead.
/// `rowsInside` says which operand is widened once only: the weights, all rows passing by, or the rows.
typealias GemmBlocking = (rows: Int, columns: Int, widenedColumns: Int, rowsInside: Bool, stride: Int)

/// The cheapest of three orders, by the elements they widen.
@_transparent
func gemmBlocking(_ a: GemmArguments) -> GemmBlocking {
    // Bytes of a widened row: whole vectors.
    let stride = (a.depth &+ 15) / 16 &* 32
    // Rows and columns that fit.
    let capacity = Int(EDGEPROF_PRODUCT_SCRATCH_BYTES) / stride
    let allColumns = (a.columns &+ 15) & ~15
    // What a chunk of rows writes should not leave the cache while panels pass by.
    let written = larger(6, 131_072 / a.columns)

    // Rows widened once, weights as they are loaded, for a tile of rows: without a store, so half an element each.
    let alone = evenly(a.rows, smaller(capacity, written))
    var best = (rows: alone, columns: allColumns, widenedColumns: 0, rowsInside: false, stride: stride)
    var cost = a.rows &+ allColumns &* ((a.rows &+ 5) / 6) / 2

    // Rows widened once, each panel once a chunk of rows.
    if capacity >= 16 &+ 6 {
        let rows = evenly(a.rows, smaller(capacity &- 16, written))
        let widened = a.rows &+ allColumns &* ((a.rows &+ rows &- 1) / rows)
        if widened < cost {
            best = (rows: rows, columns: 16, widenedColumns: 16, rowsInside: false, stride: stride)
            cost = widened
        }
    }
    // Weights widened once, a few tiles of rows, as many as stay in the first-level cache, once a block of panels.
    if capacity >= 16 &+ 12 {
        let columns = smaller(allColumns, (capacity &- 12) & ~15)
        let widened = allColumns &+ a.rows &* ((allColumns &+ columns &- 1) / columns)
        if widened <= cost {
            let rows = evenly(a.rows, 12)
            best = (rows: rows, columns: columns, widenedColumns: columns, rowsInside: true, stride: stride)
        }
    }
    return best
}

/// The largest of the fewest equal parts of `rows` that are not larger than `limit`, whole tiles if `limit` holds one.
@_transparent
private func evenly(_ rows: Int, _ limit: Int) -> Int {
    if limit >= rows || limit == 0 { return smaller(rows, limit) }
    if limit < 6 { return limit }
    let whole = limit / 6 &* 6
    let parts = (rows &+ whole &- 1) / whole
    return smaller(whole, (rows &+ parts &* 6 &- 1) / (parts &* 6) &* 6)
}
