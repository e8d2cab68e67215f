// swift-format-ignore-file: AlwaysUseLowerCamelCase

internal import CX86Intrinsics
public import KernelInterface

/// Matrix product, 7 rows by 32 columns at once, four k at a time (`vpdpbusd`, which does not saturate).
///
/// 14 registers hold sums and 2 weights; each row's four activations are broadcast from where they lie. 14 more hold
/// the sums of the tile before, which are requantized between this tile's products, two rows every three steps: one kind
/// of work uses the execution units the other leaves idle (docs/kernels.md).
///
/// - Parameter arguments: The operands; weights in panels [ceil(depth / 4)][32][4].
public func qu8_qs8c_gemm_7x32c4__avx512vnni(_ arguments: UnsafePointer<GemmArguments>) {
    let a = arguments.pointee
    precondition(a.rows >= 1 && a.depth >= 1 && a.columns >= 1, "a product has rows, depth and columns")
    let clampFirst = !resultsFitIntegers(a)
    let chunk = larger(7, 262_144 / (a.depth &+ (a.residual == nil ? 1 : 2) &* a.columns))
    var row = 0
    while row < a.rows {
        let rows = smaller(chunk, a.rows &- row)
        var column = 0
        while column < a.columns {
            let panel = Panel(a, column)
            if clampFirst {
                strip(1, rows, a, panel, row, wide: true, clampFirst: true)
            } else {
                // Equal tiles: 8 rows are 4 + 4, not 7 + 1.
                let tiles = (rows &+ 6) / 7
                let short = rows / tiles
                let taller = rows &- short &* tiles
                var first = row
                var (height, count) = (short &+ 1, taller)
                while first < row &+ rows {
                    // The right half of a last panel may be padding.
                    if a.columns &- column > 16 {
                        strips(height, count, a, panel, first, wide: true)
                    } else {
                        strips(height, count, a, panel, first, wide: false)
                    }
                    first &+= height &* count
                    (height, count) = (short, tiles &- taller)
                }
            }
            column &+= 32
        }
        row &+= rows
    }
}

/// Computes `tiles` tiles of `rows` rows each, or nothing.
@_transparent
private func strips(_ rows: Int, _ tiles: Int, _ a: GemmArguments, _ panel: Panel, _ row: Int, wide: Bool) {
    switch rows {
    case 1: strip(1, tiles, a, panel, row, wide: wide, clampFirst: false)
    case 2: strip(2, tiles, a, panel, row, wide: wide, clampFirst: false)
    case 3: strip(3, tiles, a, panel, row, wide: wide, clampFirst: false)
    case 4: strip(4, tiles, a, panel, row, wide: wide, clampFirst: false)
    case 5: strip(5, tiles, a, panel, row, wide: wide, clampFirst: false)
    case 6: strip(6, tiles, a, panel, row, wide: wide, clampFirst: false)
    default: strip(7, tiles, a, panel, row, wide: wide, clampFirst: false)
    }
}

/// Whether no result can leave the range of Int32 before it is clamped.
///
/// Sums are below 2³¹, so half of that plus the residual fits if multipliers stay below ½. Any network's do; a file may
/// hold anything.
@_transparent
private func resultsFitIntegers(_ a: GemmArguments) -> Bool {
    if a.residual != nil && !(a.residualMultiplier.magnitude < 1_048_576) { return false }
    return areBelowHalf(a.multipliers, a.columns)
}

/// Computes `tiles` tiles of `rows` (a constant) rows from `row` on, in one panel.
@_transparent
private func strip(
    _ rows: Int,
    _ tiles: Int,
    _ a: GemmArguments,
    _ panel: Panel,
    _ row: Int,
    wide: Bool,
    clampFirst: Bool
) {
    let bytes = (a.depth &+ 3) & ~3
    // Bytes of depth between what is done of the tile before, two rows at a time.
    let gap = larger(4, smaller(12, bytes / 16 &* 4))
    let end = row &+ rows &* tiles
    var row = row
    if row == end { return }
    var x = Rows(a, row)
    var sums = Sums(panel)
    // Weights come once a query, from the third-level cache: while a panel's first tile is computed, the next panel,
    // or what lies behind the last, is brought nearer. Of longer panels two would crowd out everything else.
    var k = 0
    if bytes <= 4096 {
        let ahead = panel.weights + bytes &* 32
        while k < bytes {
            edgeprof_prefetch_level2(ahead + k &* 32)
            edgeprof_prefetch_level2(ahead + (k &* 32 &+ 64))
            sums.add(rows, wide, x, panel, k)
            k &+= 4
        }
    }
    while k < bytes {
        sums.add(rows, wide, x, panel, k)
        k &+= 4
    }
    row &+= rows
    while row < end {
        let before = sums
        let out = Epilogue(a, panel, row &- rows, wide: wide, clampFirst: clampFirst)
        x = Rows(a, row)
        sums = Sums(panel)
        k = 0
        sums.add(rows, wide, x, panel, &k, smaller(gap, bytes))
        out.store(rows, 0, before.s0, before.t0, before.s1, before.t1)
        sums.add(rows, wide, x, panel, &k, smaller(2 &* gap, bytes))
        out.store(rows, 2, before.s2, before.t2, before.s3, before.t3)
        sums.add(rows, wide, x, panel, &k, smaller(3 &* gap, bytes))
        out.store(rows, 4, before.s4, before.t4, before.s5, before.t5)
        sums.add(rows, wide, x, panel, &k, smaller(4 &* gap, bytes))
        if rows > 6 { out.store(6, before.s6, before.t6) }
        while k < bytes {
            sums.add(rows, wide, x, panel, k)
            k &+= 4
        }
        row &+= rows
    }
    let out = Epilogue(a, panel, row &- rows, wide: wide, clampFirst: clampFirst)
    out.store(rows, 0, sums.s0, sums.t0, sums.s1, sums.t1)
    out.store(rows, 2, sums.s2, sums.t2, sums.s3, sums.t3)
    out.store(rows, 4, sums.s4, sums.t4, sums.s5, sums.t5)
    if rows > 6 { out.store(6, sums.s6, sums.t6) }
}

/// What a panel's tiles share.
private struct Panel {
    var column: Int
    var weights: UnsafeRawPointer
    var start0, start1: __m512i
    var m0, m1: __m512
    var mask: UInt32

    @_transparent
    init(_ a: GemmArguments, _ column: Int) {
        self.column = column
        weights = UnsafeRawPointer(a.weights + column &* ((a.depth &+ 3) & ~3))
        let bias = UnsafeRawPointer(a.bias + column)
        start0 = _mm512_loadu_si512(bias)
        start1 = _mm512_loadu_si512(bias + 64)
        m0 = _mm512_loadu_ps(a.multipliers + column)
        m1 = _mm512_loadu_ps(a.multipliers + (column &+ 16))
        let left = a.columns &- column
        mask = left >= 32 ? ~0 : (1 &<< UInt32(truncatingIfNeeded: left)) &- 1
    }
}

/// Where a tile's activations lie.
private struct Rows {
    var x0, x1, x2, x3, x4, x5, x6: UnsafeRawPointer

    @_transparent
    init(_ a: GemmArguments, _ row: Int) {
        let s = a.inputRowStride
        x0 = UnsafeRawPointer(a.input + row &* s)
        x1 = x0 + s
        x2 = x1 + s
        x3 = x2 + s
        x4 = x3 + s
        x5 = x4 + s
        x6 = x5 + s
    }
}

/// A tile's sums: columns 0...15 and 16...31 of each row.
private struct Sums {
    var s0, s1, s2, s3, s4, s5, s6: __m512i
    var t0, t1, t2, t3, t4, t5, t6: __m512i

    @_transparent
    init(_ panel: Panel) {
        (s0, s1, s2, s3, s4, s5, s6) = (
            panel.start0, panel.start0, panel.start0, panel.start0, panel.start0, panel.start0, panel.start0
        )
        (t0, t1, t2, t3, t4, t5, t6) = (
            panel.start1, panel.start1, panel.start1, panel.start1, panel.start1, panel.start1, panel.start1
        )
    }

    /// Adds the products of all k from `k` to `end`.
    @_transparent
    mutating func add(_ rows: Int, _ wide: Bool, _ x: Rows, _ panel: Panel, _ k: inout Int, _ end: Int) {
        while k < end {
            add(rows, wide, x, panel, k)
            k &+= 4
        }
    }

    /// Adds the products of four k, `k` bytes into each row.
    @_transparent
    mutating func add(_ rows: Int, _ wide: Bool, _ x: Rows, _ panel: Panel, _ k: Int) {
        let w = panel.weights + k &* 32
        let w0 = _mm512_loadu_si512(w)
        if wide {
            let w1 = _mm512_loadu_si512(w + 64)
            if rows > 0 { multiply(x.x0 + k, w0, w1, &s0, &t0) }
            if rows > 1 { multiply(x.x1 + k, w0, w1, &s1, &t1) }
            if rows > 2 { multiply(x.x2 + k, w0, w1, &s2, &t2) }
            if rows > 3 { multiply(x.x3 + k, w0, w1, &s3, &t3) }
            if rows > 4 { multiply(x.x4 + k, w0, w1, &s4, &t4) }
            if rows > 5 { multiply(x.x5 + k, w0, w1, &s5, &t5) }
            if rows > 6 { multiply(x.x6 + k, w0, w1, &s6, &t6) }
        } else {
            if rows > 0 { multiply(x.x0 + k, w0, &s0) }
            if rows > 1 { multiply(x.x1 + k, w0, &s1) }
            if rows > 2 { multiply(x.x2 + k, w0, &s2) }
            if rows > 3 { multiply(x.x3 + k, w0, &s3) }
            if rows > 4 { multiply(x.x4 + k, w0, &s4) }
            if rows > 5 { multiply(x.x5 + k, w0, &s5) }
            if rows > 6 { multiply(x.x6 + k, w0, &s6) }
        }
    }
}

/// Adds four k of one row to its 32 sums.
@_transparent
private func multiply(_ x: UnsafeRawPointer, _ w0: __m512i, _ w1: __m512i, _ s: inout __m512i, _ t: inout __m512i) {
    let activations = _mm512_set1_epi32(x.loadUnaligned(as: Int32.self))
    s = _mm512_dpbusd_epi32(s, activations, w0)
    t = _mm512_dpbusd_epi32(t, activations, w1)
}

/// Adds four k of one row to its first 16 sums.
@_transparent
private func multiply(_ x: UnsafeRawPointer, _ w: __m512i, _ s: inout __m512i) {
    s = _mm512_dpbusd_epi32(s, _mm512_set1_epi32(x.loadUnaligned(as: Int32.self)), w)
}

/// What is added to the products before they are stored: a residual's 32 columns, row by row.
private struct Addend {
    var base: UnsafeRawPointer
    var stride: Int
    var zeroPoint: __m512i
    var multiplier: __m512

    @_transparent
    init(_ residual: UnsafePointer<UInt8>, _ a: GemmArguments, _ row: Int, _ column: Int) {
        base = UnsafeRawPointer(residual + (row &* a.residualRowStride &+ column))
        stride = a.residualRowStride
        zeroPoint = _mm512_set1_epi32(a.residualZeroPoint)
        multiplier = _mm512_set1_ps(a.residualMultiplier)
    }

    /// The addends of 16 columns.
    @_transparent
    func real(_ row: Int, _ column: Int) -> __m512 {
        let stored = _mm_loadu_si128((base + (row &* stride &+ column)).assumingMemoryBound(to: __m128i.self))
        let centred = _mm512_sub_epi32(_mm512_cvtepu8_epi32(stored), zeroPoint)
        return _mm512_mul_ps(_mm512_cvtepi32_ps(centred), multiplier)
    }
}

/// Turns sums into stored integers while they are in registers.
///
/// Bounds are applied to the integers: packing saturates in the right direction, and bytes are clamped 64 at a time.
/// Rounding first gives the same result, the bounds being integers, as long as the conversion does not overflow.
private struct Epilogue {
    var a: GemmArguments
    var panel: Panel
    var row: Int
    /// Whether columns 16...31 exist.
    var wide: Bool
    var clampFirst: Bool

    @_transparent
    init(_ a: GemmArguments, _ panel: Panel, _ row: Int, wide: Bool, clampFirst: Bool) {
        self.a = a
        self.panel = panel
        self.row = row
        self.wide = wide
        self.clampFirst = clampFirst
    }

    /// Stores what the tile has of two rows, `offset` rows below its first.
    @_transparent
    func store(_ rows: Int, _ offset: Int, _ s0: __m512i, _ t0: __m512i, _ s1: __m512i, _ t1: __m512i) {
        if rows > offset &+ 1 {
            store(offset, s0, t0, s1, t1)
        } else if rows > offset {
            store(offset, s0, t0)
        }
    }

    /// Stores two rows.
    @_transparent
    func store(_ offset: Int, _ s0: __m512i, _ t0: __m512i, _ s1: __m512i, _ t1: __m512i) {
        let first: __m512i
        let second: __m512i
        if let residual = a.residual {
            let addend = Addend(residual, a, row, panel.column)
            first = words(s0, t0, addend.real(offset, 0), addend.real(offset, 16))
            second = words(s1, t1, addend.real(offset &+ 1, 0), addend.real(offset &+ 1, 16))
        } else {
            first = words(s0, t0)
            second = words(s1, t1)
        }
        let bytes = clamped(first, second)
        put(offset, _mm512_castsi512_si256(bytes))
        put(offset &+ 1, edgeprof_mm512_upper_si256(bytes))
    }

    /// Stores one row.
    @_transparent
    func store(_ offset: Int, _ s: __m512i, _ t: __m512i) {
        let both: __m512i
        if let residual = a.residual {
            let addend = Addend(residual, a, row, panel.column)
            both = words(s, t, addend.real(offset, 0), addend.real(offset, 16))
        } else {
            both = words(s, t)
        }
        put(offset, _mm512_castsi512_si256(clamped(both, both)))
    }

    @_transparent
    func words(_ s: __m512i, _ t: __m512i) -> __m512i {
        packed(_mm512_mul_ps(_mm512_cvtepi32_ps(s), panel.m0), _mm512_mul_ps(_mm512_cvtepi32_ps(t), panel.m1))
    }

    @_transparent
    func words(_ s: __m512i, _ t: __m512i, _ u: __m512, _ v: __m512) -> __m512i {
        packed(
            _mm512_add_ps(product(_mm512_mul_ps(_mm512_cvtepi32_ps(s), panel.m0)), u),
            _mm512_add_ps(product(_mm512_mul_ps(_mm512_cvtepi32_ps(t), panel.m1)), v)
        )
    }

    /// A product within its own bounds, to which a residual is added.
    @_transparent
    func product(_ real: __m512) -> __m512 {
        _mm512_min_ps(_mm512_max_ps(real, _mm512_set1_ps(a.productLowest)), _mm512_set1_ps(a.productHighest))
    }

    /// A row's 32 stored integers in 16 bits, in the order `vpackssdw` leaves them.
    @_transparent
    func packed(_ real0: __m512, _ real1: __m512) -> __m512i {
        let left = _mm512_cvtps_epi32(bounded(real0))
        let right = wide ? _mm512_cvtps_epi32(bounded(real1)) : left
        return _mm512_adds_epi16(
            _mm512_packs_epi32(left, right),
            _mm512_set1_epi16(Int16(truncatingIfNeeded: a.quantization.zeroPoint))
        )
    }

    /// `vmaxps` gives its second operand for not-a-number: the lower bound.
    @_transparent
    func bounded(_ real: __m512) -> __m512 {
        if !clampFirst { return real }
        let low = _mm512_set1_ps(Float(a.quantization.lowest &- a.quantization.zeroPoint))
        let high = _mm512_set1_ps(Float(a.quantization.highest &- a.quantization.zeroPoint))
        return _mm512_min_ps(_mm512_max_ps(real, low), high)
    }

    /// Two rows' bytes, one in each half.
    @_transparent
    func clamped(_ first: __m512i, _ second: __m512i) -> __m512i {
        let lowest = _mm512_set1_epi8(CChar(truncatingIfNeeded: a.quantization.lowest))
        let highest = _mm512_set1_epi8(CChar(truncatingIfNeeded: a.quantization.highest))
        let bytes = _mm512_min_epu8(_mm512_max_epu8(_mm512_packus_epi16(first, second), lowest), highest)
        let order = _mm512_set_epi32(15, 11, 7, 3, 14, 10, 6, 2, 13, 9, 5, 1, 12, 8, 4, 0)
        return _mm512_permutexvar_epi32(order, bytes)
    }

    @_transparent
    func put(_ offset: Int, _ bytes: __m256i) {
        let target = UnsafeMutableRawPointer(a.output + ((row &+ offset) &* a.outputRowStride &+ panel.column))
        if panel.mask == ~0 {
            _mm256_storeu_si256(target.assumingMemoryBound(to: __m256i.self), bytes)
        } else {
            _mm256_mask_storeu_epi8(target, panel.mask, bytes)
        }
    }
}
