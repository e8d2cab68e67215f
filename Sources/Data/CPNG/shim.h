#include <png.h>
#include <string.h>

/* libpng's constants are macros with casts, which Swift does not import; its structure has a size to be zeroed. */

static inline void edgeprof_png_prepare(png_imagep image) {
    memset(image, 0, sizeof *image);
    image->version = PNG_IMAGE_VERSION;
}

static inline void edgeprof_png_request_rgba(png_imagep image) {
    image->format = PNG_FORMAT_RGBA;
    /* Samples of 16 bits are taken as they are, not as linear light. */
    image->flags |= PNG_IMAGE_FLAG_16BIT_sRGB;
}

/* Both catch libpng's longjmp within C. */
static inline int edgeprof_png_begin(png_imagep image, const void *bytes, size_t count) {
    return png_image_begin_read_from_memory(image, bytes, count);
}

static inline int edgeprof_png_finish(png_imagep image, void *pixels) {
    return png_image_finish_read(image, NULL, pixels, 0, NULL);
}
