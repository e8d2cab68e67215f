#include "CKnownLoop.h"

__attribute__((noinline)) void edgeprof_known_loop(uint64_t turns) {
#if defined(__aarch64__)
    __asm__ volatile("1: subs %0, %0, #1\n b.ne 1b" : "+r"(turns) : : "cc");
#elif defined(__x86_64__)
    __asm__ volatile("1: sub $1, %0\n jnz 1b" : "+r"(turns) : : "cc");
#else
#error "no known loop for this processor"
#endif
}
