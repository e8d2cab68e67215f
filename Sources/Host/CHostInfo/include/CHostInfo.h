// What Swift cannot say itself: CPUID, XGETBV, the auxiliary vector, extended attributes and a CPU mask of any width.
#ifndef EDGEPROF_CHOSTINFO_H
#define EDGEPROF_CHOSTINFO_H

#include <stddef.h>
#include <stdint.h>

// The four registers CPUID answers with.
typedef struct {
    uint32_t eax, ebx, ecx, edx;
} edgeprof_cpuid_registers;

#if defined(__x86_64__)
#include <cpuid.h>

// The answer of one leaf, or all zero where the processor has no such leaf.
static inline edgeprof_cpuid_registers edgeprof_cpuid(uint32_t leaf, uint32_t subleaf) {
    edgeprof_cpuid_registers registers = {0, 0, 0, 0};
    __get_cpuid_count(leaf, subleaf, &registers.eax, &registers.ebx, &registers.ecx, &registers.edx);
    return registers;
}

// XCR0: the register state the operating system saves. Only legal when CPUID.1:ECX.OSXSAVE is set.
// Written in assembler because _xgetbv would need the target flag xsave.
static inline uint64_t edgeprof_xgetbv0(void) {
    uint32_t low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return ((uint64_t)high << 32) | low;
}
#endif

// AT_HWCAP and AT_HWCAP2 of the auxiliary vector: what the kernel says user space may use.
uint64_t edgeprof_hwcap(void);
uint64_t edgeprof_hwcap2(void);

// The CPUs the calling thread may run on, one bit each from the lowest bit of the first byte. Bytes filled, or -errno: the
// kernel refuses (EINVAL) a mask shorter than its own. The system call, because glibc's cpu_set_t ends at 1,024 CPUs.
long edgeprof_get_affinity(uint8_t *mask, size_t bytes);

// Keeps the calling thread, and threads it starts later, on these CPUs. 0 or -errno.
long edgeprof_set_affinity(const uint8_t *mask, size_t bytes);

// The value of a file's extended attribute. Bytes of it, or -errno.
long edgeprof_attribute(const char *path, const char *name, uint8_t *value, size_t bytes);

#endif
