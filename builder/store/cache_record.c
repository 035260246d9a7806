/*
 * Records of the cache: JSON files {"kind", "key", "sha256", "record"} in exactly this form, so
 * that the checksum is one of the bytes of the record as they stand there.
 */
#include "cache_count.h"

#include <string.h>
#include <unistd.h>

#define MAX_BYTES    ((size_t) 8 << 20)
#define MAX_KIND_LEN 32
#define SHA256_LEN   64

static const char hash_begin[] = "\",\"sha256\":\"";
static const char body_begin[] = "\",\"record\":";
static const char body_end[] = "}\n";

static bool is_name(const char *kind, const char *key)
{
    size_t kind_len = strspn(kind, "abcdefghijklmnopqrstuvwxyz0123456789-");
    return kind_len > 0 && kind_len <= MAX_KIND_LEN && kind[kind_len] == '\0' &&
           strlen(key) == SHA256_LEN && strspn(key, "0123456789abcdef") == SHA256_LEN;
}

static char *head_of(const char *kind, const char *key)
{
    return fp_xasprintf("{\"kind\":\"%s\",\"key\":\"%s%s", kind, key, hash_begin);
}

/* Move over a text that has to be there. */
static bool skip(const char **at, const char *end, const char *expected)
{
    size_t len = strlen(expected);
    if ((size_t) (end - *at) < len || memcmp(*at, expected, len) != 0)
        return false;
    *at += len;
    return true;
}

/* NULL if it is not the record of that key, or damaged. */
static json_t *unwrap(const struct fp_buf *text, const char *kind, const char *key)
{
    char hex[FP_HASH_HEX_MAX] = "";
    json_t *record = NULL;
    cleanup_free char *head = head_of(kind, key);
    const char *at = fp_buf_text(text);
    const char *end = at + text->len;
    if (!skip(&at, end, head) || end - at < SHA256_LEN)
        return NULL;
    const char *hash = at;
    at += SHA256_LEN;
    if (!skip(&at, end, body_begin) || (size_t) (end - at) < strlen(body_end))
        return NULL;
    size_t len = (size_t) (end - at) - strlen(body_end);
    if (strcmp(at + len, body_end) != 0)
        return NULL;
    fp_hash_bytes(FP_SHA256, at, len, hex);
    if (memcmp(hex, hash, SHA256_LEN) != 0 || fp_json_parse(at, len, key, &record, NULL) != FP_OK)
        return NULL;
    return record;
}

json_t *fp_cache_get(struct fp_cache *cache, const char *kind, const char *key)
{
    struct stat st = {0};
    cleanup_buf struct fp_buf text = FP_BUF_INIT(MAX_BYTES);
    if (cache == NULL || !is_name(kind, key))
        return NULL;
    int records = fp_cache_records(cache, false);
    cleanup_fd int directory = records >= 0 ? fp_cache_dir_open(records, kind, false) : -1;
    cleanup_fd int fd = directory >= 0 ? fp_cache_file_open(directory, key, &st) : -1;
    if (fd < 0)
        return NULL;
    fp_cache_touch(fd, &st);
    cleanup_source struct fp_source *source = fp_source_fd(steal_fd(&fd), key, 0, UINT64_MAX);
    enum fp_code code = fp_source_read_all(source, &text, NULL);
    if (code != FP_OK && code != FP_E_INPUT)
        return NULL;
    json_t *record = code == FP_OK ? unwrap(&text, kind, key) : NULL;
    if (record != NULL)
        return record;
    atomic_store(&cache->saw_damage, true);
    (void) unlinkat(directory, key, 0);
    return NULL;
}

void fp_cache_put(struct fp_cache *cache, const char *kind, const char *key, const json_t *record)
{
    char hex[FP_HASH_HEX_MAX] = "";
    struct stat st = {.st_nlink = 1};
    cleanup_buf struct fp_buf text = FP_BUF_INIT(MAX_BYTES);
    if (cache == NULL || !is_name(kind, key))
        return;
    cleanup_free char *body = fp_json_canonical(record);
    cleanup_free char *head = head_of(kind, key);
    fp_hash_bytes(FP_SHA256, body, strlen(body), hex);
    fp_buf_puts(&text, head);
    fp_buf_puts(&text, hex);
    fp_buf_puts(&text, body_begin);
    fp_buf_puts(&text, body);
    fp_buf_puts(&text, body_end);
    if (fp_buf_check(&text, NULL) != FP_OK)
        return;
    int records = fp_cache_records(cache, true);
    cleanup_fd int directory = records >= 0 ? fp_cache_dir_open(records, kind, true) : -1;
    st.st_size = (off_t) text.len;
    if (directory >= 0 && fp_cache_file_write(directory, key, fp_buf_text(&text), text.len))
        fp_cache_count(cache, fp_cache_bytes(&st));
}
