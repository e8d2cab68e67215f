// swift-format-ignore-file: AlwaysUseLowerCamelCase

internal import CX86Intrinsics
public import KernelInterface

/// Depthwise convolution of whole lines, 64 channels at once, four taps at a time (`vpdpbusd`).
///
/// The four taps are four rows of one column. A line's columns are interleaved once, into stack memory, and each is used
/// by all windows it is part of. Where four rows hold what two lines need, as in 3x3 windows of stride 1, they serve
/// both. Where 32 channels or fewer are left, a line's halves share the vectors.
///
/// - Parameter arguments: The operands.
public func qu8_qs8c_dwlines_c64__avx512vnni(_ arguments: UnsafePointer<DepthwiseLinesArguments>) {
    edgeprof_with_scratch(arguments) { context, scratch in
        guard let context, let scratch else { return }
        walkLines(context.assumingMemoryBound(to: DepthwiseLinesArguments.self).pointee, scratch)
    }
}

// Scratch memory: weights, [column][four rows][line][256], then columns, [column][four rows][256].

/// Bytes of weights: 8 columns of 8 rows for 2 lines.
private var weightBytes: Int { 8 &* 2 &* 2 &* 256 }

/// Computes all lines, one block of channels after the other.
func walkLines(_ a: DepthwiseLinesArguments, _ scratch: UnsafeMutableRawPointer) {
    precondition(a.window.fitsLines && a.channels >= 1 && a.paddedChannels >= a.channels, "windows fit, channels exist")
    var channel = 0
    while channel < a.channels {
        let count = smaller(a.channels &- channel, 64)
        switch (count <= 32, areBelowHalf(a.multipliers + channel, count)) {
        case (false, true): walk(a, channel, count, scratch, paired: false, clampFirst: false)
        case (false, false): walk(a, channel, count, scratch, paired: false, clampFirst: true)
        case (true, true): walk(a, channel, count, scratch, paired: true, clampFirst: false)
        case (true, false): walk(a, channel, count, scratch, paired: true, clampFirst: true)
        }
        channel &+= 64
    }
}

/// Computes a block's channels of all lines.
@_transparent
private func walk(
    _ a: DepthwiseLinesArguments,
    _ channel: Int,
    _ count: Int,
    _ scratch: UnsafeMutableRawPointer,
    paired: Bool,
    clampFirst: Bool
) {
    let window = a.window
    let groups = (window.kernelHeight &+ 3) / 4
    // Whether two lines' rows make no more groups of four than one's.
    let doubles = window.dilationHeight == 1 && (window.kernelHeight &+ window.strideHeight &+ 3) / 4 == groups
    interleaveWeights(a, channel, scratch, groups, lines: doubles ? 2 : 1, paired: paired)
    let columns = scratch + weightBytes
    let span = window.columnSpan
    // So many pixels' columns stay in the first-level cache.
    let most = (larger(24_576 / (groups &* 256), 64) &- span) / window.strideWidth &+ 1
    // Paired, the second half of a line is computed beside the first.
    let half = paired ? (a.pixels &+ 1) / 2 : a.pixels
    let shift = a.pixels &- half
    let out = Out(a, channel, count, shift: shift, paired: paired, clampFirst: clampFirst)
    // Columns that lie together are one run of steps.
    let isDense = window.dilationWidth == 1
    let tile = Tile(
        weights: UnsafeRawPointer(scratch),
        weightStep: doubles ? 512 : 256,
        steps: isDense ? window.kernelWidth &* groups : groups,
        runs: isDense ? 1 : window.kernelWidth,
        runBytes: window.dilationWidth &* groups &* 256,
        pixelBytes: window.strideWidth &* groups &* 256,
        outputPixelStride: a.outputPixelStride,
        outputRowStride: a.outputRowStride
    )
    var line = 0
    while line < a.lines {
        let twice = doubles && line &+ 1 < a.lines
        var target = UnsafeMutableRawPointer(a.output + (line &* a.outputRowStride &+ channel))
        var pixel = 0
        while pixel < half {
            let pixels = smaller(most, half &- pixel)
            var group = 0
            while group < groups {
                interleaveColumns(
                    rows(a, channel, line, group, twice: twice),
                    columns + group &* 256,
                    columnBytes: groups &* 256,
                    first: pixel &* window.strideWidth &- window.padLeft,
                    count: (pixels &- 1) &* window.strideWidth &+ span,
                    shift: shift &* window.strideWidth,
                    width: a.width,
                    padding: a.padding + channel,
                    paired: paired
                )
                group &+= 1
            }
            var x = UnsafeRawPointer(columns)
            var left = pixels
            repeat {
                if twice {
                    tile.square(x, target, left, out)
                    x += 2 &* tile.pixelBytes
                    target += 2 &* tile.outputPixelStride
                    left &-= 2
                } else {
                    tile.row(x, target, left, out)
                    x += 4 &* tile.pixelBytes
                    target += 4 &* tile.outputPixelStride
                    left &-= 4
                }
            } while left > 0
            // Back by the pixels a last tile had too few of.
            target += left &* tile.outputPixelStride
            pixel &+= pixels
        }
        line &+= twice ? 2 : 1
    }
}

/// Four pixels from interleaved columns: a row of them, or two on each of two lines.
///
/// What lies behind a line's last is computed again at its place.
private struct Tile {
    let weights: UnsafeRawPointer
    /// Bytes from a step's weights to the next's.
    let weightStep: Int
    /// Groups of four taps that follow each other, and how often such a run starts anew.
    let steps, runs, runBytes: Int
    /// From a pixel's columns to the next's.
    let pixelBytes: Int
    let outputPixelStride, outputRowStride: Int

    @_transparent
    func square(_ x: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ left: Int, _ out: Out) {
        var (x0, x1) = (x, left > 1 ? x + pixelBytes : x)
        var w = weights
        let bias = out.bias
        var (s0, s1, s2, s3) = (bias, bias, bias, bias)
        var run = runs
        repeat {
            var (y0, y1) = (x0, x1)
            var step = steps
            repeat {
                (s0.v0, s1.v0, s2.v0, s3.v0) = added(s0.v0, s1.v0, s2.v0, s3.v0, y0, y1, w)
                (s0.v1, s1.v1, s2.v1, s3.v1) = added(s0.v1, s1.v1, s2.v1, s3.v1, y0 + 64, y1 + 64, w + 64)
                (s0.v2, s1.v2, s2.v2, s3.v2) = added(s0.v2, s1.v2, s2.v2, s3.v2, y0 + 128, y1 + 128, w + 128)
                (s0.v3, s1.v3, s2.v3, s3.v3) = added(s0.v3, s1.v3, s2.v3, s3.v3, y0 + 192, y1 + 192, w + 192)
                w += 512
                y0 += 256
                y1 += 256
                step &-= 1
            } while step > 0
            x0 += runBytes
            x1 += runBytes
            run &-= 1
        } while run > 0
        let beside = target + (left > 1 ? outputPixelStride : 0)
        out.store(s0, target)
        out.store(s1, beside)
        out.store(s2, target + outputRowStride)
        out.store(s3, beside + outputRowStride)
    }

    @_transparent
    func row(_ x: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ left: Int, _ out: Out) {
        let (second, third, fourth) = (smaller(left, 2) &- 1, smaller(left, 3) &- 1, smaller(left, 4) &- 1)
        var (x0, x1) = (x, x + second &* pixelBytes)
        var (x2, x3) = (x + third &* pixelBytes, x + fourth &* pixelBytes)
        var w = weights
        let bias = out.bias
        var (s0, s1, s2, s3) = (bias, bias, bias, bias)
        var run = runs
        repeat {
            var offset = 0
            var step = steps
            repeat {
                let taps = quad(w)
                s0 = added(s0, x0 + offset, taps)
                s1 = added(s1, x1 + offset, taps)
                s2 = added(s2, x2 + offset, taps)
                s3 = added(s3, x3 + offset, taps)
                w += weightStep
                offset &+= 256
                step &-= 1
            } while step > 0
            x0 += runBytes
            x1 += runBytes
            x2 += runBytes
            x3 += runBytes
            run &-= 1
        } while run > 0
        out.store(s0, target)
        out.store(s1, target + second &* outputPixelStride)
        out.store(s2, target + third &* outputPixelStride)
        out.store(s3, target + fourth &* outputPixelStride)
    }
}

/// Four taps of two pixels times those weights of two lines: a quarter of the channels; the first line's sums first.
@_transparent
private func added(
    _ s0: __m512i,
    _ s1: __m512i,
    _ s2: __m512i,
    _ s3: __m512i,
    _ x0: UnsafeRawPointer,
    _ x1: UnsafeRawPointer,
    _ weights: UnsafeRawPointer
) -> (__m512i, __m512i, __m512i, __m512i) {
    let (first, second) = (_mm512_loadu_si512(x0), _mm512_loadu_si512(x1))
    let (upper, lower) = (_mm512_loadu_si512(weights), _mm512_loadu_si512(weights + 256))
    return (
        _mm512_dpbusd_epi32(s0, first, upper), _mm512_dpbusd_epi32(s1, second, upper),
        _mm512_dpbusd_epi32(s2, first, lower), _mm512_dpbusd_epi32(s3, second, lower)
    )
}

/// Four taps of one pixel times their weights.
@_transparent
private func added(_ sums: Quad, _ x: UnsafeRawPointer, _ w: Quad) -> Quad {
    (
        v0: _mm512_dpbusd_epi32(sums.v0, _mm512_loadu_si512(x), w.v0),
        v1: _mm512_dpbusd_epi32(sums.v1, _mm512_loadu_si512(x + 64), w.v1),
        v2: _mm512_dpbusd_epi32(sums.v2, _mm512_loadu_si512(x + 128), w.v2),
        v3: _mm512_dpbusd_epi32(sums.v3, _mm512_loadu_si512(x + 192), w.v3)
    )
}

/// Interleaves a block's weights for each of so many lines, zero where a row is not of the line's window.
@_transparent
private func interleaveWeights(
    _ a: DepthwiseLinesArguments,
    _ channel: Int,
    _ scratch: UnsafeMutableRawPointer,
    _ groups: Int,
    lines: Int,
    paired: Bool
) {
    let weights = UnsafeRawPointer(a.weights + channel)
    var target = scratch
    var column = 0
    while column < a.window.kernelWidth {
        var group = 0
        while group < groups {
            var line = 0
            while line < lines {
                let row = group &* 4 &- line &* a.window.strideHeight
                store(
                    interleaved(
                        tap(a, weights, row, column, paired: paired),
                        tap(a, weights, row &+ 1, column, paired: paired),
                        tap(a, weights, row &+ 2, column, paired: paired),
                        tap(a, weights, row &+ 3, column, paired: paired)
                    ),
                    target
                )
                target += 256
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
    _ column: Int,
    paired: Bool
) -> __m512i {
    if row < 0 || row >= a.window.kernelHeight { return _mm512_setzero_si512() }
    let source = weights + (row &* a.window.kernelWidth &+ column) &* a.paddedChannels
    return bytes(source, source, paired: paired)
}

/// Turns sums into bytes and stores them.
private struct Out {
    let bias: Quad
    let multipliers: RealQuad
    let output: Output
    let lowest, highest: __m512i
    /// From a pixel to the one computed beside it.
    let pairBytes: Int
    let count: Int
    let paired, clampFirst: Bool

    @_transparent
    init(_ a: DepthwiseLinesArguments, _ channel: Int, _ count: Int, shift: Int, paired: Bool, clampFirst: Bool) {
        bias = interleavedValues(a.bias + channel, paired: paired)
        multipliers = interleavedReals(a.multipliers + channel, paired: paired)
        output = outputVectors(a.quantization)
        lowest = _mm512_set1_epi8(CChar(truncatingIfNeeded: a.quantization.lowest))
        highest = _mm512_set1_epi8(CChar(truncatingIfNeeded: a.quantization.highest))
        pairBytes = shift &* a.outputPixelStride
        self.count = count
        self.paired = paired
        self.clampFirst = clampFirst
    }

    @_transparent
    func store(_ sums: Quad, _ target: UnsafeMutableRawPointer) {
        let real = products(sums, multipliers)
        let results = clampFirst ? stored(real, output) : clamped(real)
        if paired {
            storeHalf(_mm512_castsi512_si256(results), target, count)
            storeHalf(edgeprof_mm512_upper_si256(results), target + pairBytes, count)
        } else {
            KernelsAVX512VNNI.store(results, target, count)
        }
    }

    /// Results that fit 32 bits, clamped as bytes.
    @_transparent
    func clamped(_ real: RealQuad) -> __m512i {
        let first = _mm512_packs_epi32(_mm512_cvtps_epi32(real.r0), _mm512_cvtps_epi32(real.r1))
        let second = _mm512_packs_epi32(_mm512_cvtps_epi32(real.r2), _mm512_cvtps_epi32(real.r3))
        let bytes = _mm512_packus_epi16(
            _mm512_adds_epi16(first, output.zeroPoint),
            _mm512_adds_epi16(second, output.zeroPoint)
        )
        return _mm512_min_epu8(_mm512_max_epu8(bytes, lowest), highest)
    }
}
