// Brings the arm64 intrinsics to Swift. Most of arm_neon.h's functions import as they are; loads, stores and whatever
// takes a lane are macros there, so they get a function here. A wrapper inlines only if it carries its own target
// attribute and the importing module is compiled with the same instruction set.
#ifndef EDGEPROF_CARM_INTRINSICS_H
#define EDGEPROF_CARM_INTRINSICS_H

// arm_neon.h's macros name uint64_t; as a module, glibc's stdint.h shows only what is included here.
#include <stdint.h>

#include <arm_neon.h>

#define EDGEPROF_INLINE(features) static inline __attribute__((always_inline, target(features)))

// Loads and stores from anywhere.
EDGEPROF_INLINE("neon") uint8x16_t edgeprof_ld1q_u8(const void *bytes) { return vld1q_u8(bytes); }
EDGEPROF_INLINE("neon") int8x16_t edgeprof_ld1q_s8(const void *bytes) { return vld1q_s8(bytes); }
EDGEPROF_INLINE("neon") uint8x8_t edgeprof_ld1_u8(const void *bytes) { return vld1_u8(bytes); }
EDGEPROF_INLINE("neon") int8x8_t edgeprof_ld1_s8(const void *bytes) { return vld1_s8(bytes); }
EDGEPROF_INLINE("neon") int16x8_t edgeprof_ld1q_s16(const void *words) { return vld1q_s16(words); }
EDGEPROF_INLINE("neon") int32x4_t edgeprof_ld1q_s32(const void *words) { return vld1q_s32(words); }
EDGEPROF_INLINE("neon") float32x4_t edgeprof_ld1q_f32(const void *reals) { return vld1q_f32(reals); }
EDGEPROF_INLINE("neon") uint8x16x4_t edgeprof_ld1q_u8_x4(const void *bytes) { return vld1q_u8_x4(bytes); }
EDGEPROF_INLINE("neon") void edgeprof_st1q_u8(void *bytes, uint8x16_t vector) { vst1q_u8(bytes, vector); }
EDGEPROF_INLINE("neon") void edgeprof_st1_u8(void *bytes, uint8x8_t vector) { vst1_u8(bytes, vector); }
EDGEPROF_INLINE("neon") void edgeprof_st1q_s16(void *words, int16x8_t vector) { vst1q_s16(words, vector); }

/// Bytes one after another, of at most 7.
EDGEPROF_INLINE("neon") void edgeprof_st1_u8_count(void *bytes, uint8x8_t vector, long count) {
    unsigned char *target = bytes;
    unsigned long rest = vget_lane_u64(vreinterpret_u64_u8(vector), 0);
    if (count & 4) {
        __builtin_memcpy(target, &rest, 4);
        rest >>= 32;
        target += 4;
    }
    if (count & 2) {
        __builtin_memcpy(target, &rest, 2);
        rest >>= 16;
        target += 2;
    }
    if (count & 1) *target = (unsigned char)rest;
}

/// Adds a row's element `lane` times four 16-bit weights, for eight columns.
#define EDGEPROF_MLAL(lane)                                                                                   \
    EDGEPROF_INLINE("neon") int32x4_t edgeprof_mlal_low_##lane(int32x4_t s, int16x8_t w, int16x8_t x) {       \
        return vmlal_laneq_s16(s, vget_low_s16(w), x, lane);                                                  \
    }                                                                                                         \
    EDGEPROF_INLINE("neon") int32x4_t edgeprof_mlal_high_##lane(int32x4_t s, int16x8_t w, int16x8_t x) {      \
        return vmlal_high_laneq_s16(s, w, x, lane);                                                           \
    }
EDGEPROF_MLAL(0)
EDGEPROF_MLAL(1)
EDGEPROF_MLAL(2)
EDGEPROF_MLAL(3)
EDGEPROF_MLAL(4)
EDGEPROF_MLAL(5)
EDGEPROF_MLAL(6)
EDGEPROF_MLAL(7)

/// Adds the products of four columns' four s8 weights and a row's four elements `lane`.
#define EDGEPROF_DOT(lane)                                                                                    \
    EDGEPROF_INLINE("dotprod") int32x4_t edgeprof_dot_##lane(int32x4_t s, int8x16_t w, int8x16_t x) {         \
        return vdotq_laneq_s32(s, w, x, lane);                                                                \
    }
EDGEPROF_DOT(0)
EDGEPROF_DOT(1)
EDGEPROF_DOT(2)
EDGEPROF_DOT(3)

/// Adds the products of four columns' four s8 weights with the four of `x`.
EDGEPROF_INLINE("dotprod") int32x4_t edgeprof_dot(int32x4_t s, int8x16_t w, int8x16_t x) { return vdotq_s32(s, w, x); }

/// Four bytes in every lane.
EDGEPROF_INLINE("neon") int8x16_t edgeprof_dup_4(const void *bytes) {
    int word;
    __builtin_memcpy(&word, bytes, 4);
    return vreinterpretq_s8_s32(vdupq_n_s32(word));
}

/// The first eight bytes of two vectors, side by side.
EDGEPROF_INLINE("neon") uint8x16_t edgeprof_low_halves(uint8x16_t first, uint8x16_t second) {
    return vreinterpretq_u8_u64(vzip1q_u64(vreinterpretq_u64_u8(first), vreinterpretq_u64_u8(second)));
}

/// The last eight.
EDGEPROF_INLINE("neon") uint8x16_t edgeprof_high_halves(uint8x16_t first, uint8x16_t second) {
    return vreinterpretq_u8_u64(vzip2q_u64(vreinterpretq_u64_u8(first), vreinterpretq_u64_u8(second)));
}

/// Adds the products of two rows' and two columns' eight elements: [r0c0, r0c1, r1c0, r1c1].
EDGEPROF_INLINE("i8mm") int32x4_t edgeprof_usmmla(int32x4_t s, uint8x16_t x, int8x16_t w) {
    return vusmmlaq_s32(s, x, w);
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

#endif
