internal import CX86Intrinsics
internal import KernelInterface

/// The smaller of two; the standard library's `min` is generic, and its copy made here would be a weak symbol.
@_transparent
func smaller(_ first: Int, _ second: Int) -> Int { first < second ? first : second }

/// The larger of two.
@_transparent
func larger(_ first: Int, _ second: Int) -> Int { first < second ? second : first }

// Tuples, not structs: an internal struct brings value witnesses, which are weak symbols (docs/kernels.md).

/// 32 results as four vectors of 8.
typealias Quad = (v0: __m256i, v1: __m256i, v2: __m256i, v3: __m256i)

/// Four vectors of real results.
typealias RealQuad = (r0: __m256, r1: __m256, r2: __m256, r3: __m256)

/// The output side of a kernel: bounds less the zero point as reals, the zero point in 16 bits.
typealias Output = (low: __m256, high: __m256, zeroPoint: __m256i)

/// Spreads an output quantization over vectors.
@_transparent
func outputVectors(_ quantization: OutputQuantization) -> Output {
    (
        low: _mm256_set1_ps(Float(quantization.lowest &- quantization.zeroPoint)),
        high: _mm256_set1_ps(Float(quantization.highest &- quantization.zeroPoint)),
        zeroPoint: _mm256_set1_epi16(Int16(truncatingIfNeeded: quantization.zeroPoint))
    )
}

/// Stored integers less the zero point; `vmaxps` gives its second operand, the lower bound, for not-a-number.
@_transparent
func integers(_ real: __m256, _ output: Output) -> __m256i {
    _mm256_cvtps_epi32(_mm256_min_ps(_mm256_max_ps(real, output.low), output.high))
}

/// 32 stored integers; lane l of 128 bits holds lane l of the four vectors, one after the other.
@_transparent
func stored(_ real: RealQuad, _ output: Output) -> __m256i {
    let first = _mm256_packs_epi32(integers(real.r0, output), integers(real.r1, output))
    let second = _mm256_packs_epi32(integers(real.r2, output), integers(real.r3, output))
    return _mm256_packus_epi16(
        _mm256_add_epi16(first, output.zeroPoint),
        _mm256_add_epi16(second, output.zeroPoint)
    )
}

/// 32 stored integers, the vectors' elements in order.
@_transparent
func storedInOrder(_ real: RealQuad, _ output: Output) -> __m256i {
    let order = _mm256_set_epi32(7, 3, 6, 2, 5, 1, 4, 0)
    let bytes = stored(real, output)
    return _mm256_permutevar8x32_epi32(bytes, order)
}

/// Sums times multipliers, both in the same order.
@_transparent
func products(_ sums: Quad, _ multipliers: RealQuad) -> RealQuad {
    (
        r0: _mm256_mul_ps(_mm256_cvtepi32_ps(sums.v0), multipliers.r0),
        r1: _mm256_mul_ps(_mm256_cvtepi32_ps(sums.v1), multipliers.r1),
        r2: _mm256_mul_ps(_mm256_cvtepi32_ps(sums.v2), multipliers.r2),
        r3: _mm256_mul_ps(_mm256_cvtepi32_ps(sums.v3), multipliers.r3)
    )
}

/// 32 values of 32 bits in the order of `interleaved`.
@_transparent
func interleavedValues(_ values: UnsafeRawPointer) -> Quad {
    (
        v0: edgeprof_mm256_loadu_2x128(values, 64),
        v1: edgeprof_mm256_loadu_2x128(values + 16, 64),
        v2: edgeprof_mm256_loadu_2x128(values + 32, 64),
        v3: edgeprof_mm256_loadu_2x128(values + 48, 64)
    )
}

/// 32 reals in the order of `interleaved`.
@_transparent
func interleavedReals(_ values: UnsafePointer<Float>) -> RealQuad {
    let bits = interleavedValues(values)
    return (
        r0: _mm256_castsi256_ps(bits.v0),
        r1: _mm256_castsi256_ps(bits.v1),
        r2: _mm256_castsi256_ps(bits.v2),
        r3: _mm256_castsi256_ps(bits.v3)
    )
}

/// 32 bytes from anywhere.
@_transparent
func load(_ bytes: UnsafeRawPointer) -> __m256i {
    _mm256_loadu_si256(bytes.assumingMemoryBound(to: __m256i.self))
}

/// Eight stored integers less the zero point, as reals.
@_transparent
func centred(_ stored: UnsafeRawPointer, _ zeroPoint: __m256i) -> __m256 {
    let bytes = _mm_loadl_epi64(stored.assumingMemoryBound(to: __m128i.self))
    return _mm256_cvtepi32_ps(_mm256_sub_epi32(_mm256_cvtepu8_epi32(bytes), zeroPoint))
}

/// Stores the first `count` of 32 bytes; `count` is at least 1 and may exceed 32.
@_transparent
func store(_ bytes: __m256i, _ target: UnsafeMutableRawPointer, _ count: Int) {
    if count >= 32 {
        _mm256_storeu_si256(target.assumingMemoryBound(to: __m256i.self), bytes)
    } else {
        store(_mm256_castsi256_si128(bytes), target, count)
        if count > 16 { store(edgeprof_mm256_upper_si128(bytes), target + 16, count &- 16) }
    }
}

/// Stores the first `count` of 16 bytes; `count` is at least 1 and may exceed 16.
@_transparent
func store(_ bytes: __m128i, _ target: UnsafeMutableRawPointer, _ count: Int) {
    if count >= 16 {
        _mm_storeu_si128(target.assumingMemoryBound(to: __m128i.self), bytes)
        return
    }
    var target = target
    var rest = UInt64(bitPattern: bytes[0])
    if count & 8 != 0 {
        edgeprof_store_u64(target, rest)
        rest = UInt64(bitPattern: bytes[1])
        target += 8
    }
    if count & 4 != 0 {
        edgeprof_store_u32(target, UInt32(truncatingIfNeeded: rest))
        rest &>>= 32
        target += 4
    }
    if count & 2 != 0 {
        edgeprof_store_u16(target, UInt16(truncatingIfNeeded: rest))
        rest &>>= 16
        target += 2
    }
    if count & 1 != 0 { target.assumingMemoryBound(to: UInt8.self).pointee = UInt8(truncatingIfNeeded: rest) }
}
