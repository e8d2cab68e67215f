// libcurl for Swift: the library's header, and its variadic functions with a fixed type each, which Swift can call.
#ifndef EDGEPROF_CCURL_SHIM_H
#define EDGEPROF_CCURL_SHIM_H

#include <curl/curl.h>

#if LIBCURL_VERSION_NUM < 0x074400
#error "libcurl 7.68 or later is needed (curl_multi_wakeup)"
#endif

typedef size_t (*edgeprof_curl_data_callback)(char *data, size_t size, size_t count, void *context);

// The parentheses keep curl's type-checking macros of the same names out.

static inline CURLcode edgeprof_curl_set_long(CURL *handle, CURLoption option, long value) {
    return (curl_easy_setopt)(handle, option, value);
}

static inline CURLcode edgeprof_curl_set_size(CURL *handle, CURLoption option, curl_off_t value) {
    return (curl_easy_setopt)(handle, option, value);
}

// libcurl copies the string.
static inline CURLcode edgeprof_curl_set_string(CURL *handle, CURLoption option, const char *value) {
    return (curl_easy_setopt)(handle, option, value);
}

// libcurl keeps the pointer.
static inline CURLcode edgeprof_curl_set_pointer(CURL *handle, CURLoption option, const void *value) {
    return (curl_easy_setopt)(handle, option, value);
}

static inline CURLcode edgeprof_curl_set_headers(CURL *handle, struct curl_slist *headers) {
    return (curl_easy_setopt)(handle, CURLOPT_HTTPHEADER, headers);
}

static inline CURLcode edgeprof_curl_set_callback(CURL *handle, CURLoption option, edgeprof_curl_data_callback value) {
    return (curl_easy_setopt)(handle, option, value);
}

static inline CURLcode edgeprof_curl_get_long(CURL *handle, CURLINFO info, long *value) {
    return (curl_easy_getinfo)(handle, info, value);
}

static inline CURLcode edgeprof_curl_get_size(CURL *handle, CURLINFO info, curl_off_t *value) {
    return (curl_easy_getinfo)(handle, info, value);
}

// Only HTTP and HTTPS, whatever else libcurl was built with.
static inline CURLcode edgeprof_curl_allow_http_only(CURL *handle) {
#if LIBCURL_VERSION_NUM >= 0x075500
    return (curl_easy_setopt)(handle, CURLOPT_PROTOCOLS_STR, "http,https");
#else
    return (curl_easy_setopt)(handle, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
}

// A name lookup that outlives its request is left to end by itself instead of being waited for.
static inline void edgeprof_curl_do_not_wait_for_lookups(CURL *handle) {
#if LIBCURL_VERSION_NUM >= 0x075700
    (void)(curl_easy_setopt)(handle, CURLOPT_QUICK_EXIT, 1L);
#else
    (void)handle;
#endif
}

// The result of the one transfer a multi handle has carried, or -1 when none has ended.
static inline int edgeprof_curl_finished_result(CURLM *multi) {
    int left = 0;
    CURLMsg *message;
    while ((message = curl_multi_info_read(multi, &left)) != NULL) {
        if (message->msg == CURLMSG_DONE) {
            return (int)message->data.result;
        }
    }
    return -1;
}

#endif
