// perf_event_open, which has no libc wrapper, and the two variadic calls Swift cannot make.
#ifndef EDGEPROF_CPERFEVENT_H
#define EDGEPROF_CPERFEVENT_H

#include <stddef.h>
#include <stdint.h>

// What read(2) gives for one event opened here: the order of PERF_FORMAT_TOTAL_TIME_ENABLED | _RUNNING.
typedef struct {
    uint64_t value;
    uint64_t enabled_nanoseconds;
    uint64_t running_nanoseconds;
} edgeprof_perf_count;

// Opens one event of the calling thread, and of every thread it starts later, on any CPU, user space only.
// Without a group (-1) it starts disabled; with one it is live when its leader is. Returns a descriptor or -errno.
int edgeprof_perf_open(uint32_t type, uint64_t config, int group);

// Lets a group count, and stops it. Return 0 or -errno.
int edgeprof_perf_enable(int leader);
int edgeprof_perf_disable(int leader);

// Reads one event. Returns 0 or -errno.
int edgeprof_perf_read(int descriptor, edgeprof_perf_count *count);

// The next part of an open folder's list, in the kernel's linux_dirent64 layout. Returns bytes, 0 at the end, or -errno.
// readdir(3) would do, but opendir(3) allocates, and this is called around a measured window.
long edgeprof_read_folder(int descriptor, void *buffer, size_t capacity);

// Voluntary and involuntary context switches of this process so far, ended threads included.
// Here because Swift sees getrusage's first parameter with a type that depends on feature macros.
uint64_t edgeprof_context_switches(void);

#endif
