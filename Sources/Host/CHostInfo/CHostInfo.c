#define _GNU_SOURCE
#include "CHostInfo.h"

#include <errno.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

uint64_t edgeprof_hwcap(void) { return getauxval(AT_HWCAP); }

uint64_t edgeprof_hwcap2(void) { return getauxval(AT_HWCAP2); }

long edgeprof_get_affinity(uint8_t *mask, size_t bytes) {
    long filled = syscall(SYS_sched_getaffinity, 0, bytes, mask);
    return filled < 0 ? -errno : filled;
}

long edgeprof_set_affinity(const uint8_t *mask, size_t bytes) {
    return syscall(SYS_sched_setaffinity, 0, bytes, mask) < 0 ? -errno : 0;
}

long edgeprof_attribute(const char *path, const char *name, uint8_t *value, size_t bytes) {
    ssize_t length = getxattr(path, name, value, bytes);
    return length < 0 ? -errno : length;
}
