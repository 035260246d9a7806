/* What the files that scan classes share: reading a class, and what its texts are. */
#include "class_scan.h"

#include <string.h>

/* A larger class file is not read. */
#define CLASS_MAX_BYTES ((uint32_t) 4 << 20)
/* What is read of all classes: an honest jar inflates to three or four times its size. */
#define BYTES_MAX     ((uint64_t) 96 << 20)
#define BYTES_BY_SIZE 8
#define MEMO_COUNT    ((size_t) 65536)

static bool begins(const char *name, size_t len, const char *prefix)
{
    size_t prefix_len = strlen(prefix);
    return len >= prefix_len && memcmp(name, prefix, prefix_len) == 0;
}

static bool begins_any(const char *name, size_t len, const char *const *prefixes)
{
    for (; *prefixes != NULL; prefixes++)
        if (begins(name, len, *prefixes))
            return true;
    return false;
}

bool fp_scan_is_jdk(const char *name, size_t len)
{
    /* Java 11 has no javax/annotation (but that of compilers), javax/xml/bind, javax/xml/ws,
     * javax/xml/soap, javax/activation, javax/jws, javax/transaction (but XA) nor org/omg. */
    static const char *const JAVAX[] = {"accessibility/",
                                        "annotation/processing/",
                                        "crypto/",
                                        "imageio/",
                                        "lang/model/",
                                        "management/",
                                        "naming/",
                                        "net/",
                                        "print/",
                                        "rmi/ssl/",
                                        "script/",
                                        "security/",
                                        "sound/",
                                        "sql/",
                                        "swing/",
                                        "tools/",
                                        "transaction/xa/",
                                        "xml/",
                                        NULL};
    static const char *const NOT_XML[] = {"xml/bind/", "xml/ws/",       "xml/soap/",
                                          "xml/rpc/",  "xml/registry/", "xml/stream/buffer/",
                                          NULL};
    static const char *const OTHERS[] = {
        "jdk/",        "sun/",          "com/sun/",         "org/w3c/dom",
        "org/xml/sax", "org/ietf/jgss", "org/jcp/xml/dsig", "netscape/javascript",
        NULL};
    if (begins(name, len, "java/"))
        return true;
    if (begins(name, len, "javax/"))
        return begins_any(name + 6, len - 6, JAVAX) && !begins_any(name + 6, len - 6, NOT_XML);
    return len > 0 && strchr("jscon", name[0]) != NULL && begins_any(name, len, OTHERS);
}

bool fp_scan_is_own(const struct fp_class_scan *scan, const char *name)
{
    size_t len = scan->own != NULL ? strlen(scan->own) : 0;
    return scan->own != NULL && strncmp(name, scan->own, len) == 0 &&
           (!scan->own_is_exact || strchr(name + len, '/') == NULL);
}

static void begin_file(struct fp_class_scan *scan)
{
    if (scan->hashes == NULL) {
        scan->hashes = fp_xcalloc(MEMO_COUNT, sizeof(*scan->hashes));
        scan->numbers = fp_xcalloc(MEMO_COUNT, sizeof(*scan->numbers));
        scan->uses = fp_xcalloc(MEMO_COUNT, sizeof(*scan->uses));
        scan->texts = fp_xcalloc(MEMO_COUNT, sizeof(*scan->texts));
    }
    scan->stamp++;
}

enum fp_code fp_class_scan_open(struct fp_class_scan *scan, uint32_t number, bool *ret,
                                struct fp_error *err)
{
    struct fp_scan_class *class = &scan->classes[number];
    const struct fp_zip_entry entry = {.name = fp_names_text(&scan->names, number),
                                       .method = class->method,
                                       .size = class->size,
                                       .packed_size = class->packed_size,
                                       .offset = class->offset};
    struct fp_error failure = {0};
    size_t len = 0;
    *ret = false;
    FP_TRY(fp_cancel_check(err));
    if (class->size > CLASS_MAX_BYTES ||
        scan->bytes > BYTES_MAX + BYTES_BY_SIZE * fp_zip_size(scan->zip))
        return FP_OK;
    if (scan->data == NULL || class->size > scan->data_cap) {
        free(scan->data);
        scan->data_cap = class->size + class->size / 2;
        scan->data = fp_xmalloc(scan->data_cap);
    }
    scan->bytes += class->size;
    enum fp_code code = fp_zip_read(scan->zip, &entry, scan->data, class->size, &len, &failure);
    if (code == FP_E_INPUT)
        return FP_OK;
    if (code != FP_OK)
        return fp_fail_as(err, &failure);
    begin_file(scan);
    *ret = fp_class_parse(&scan->file, scan->data, len);
    return FP_OK;
}

static uint32_t text_hash(struct fp_class_scan *scan, struct fp_class_text text)
{
    struct fp_scan_memo *memo = &scan->hashes[text.index & (MEMO_COUNT - 1)];
    if (memo->stamp != scan->stamp)
        *memo =
            (struct fp_scan_memo){scan->stamp, (uint32_t) fp_names_hash(0, text.data, text.len)};
    return memo->value;
}

uint32_t fp_scan_member_hash(struct fp_class_scan *scan, struct fp_class_text name,
                             struct fp_class_text descriptor)
{
    return text_hash(scan, name) * 31 + text_hash(scan, descriptor);
}

uint32_t fp_scan_hash_of(const char *name, const char *descriptor)
{
    return (uint32_t) fp_names_hash(0, name, strlen(name)) * 31 +
           (uint32_t) fp_names_hash(0, descriptor, strlen(descriptor));
}

uint32_t fp_scan_class_number(struct fp_class_scan *scan, struct fp_class_text name)
{
    struct fp_scan_memo *memo = &scan->numbers[name.index & (MEMO_COUNT - 1)];
    if (memo->stamp != scan->stamp)
        *memo =
            (struct fp_scan_memo){scan->stamp, fp_names_find(&scan->names, name.data, name.len)};
    return memo->value;
}

bool fp_scan_is_first(struct fp_class_scan *scan, struct fp_scan_memo *memos,
                      struct fp_class_text text)
{
    struct fp_scan_memo *memo = &memos[text.index & (MEMO_COUNT - 1)];
    bool is_first = memo->stamp != scan->stamp;
    memo->stamp = scan->stamp;
    return is_first;
}

int fp_scan_compare_words(const void *left, const void *right)
{
    const uint32_t *a = left;
    const uint32_t *b = right;
    return (*a > *b) - (*a < *b);
}

bool fp_scan_add_word(struct fp_scan_words *words, uint32_t word, size_t max)
{
    if (words->len >= max)
        return false;
    if (words->len == words->cap) {
        words->cap += words->cap / 2 + 4096;
        words->items = fp_xreallocarray(words->items, words->cap, sizeof(*words->items));
    }
    words->items[words->len++] = word;
    return true;
}
