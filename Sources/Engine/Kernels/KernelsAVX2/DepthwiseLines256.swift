internal import CX86Intrinsics
internal import KernelInterface

// Depthwise convolution of whole lines, 32 channels at once: what AVX2 and AVX-VNNI share. Each has its own
// `rowsAtOnce`, `interleavedRows`, `interleavedTaps` and `multiplied`, in the file of its kernel.
//
// Scratch memory: weights, [column][group of rows][line][128], then columns, [column][group of rows][128].

/// Bytes of weights: 8 columns of 8 rows, two a group at least, for 2 lines.
private var weightBytes: Int { 8 &* 4 &* 2 &* 128 }

/// Computes all lines, one block of channels after the other.
func walkLines(_ a: DepthwiseLinesArguments, _ scratch: UnsafeMutableRawPointer) {
    precondition(a.window.fitsLines && a.channels >= 1 && a.paddedChannels >= a.channels, "windows fit, channels exist")
    var channel = 0
    while channel < a.channels {
        walk(a, channel, scratch)
        channel &+= 32
    }
}

/// Computes a block's channels of all lines.
@_transparent
private func walk(_ a: DepthwiseLinesArguments, _ channel: Int, _ scratch: UnsafeMutableRawPointer) {
    let window = a.window
    let groups = (window.kernelHeight &+ rowsAtOnce &- 1) / rowsAtOnce
    // Whether two lines' rows make no more groups than one's.
    let doubles =
        window.dilationHeight == 1
        && (window.kernelHeight &+ window.strideHeight &+ rowsAtOnce &- 1) / rowsAtOnce == groups
    interleaveWeights(a, channel, scratch, groups, lines: doubles ? 2 : 1)
    let columns = scratch + weightBytes
    let span = window.columnSpan
    // So many pixels' columns stay in the first-level cache.
    let most = (larger(16_384 / (groups &* 128), 64) &- span) / window.strideWidth &+ 1
    let out = Out(a, channel)
    // Columns that lie together are one run of steps.
    let isDense = window.dilationWidth == 1
    let tile = Tile(
        weights: UnsafeRawPointer(scratch),
        weightStep: doubles ? 256 : 128,
        steps: isDense ? window.kernelWidth &* groups : groups,
        runs: isDense ? 1 : window.kernelWidth,
        runBytes: window.dilationWidth &* groups &* 128,
        pixelBytes: window.strideWidth &* groups &* 128,
        outputPixelStride: a.outputPixelStride,
        outputRowStride: a.outputRowStride
    )
    var line = 0
    while line < a.lines {
        let twice = doubles && line &+ 1 < a.lines
        var target = UnsafeMutableRawPointer(a.output + (line &* a.outputRowStride &+ channel))
        var pixel = 0
        while pixel < a.pixels {
            let pixels = smaller(most, a.pixels &- pixel)
            var group = 0
            while group < groups {
                interleaveColumns(
                    rows(a, channel, line, group, twice: twice),
                    columns + group &* 128,
                    columnBytes: groups &* 128,
                    first: pixel &* window.strideWidth &- window.padLeft,
                    count: (pixels &- 1) &* window.strideWidth &+ span,
                    width: a.width,
                    padding: a.padding + channel
                )
                group &+= 1
            }
            var x = UnsafeRawPointer(columns)
            var left = pixels
            repeat {
                if twice {
                    tile.column(x, target, out)
                    x += tile.pixelBytes
                    target += tile.outputPixelStride
                    left &-= 1
                } else {
                    tile.row(x, target, left, out)
                    x += 2 &* tile.pixelBytes
                    target += 2 &* tile.outputPixelStride
                    left &-= 2
                }
            } while left > 0
            // Back by the pixel a last tile had too few of.
            target += left &* tile.outputPixelStride
            pixel &+= pixels
        }
        line &+= twice ? 2 : 1
    }
}

/// Two pixels from interleaved columns, beside or below each other.
///
/// What lies behind a line's last is computed again at its place.
private struct Tile {
    let weights: UnsafeRawPointer
    /// Bytes from a step's weights to the next's.
    let weightStep: Int
    /// Groups of taps that follow each other, and how often such a run starts anew.
    let steps, runs, runBytes: Int
    /// From a pixel's columns to the next's.
    let pixelBytes: Int
    let outputPixelStride, outputRowStride: Int

    @_transparent
    func column(_ x: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ out: Out) {
        var start = x
        var w = weights
        var (s0, s1) = (out.bias, out.bias)
        var run = runs
        repeat {
            var x = start
            var step = steps
            repeat {
                let taps = quad(x)
                s0 = added(s0, taps, w)
                s1 = added(s1, taps, w + 128)
                w += 256
                x += 128
                step &-= 1
            } while step > 0
            start += runBytes
            run &-= 1
        } while run > 0
        out.store(s0, target)
        out.store(s1, target + outputRowStride)
    }

    @_transparent
    func row(_ x: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ left: Int, _ out: Out) {
        var start = x
        let beside = left > 1 ? pixelBytes : 0
        var w = weights
        var (s0, s1) = (out.bias, out.bias)
        var run = runs
        repeat {
            var x = start
            var step = steps
            repeat {
                s0 = added(s0, quad(x), w)
                s1 = added(s1, quad(x + beside), w)
                w += weightStep
                x += 128
                step &-= 1
            } while step > 0
            start += runBytes
            run &-= 1
        } while run > 0
        out.store(s0, target)
        out.store(s1, target + (left > 1 ? outputPixelStride : 0))
    }
}

/// A group of taps times their weights.
@_transparent
private func added(_ sums: Quad, _ x: Quad, _ w: UnsafeRawPointer) -> Quad {
    (
        v0: multiplied(sums.v0, x.v0, load(w)),
        v1: multiplied(sums.v1, x.v1, load(w + 32)),
        v2: multiplied(sums.v2, x.v2, load(w + 64)),
        v3: multiplied(sums.v3, x.v3, load(w + 96))
    )
}

/// Four vectors from aligned or any memory.
@_transparent
private func quad(_ bytes: UnsafeRawPointer) -> Quad {
    (v0: load(bytes), v1: load(bytes + 32), v2: load(bytes + 64), v3: load(bytes + 96))
}

/// Stores four vectors.
@_transparent
private func store(_ vectors: Quad, _ target: UnsafeMutableRawPointer) {
    let target = target.assumingMemoryBound(to: __m256i.self)
    _mm256_storeu_si256(target, vectors.v0)
    _mm256_storeu_si256(target + 1, vectors.v1)
    _mm256_storeu_si256(target + 2, vectors.v2)
    _mm256_storeu_si256(target + 3, vectors.v3)
}

/// Interleaves a block's weights for each of so many lines, zero where a row is not of the line's window.
@_transparent
private func interleaveWeights(
    _ a: DepthwiseLinesArguments,
    _ channel: Int,
    _ scratch: UnsafeMutableRawPointer,
    _ groups: Int,
    lines: Int
) {
    let weights = UnsafeRawPointer(a.weights + channel)
    var target = scratch
    var column = 0
    while column < a.window.kernelWidth {
        var group = 0
        while group < groups {
            var line = 0
            while line < lines {
                let row = group &* rowsAtOnce &- line &* a.window.strideHeight
                store(
                    interleavedTaps(
                        tap(a, weights, row, column),
                        tap(a, weights, row &+ 1, column),
                        tap(a, weights, row &+ 2, column),
                        tap(a, weights, row &+ 3, column)
                    ),
                    target
                )
                target += 128
                line &+= 1
            }
            group &+= 1
        }
        column &+= 1
    }
}

/// A tap's weights, zero outside the window.
@_transparent
private func tap(
    _ a: DepthwiseLinesArguments,
    _ weights: UnsafeRawPointer,
    _ row: Int,
    _ column: Int
) -> __m256i {
    if row < 0 || row >= a.window.kernelHeight { return _mm256_setzero_si256() }
    return load(weights + (row &* a.window.kernelWidth &+ column) &* a.paddedChannels)
}

/// A row of an image, or of padding: where its column 0 is, and bytes to the next.
private typealias Row = (first: UnsafeRawPointer, step: Int)

/// The rows whose columns are interleaved together.
private typealias Rows = (r0: Row, r1: Row, r2: Row, r3: Row)

/// Some of a line's rows, or of two lines'; four, of which as many count as are interleaved at once.
@_transparent
private func rows(_ a: DepthwiseLinesArguments, _ channel: Int, _ line: Int, _ group: Int, twice: Bool) -> Rows {
    let top = (a.firstLine &+ line) &* a.window.strideHeight &- a.window.padTop
    let count = a.window.kernelHeight &+ (twice ? a.window.strideHeight : 0)
    let first = group &* rowsAtOnce
    return (
        r0: row(a, channel, top, first, count), r1: row(a, channel, top, first &+ 1, count),
        r2: row(a, channel, top, first &+ 2, count), r3: row(a, channel, top, first &+ 3, count)
    )
}

/// Row `index` of `count`; rows beyond meet zero weights.
@_transparent
private func row(_ a: DepthwiseLinesArguments, _ channel: Int, _ top: Int, _ index: Int, _ count: Int) -> Row {
    let y = top &+ index &* a.window.dilationHeight
    if index >= count || y < 0 || y >= a.height { return (first: UnsafeRawPointer(a.padding + channel), step: 0) }
    return (first: UnsafeRawPointer(a.input + (y &* a.inputRowStride &+ channel)), step: a.inputPixelStride)
}

/// Interleaves columns `first ..< first + count` of a group of rows.
@_transparent
private func interleaveColumns(
    _ rows: Rows,
    _ columns: UnsafeMutableRawPointer,
    columnBytes: Int,
    first: Int,
    count: Int,
    width: Int,
    padding: UnsafePointer<UInt8>
) {
    let start = smaller(larger(0 &- first, 0), count)
    let end = larger(smaller(width &- first, count), start)
    let pad = UnsafeRawPointer(padding)
    var target = columns
    var column = 0
    while column < count {
        if column == start {
            // Inside the image.
            let x = first &+ start
            var (p0, p1) = (rows.r0.first + x &* rows.r0.step, rows.r1.first + x &* rows.r1.step)
            var (p2, p3) = (rows.r2.first + x &* rows.r2.step, rows.r3.first + x &* rows.r3.step)
            while column < end {
                store(interleavedRows(p0, p1, p2, p3), target)
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
            interleavedRows(
                place(rows.r0, x, width, pad),
                place(rows.r1, x, width, pad),
                place(rows.r2, x, width, pad),
                place(rows.r3, x, width, pad)
            ),
            target
        )
        target += columnBytes
        column &+= 1
    }
}

/// A row's column, or padding.
@_transparent
private func place(_ row: Row, _ x: Int, _ width: Int, _ padding: UnsafeRawPointer) -> UnsafeRawPointer {
    x >= 0 && x < width ? row.first + x &* row.step : padding
}

/// Turns sums into bytes and stores them.
private struct Out {
    let bias: Quad
    let multipliers: RealQuad
    let output: Output
    let count: Int

    @_transparent
    init(_ a: DepthwiseLinesArguments, _ channel: Int) {
        bias = interleavedValues(a.bias + channel)
        multipliers = interleavedReals(a.multipliers + channel)
        output = outputVectors(a.quantization)
        count = a.channels &- channel
    }

    @_transparent
    func store(_ sums: Quad, _ target: UnsafeMutableRawPointer) {
        let bytes = stored(products(sums, multipliers), output)
        put(bytes, target, count)
    }
}

/// `store`, where a method of that name hides it.
@_transparent
private func put(_ bytes: __m256i, _ target: UnsafeMutableRawPointer, _ count: Int) { store(bytes, target, count) }
