#ifndef EDGEPROF_CZLIB_SHIM_H
#define EDGEPROF_CZLIB_SHIM_H
#include <zlib.h>

// zlib's own entry points are macros that pass the size of the structure, which Swift does not see.
// 16 more than the window's bits means the gzip format (RFC 1952) and nothing else.
static inline int edgeprof_gzip_begin_writing(z_stream *stream) {
    return deflateInit2(stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
}

static inline int edgeprof_gzip_begin_reading(z_stream *stream) {
    return inflateInit2(stream, 15 + 16);
}

// A negative number means deflate without a header (RFC 1951). Level 1, and a hash table for short pieces: beginning costs as
// much as packing does where the tables are large.
static inline int edgeprof_deflate_begin_writing(z_stream *stream) {
    return deflateInit2(stream, 1, Z_DEFLATED, -13, 5, Z_DEFAULT_STRATEGY);
}

static inline int edgeprof_deflate_begin_reading(z_stream *stream) {
    return inflateInit2(stream, -15);
}

#endif
