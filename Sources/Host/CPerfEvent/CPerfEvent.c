#define _GNU_SOURCE
#include "CPerfEvent.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

int edgeprof_perf_open(uint32_t type, uint64_t config, int group) {
    struct perf_event_attr attributes;
    memset(&attributes, 0, sizeof attributes);
    attributes.size = sizeof attributes;
    attributes.type = type;
    attributes.config = config;
    attributes.disabled = group == -1;
    attributes.inherit = 1;
    // What perf_event_paranoid 2, the kernel's default, lets an unprivileged process count.
    attributes.exclude_kernel = 1;
    attributes.exclude_hv = 1;
    // Not PERF_FORMAT_GROUP: kernels before 4.13 refuse it together with inherit.
    attributes.read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING;
    long descriptor = syscall(SYS_perf_event_open, &attributes, 0, -1, group, PERF_FLAG_FD_CLOEXEC);
    return descriptor < 0 ? -errno : (int)descriptor;
}

int edgeprof_perf_enable(int leader) {
    return ioctl(leader, PERF_EVENT_IOC_ENABLE, PERF_IOC_FLAG_GROUP) < 0 ? -errno : 0;
}

int edgeprof_perf_disable(int leader) {
    return ioctl(leader, PERF_EVENT_IOC_DISABLE, PERF_IOC_FLAG_GROUP) < 0 ? -errno : 0;
}

int edgeprof_perf_read(int descriptor, edgeprof_perf_count *count) {
    ssize_t bytes = read(descriptor, count, sizeof *count);
    if (bytes < 0) return -errno;
    // The kernel answers with nothing for an event it could not keep on the PMU.
    return bytes == sizeof *count ? 0 : -EIO;
}

long edgeprof_read_folder(int descriptor, void *buffer, size_t capacity) {
    long bytes = syscall(SYS_getdents64, descriptor, buffer, capacity);
    return bytes < 0 ? -errno : bytes;
}

uint64_t edgeprof_context_switches(void) {
    struct rusage usage;
    if (getrusage(RUSAGE_SELF, &usage) != 0) return 0;
    return (uint64_t)usage.ru_nvcsw + (uint64_t)usage.ru_nivcsw;
}
