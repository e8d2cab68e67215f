internal import CX86Intrinsics
internal import KernelInterface

/// The smaller of two; the standard library's `min` is generic, and its copy made here would be a weak symbol.
@_transparent
func smaller(_ first: Int, _ second: Int) -> Int { first < second ? first : second }

/// The larger of two.
@_transparent
func larger(_ first: Int, _ second: Int) -> Int { first < second ? second : first }

// Tuples, not structs: an internal struct brings value witnesses, which are weak symbols (docs/kernels.md).

/// 64 results as four vectors of 16.
typealias Quad = (v0: __m512i, v1: __m512i, v2: __m512i, v3: __m512i)

/// Four vectors of real results.
typealias RealQuad = (r0: __m512, r1: __m512, r2: __m512, r3: __m512)

/// The output side of a kernel: bounds less the zero point as reals, the zero point in 16 bits.
typealias Output = (low: __m512, high: __m512, zeroPoint: __m512i)

/// Spreads an output quantization over vectors.
@_transparent
func outputVectors(_ quantization: OutputQuantization) -> Output {
    (
        low: _mm512_set1_ps(Float(quantization.lowest &- quantization.zeroPoint)),
        high: _mm512_set1_ps(Float(quantization.highest &- quantization.zeroPoint)),
        zeroPoint: _mm512_set1_epi16(Int16(truncatingIfNeeded: quantization.zeroPoint))
    )
}

/// Stored integers less the zero point; `vmaxps` gives its second operand, the lower bound, for not-a-number.
@_transparent
func integers(_ real: __m512, _ output: Output) -> __m512i {
    _mm512_cvtps_epi32(_mm512_min_ps(_mm512_max_ps(real, output.low), output.high))
}

/// 64 stored integers; lane l of 128 bits holds lane l of the four vectors, one after the other.
@_transparent
func stored(_ real: RealQuad, _ output: Output) -> __m512i {
    let first = _mm512_packs_epi32(integers(real.r0, output), integers(real.r1, output))
    let second = _mm512_packs_epi32(integers(real.r2, output), integers(real.r3, output))
    return _mm512_packus_epi16(
        _mm512_add_epi16(first, output.zeroPoint),
        _mm512_add_epi16(second, output.zeroPoint)
    )
}

/// 64 stored integers, the vectors' elements in order.
@_transparent
func storedInOrder(_ real: RealQuad, _ output: Output) -> __m512i {
    let order = _mm512_set_epi32(15, 11, 7, 3, 14, 10, 6, 2, 13, 9, 5, 1, 12, 8, 4, 0)
    let bytes = stored(real, output)
    return _mm512_permutexvar_epi32(order, bytes)
}

/// Sums times multipliers, both in the same order.
@_transparent
func products(_ sums: Quad, _ multipliers: RealQuad) -> RealQuad {
    (
        r0: _mm512_mul_ps(_mm512_cvtepi32_ps(sums.v0), multipliers.r0),
        r1: _mm512_mul_ps(_mm512_cvtepi32_ps(sums.v1), multipliers.r1),
        r2: _mm512_mul_ps(_mm512_cvtepi32_ps(sums.v2), multipliers.r2),
        r3: _mm512_mul_ps(_mm512_cvtepi32_ps(sums.v3), multipliers.r3)
    )
}

/// Puts four rows' bytes side by side, a group of four for each channel, as `vpdpbusd` multiplies them.
///
/// Vector i's 128-bit lane l holds channels 16·l + 4·i ..< 16·l + 4·i + 4: `stored` undoes this order.
@_transparent
func interleaved(_ a: __m512i, _ b: __m512i, _ c: __m512i, _ d: __m512i) -> Quad {
    let lowAB = _mm512_unpacklo_epi8(a, b)
    let highAB = _mm512_unpackhi_epi8(a, b)
    let lowCD = _mm512_unpacklo_epi8(c, d)
    let highCD = _mm512_unpackhi_epi8(c, d)
    return (
        v0: _mm512_unpacklo_epi16(lowAB, lowCD),
        v1: _mm512_unpackhi_epi16(lowAB, lowCD),
        v2: _mm512_unpacklo_epi16(highAB, highCD),
        v3: _mm512_unpackhi_epi16(highAB, highCD)
    )
}

/// 64 values of 32 bits in the order of `interleaved`; paired, the first 32 twice.
@_transparent
func interleavedValues(_ values: UnsafeRawPointer, paired: Bool) -> Quad {
    let third = paired ? 0 : 128
    return (
        v0: edgeprof_mm512_loadu_4x128(values, values + third),
        v1: edgeprof_mm512_loadu_4x128(values + 16, values + 16 + third),
        v2: edgeprof_mm512_loadu_4x128(values + 32, values + 32 + third),
        v3: edgeprof_mm512_loadu_4x128(values + 48, values + 48 + third)
    )
}

/// As `interleavedValues`, of reals.
@_transparent
func interleavedReals(_ values: UnsafePointer<Float>, paired: Bool) -> RealQuad {
    let bits = interleavedValues(values, paired: paired)
    return (
        r0: _mm512_castsi512_ps(bits.v0),
        r1: _mm512_castsi512_ps(bits.v1),
        r2: _mm512_castsi512_ps(bits.v2),
        r3: _mm512_castsi512_ps(bits.v3)
    )
}

/// Stores the first `count` of 64 bytes; `count` is at least 1 and may exceed 64.
@_transparent
func store(_ bytes: __m512i, _ target: UnsafeMutableRawPointer, _ count: Int) {
    if count >= 64 {
        _mm512_storeu_si512(target, bytes)
    } else {
        _mm512_mask_storeu_epi8(target, (1 &<< UInt64(truncatingIfNeeded: count)) &- 1, bytes)
    }
}

/// Sixteen stored integers less the zero point, as reals.
@_transparent
func centred(_ stored: UnsafeRawPointer, _ zeroPoint: __m512i) -> __m512 {
    let bytes = _mm_loadu_si128(stored.assumingMemoryBound(to: __m128i.self))
    return _mm512_cvtepi32_ps(_mm512_sub_epi32(_mm512_cvtepu8_epi32(bytes), zeroPoint))
}

/// 64 bytes, or 32 of the first and 32 of the second.
@_transparent
func bytes(_ first: UnsafeRawPointer, _ second: UnsafeRawPointer, paired: Bool) -> __m512i {
    paired ? edgeprof_mm512_loadu_2x256(first, second) : _mm512_loadu_si512(first)
}

/// A group of interleaved weights.
@_transparent
func quad(_ weights: UnsafeRawPointer) -> Quad {
    (
        v0: _mm512_loadu_si512(weights),
        v1: _mm512_loadu_si512(weights + 64),
        v2: _mm512_loadu_si512(weights + 128),
        v3: _mm512_loadu_si512(weights + 192)
    )
}

/// Stores the first `count` of 32 bytes; `count` is 1 to 32.
@_transparent
func storeHalf(_ bytes: __m256i, _ target: UnsafeMutableRawPointer, _ count: Int) {
    if count == 32 {
        _mm256_storeu_si256(target.assumingMemoryBound(to: __m256i.self), bytes)
    } else {
        _mm256_mask_storeu_epi8(target, (1 &<< UInt32(truncatingIfNeeded: count)) &- 1, bytes)
    }
}

/// Stores four vectors.
@_transparent
func store(_ vectors: Quad, _ target: UnsafeMutableRawPointer) {
    _mm512_storeu_si512(target, vectors.v0)
    _mm512_storeu_si512(target + 64, vectors.v1)
    _mm512_storeu_si512(target + 128, vectors.v2)
    _mm512_storeu_si512(target + 192, vectors.v3)
}

/// Whether `count` multipliers are below ½ and above −½: a sum times one then fits 32 bits, clamped or not.
///
/// Any network's are; a file may hold anything.
@_transparent
func areBelowHalf(_ multipliers: UnsafePointer<Float>, _ count: Int) -> Bool {
    let half = _mm512_set1_ps(0.5)
    var index = 0
    while index < count {
        // Padding is part of the contract, and a mask keeps what it holds from deciding.
        let left = count &- index
        let mask: UInt16 = left >= 16 ? ~0 : (1 &<< UInt16(truncatingIfNeeded: left)) &- 1
        let magnitudes = _mm512_abs_ps(_mm512_loadu_ps(multipliers + index))
        if edgeprof_mm512_cmplt_ps_mask(magnitudes, half) & mask != mask { return false }
        index &+= 16
    }
    return true
}
