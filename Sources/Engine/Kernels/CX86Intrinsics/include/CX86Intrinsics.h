// Brings the x86 intrinsics to Swift. Most of immintrin.h's inline functions import as they are; those it defines as
// macros, because an operand must be a constant, get a function here. A wrapper inlines only if it carries its own
// target attribute and the importing module is compiled with the same instruction set.
#ifndef EDGEPROF_CX86_INTRINSICS_H
#define EDGEPROF_CX86_INTRINSICS_H

#include <immintrin.h>

#define EDGEPROF_INLINE(features) static inline __attribute__((always_inline, target(features)))

/// Asks for the cache line at an address, which need not exist, in the second-level cache.
EDGEPROF_INLINE("sse")
void edgeprof_prefetch_level2(const void *address) {
    __builtin_prefetch(address, 0, 2);
}

/// Upper 256 bits of a 512-bit vector.
EDGEPROF_INLINE("avx512f")
__m256i edgeprof_mm512_upper_si256(__m512i vector) {
    return _mm512_extracti64x4_epi64(vector, 1);
}

/// A bit for each lane where left < right; no bit where either is not a number.
EDGEPROF_INLINE("avx512f")
__mmask16 edgeprof_mm512_cmplt_ps_mask(__m512 left, __m512 right) {
    return _mm512_cmp_ps_mask(left, right, _CMP_LT_OQ);
}

/// The 128-bit vectors at `first`, 64 bytes behind it, at `third` and 64 bytes behind that, in one.
EDGEPROF_INLINE("avx512f")
__m512i edgeprof_mm512_loadu_4x128(const void *first, const void *third) {
    const char *low = first, *high = third;
    __m512i vector = _mm512_castsi128_si512(_mm_loadu_si128((const __m128i *)low));
    vector = _mm512_inserti32x4(vector, _mm_loadu_si128((const __m128i *)(low + 64)), 1);
    vector = _mm512_inserti32x4(vector, _mm_loadu_si128((const __m128i *)high), 2);
    return _mm512_inserti32x4(vector, _mm_loadu_si128((const __m128i *)(high + 64)), 3);
}

/// Two 256-bit vectors in one.
EDGEPROF_INLINE("avx512f")
__m512i edgeprof_mm512_loadu_2x256(const void *first, const void *second) {
    __m512i vector = _mm512_castsi256_si512(_mm256_loadu_si256((const __m256i *)first));
    return _mm512_inserti64x4(vector, _mm256_loadu_si256((const __m256i *)second), 1);
}

/// 128 bits in every lane of 512.
EDGEPROF_INLINE("avx512f")
__m512i edgeprof_mm512_broadcast_128(const void *lane) {
    return _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)lane));
}

/// Upper 128 bits of a 256-bit vector.
EDGEPROF_INLINE("avx2")
__m128i edgeprof_mm256_upper_si128(__m256i vector) {
    return _mm256_extracti128_si256(vector, 1);
}

/// Two 128-bit vectors, `stride` bytes apart, in one.
EDGEPROF_INLINE("avx2")
__m256i edgeprof_mm256_loadu_2x128(const void *first, long stride) {
    const char *bytes = first;
    return _mm256_loadu2_m128i((const __m128i_u *)(bytes + stride), (const __m128i_u *)bytes);
}

/// Sums of four products of u8 and s8, added to 32-bit sums, in the encoding of processors without AVX-512.
EDGEPROF_INLINE("avx2,avxvnni")
__m256i edgeprof_mm256_dpbusd_avx_epi32(__m256i sums, __m256i unsigned_bytes, __m256i signed_bytes) {
    return _mm256_dpbusd_avx_epi32(sums, unsigned_bytes, signed_bytes);
}

// Integers at any address; Swift's `storeBytes` may stay a call, and weak.
#define EDGEPROF_STORE(name, type) \
    static inline __attribute__((always_inline)) void name(void *target, type value) { \
        __builtin_memcpy(target, &value, sizeof value); \
    }
EDGEPROF_STORE(edgeprof_store_u16, unsigned short)
EDGEPROF_STORE(edgeprof_store_u32, unsigned int)
EDGEPROF_STORE(edgeprof_store_u64, unsigned long long)

/// Asks for a cache line; any address will do.
static inline __attribute__((always_inline))
void edgeprof_prefetch(const void *address) {
    __builtin_prefetch(address, 0, 3);
}

/// Bytes of `edgeprof_with_scratch`'s memory.
#define EDGEPROF_SCRATCH_BYTES 65536

/// Calls `body` with uninitialised stack memory on a cache line's boundary: Swift has no such array without clearing it,
/// and a kernel allocates nothing.
static inline __attribute__((always_inline))
void edgeprof_with_scratch(const void *context, void (*body)(const void *context, void *scratch)) {
    _Alignas(64) char scratch[EDGEPROF_SCRATCH_BYTES];
    body(context, scratch);
}

/// Bytes of `edgeprof_with_product_scratch`'s memory: six rows and sixteen columns of depth 4,608 in 16 bits.
#define EDGEPROF_PRODUCT_SCRATCH_BYTES 204800

/// The same with the memory of a product whose operands are widened.
static inline __attribute__((always_inline))
void edgeprof_with_product_scratch(const void *context, void (*body)(const void *context, void *scratch)) {
    _Alignas(64) char scratch[EDGEPROF_PRODUCT_SCRATCH_BYTES];
    body(context, scratch);
}

#endif
