// Counts what the calling thread takes from the heap, so that a test can show that a measured window takes nothing.
#ifndef EDGEPROF_CALLOCATIONCOUNTER_H
#define EDGEPROF_CALLOCATIONCOUNTER_H

// Calls of malloc, calloc, realloc, aligned_alloc and posix_memalign by this thread so far; -1 where a sanitizer owns the heap.
long edgeprof_thread_allocations(void);

#endif
