/* Reading documents and blobs to their end, verifying them against their descriptors, and lists of
 * blobs.
 */
#include "document.h"

#include <inttypes.h>
#include <string.h>

static enum fp_code read_verified(struct fp_source *take_inner,
                                  const struct fp_descriptor *descriptor, const char *name,
                                  struct fp_buf *body, struct fp_error *err)
{
    cleanup_free char *what = fp_xasprintf("%s: %s", name, descriptor->digest.text);
    cleanup_source struct fp_source *source = fp_source_verified(take_inner, descriptor, what);
    if (descriptor->size > body->max - body->len)
        return fp_fail(err, FP_E_INPUT, "%s has %" PRIu64 " bytes, at most %zu are read", what,
                       descriptor->size, body->max);
    enum fp_code code = fp_source_read_all(source, body, err);
    if (code == FP_E_VERIFY)
        return fp_hinted(code, err, "it is damaged there: get the image again");
    return code;
}

enum fp_code fp_blob_document(const struct fp_blob *blob, const struct fp_descriptor *descriptor,
                              const char *name, struct fp_buf *body, struct fp_error *err)
{
    struct fp_source *source = NULL;
    FP_TRY(fp_blob_open(blob, 0, &source, err));
    return read_verified(source, descriptor, name, body, err);
}

enum fp_code fp_bytes_document(const char *bytes, size_t len,
                               const struct fp_descriptor *descriptor, const char *name,
                               struct fp_buf *body, struct fp_error *err)
{
    return read_verified(fp_source_memory(bytes, len), descriptor, name, body, err);
}

enum fp_code fp_blob_verify(const struct fp_blob *blob, const char *name, struct fp_stage *stage,
                            struct fp_error *err)
{
    struct fp_source *bytes = NULL;
    FP_TRY(fp_blob_open(blob, 0, &bytes, err));
    if (stage != NULL)
        bytes = fp_source_staged(bytes, stage);
    cleanup_source struct fp_source *source =
        fp_source_verified(bytes, fp_blob_descriptor(blob), name);
    cleanup_sink struct fp_sink *nowhere = fp_sink_null();
    return fp_stream_copy(source, nowhere, NULL, err);
}

char *fp_digest_short(const struct fp_digest *digest)
{
    return fp_xasprintf("%s:%.12s", fp_digest_algorithm_name(digest), fp_digest_hex(digest));
}

static const struct fp_digest *digest_of(const struct fp_blob *blob)
{
    return &fp_blob_descriptor(blob)->digest;
}

struct fp_blob *fp_blob_list_find(const struct fp_blob_list *list, const struct fp_digest *digest)
{
    for (size_t i = 0; i < list->len; i++)
        if (fp_digest_equal(digest_of(list->items[i]), digest))
            return list->items[i];
    return NULL;
}

void fp_blob_list_add(struct fp_blob_list *list, struct fp_blob *blob)
{
    if (fp_blob_list_find(list, digest_of(blob)) != NULL)
        return;
    list->items = fp_xreallocarray(list->items, list->len + 1, sizeof(struct fp_blob *));
    list->items[list->len++] = fp_blob_ref(blob);
}

void fp_blob_list_clear(struct fp_blob_list *list)
{
    for (size_t i = 0; i < list->len; i++)
        fp_blob_unref(list->items[i]);
    free(list->items);
    *list = (struct fp_blob_list){0};
}
