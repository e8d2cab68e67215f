internal import CX86Intrinsics
internal import KernelInterface

/// A row of an image, or of padding: where its column 0 is, and bytes to the next.
typealias ImageRow = (first: UnsafeRawPointer, step: Int)

/// The rows whose columns are interleaved together.
typealias ImageRows = (r0: ImageRow, r1: ImageRow, r2: ImageRow, r3: ImageRow)

/// Four of a line's rows, or of two lines'.
@_transparent
func rows(_ a: DepthwiseLinesArguments, _ channel: Int, _ line: Int, _ group: Int, twice: Bool) -> ImageRows {
    let top = (a.firstLine &+ line) &* a.window.strideHeight &- a.window.padTop
    let count = a.window.kernelHeight &+ (twice ? a.window.strideHeight : 0)
    return (
        r0: row(a, channel, top, group &* 4, count), r1: row(a, channel, top, group &* 4 &+ 1, count),
        r2: row(a, channel, top, group &* 4 &+ 2, count), r3: row(a, channel, top, group &* 4 &+ 3, count)
    )
}

/// ImageRow `index` of `count`; rows beyond meet zero weights.
@_transparent
private func row(_ a: DepthwiseLinesArguments, _ channel: Int, _ top: Int, _ index: Int, _ count: Int) -> ImageRow {
    let y = top &+ index &* a.window.dilationHeight
    if index >= count || y < 0 || y >= a.height { return (first: UnsafeRawPointer(a.padding + channel), step: 0) }
    return (first: UnsafeRawPointer(a.input + (y &* a.inputRowStride &+ channel)), step: a.inputPixelStride)
}

/// Interleaves columns `first ..< first + count` of four rows; paired, each beside the one `shift` columns further.
@_transparent
func interleaveColumns(
    _ rows: ImageRows,
    _ columns: UnsafeMutableRawPointer,
    columnBytes: Int,
    first: Int,
    count: Int,
    shift: Int,
    width: Int,
    padding: UnsafePointer<UInt8>,
    paired: Bool
) {
    let start = smaller(larger(0 &- first, 0), count)
    let end = larger(smaller(width &- first &- shift, count), start)
    let pad = UnsafeRawPointer(padding)
    var target = columns
    var column = 0
    while column < count {
        if column == start {
            // Inside the image.
            let x = first &+ start
            var (p0, p1) = (rows.r0.first + x &* rows.r0.step, rows.r1.first + x &* rows.r1.step)
            var (p2, p3) = (rows.r2.first + x &* rows.r2.step, rows.r3.first + x &* rows.r3.step)
            let (d0, d1) = (shift &* rows.r0.step, shift &* rows.r1.step)
            let (d2, d3) = (shift &* rows.r2.step, shift &* rows.r3.step)
            while column < end {
                store(
                    interleaved(
                        bytes(p0, p0 + d0, paired: paired),
                        bytes(p1, p1 + d1, paired: paired),
                        bytes(p2, p2 + d2, paired: paired),
                        bytes(p3, p3 + d3, paired: paired)
                    ),
                    target
                )
                p0 += rows.r0.step
                p1 += rows.r1.step
                p2 += rows.r2.step
                p3 += rows.r3.step
                target += columnBytes
                column &+= 1
            }
            if column == count { break }
        }
        let x = first &+ column
        store(
            interleaved(
                bytes(place(rows.r0, x, width, pad), place(rows.r0, x &+ shift, width, pad), paired: paired),
                bytes(place(rows.r1, x, width, pad), place(rows.r1, x &+ shift, width, pad), paired: paired),
                bytes(place(rows.r2, x, width, pad), place(rows.r2, x &+ shift, width, pad), paired: paired),
                bytes(place(rows.r3, x, width, pad), place(rows.r3, x &+ shift, width, pad), paired: paired)
            ),
            target
        )
        target += columnBytes
        column &+= 1
    }
}

/// A row's column, or padding.
@_transparent
private func place(_ row: ImageRow, _ x: Int, _ width: Int, _ padding: UnsafeRawPointer) -> UnsafeRawPointer {
    x >= 0 && x < width ? row.first + x &* row.step : padding
}
