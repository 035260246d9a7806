/* Attachments in a layout: names are changed under its lock, and manifests with a subject are found
 * by index.json and by the index that lists referrers. */
#include <string.h>

#include "document.h"
#include "flinkpack/store/referrers.h"
#include "layout_index.h"

/* The most manifests that are read to see what they refer to. */
#define MAX_READ 200

static enum fp_code read_document(struct fp_repo *self, const struct fp_descriptor *descriptor,
                                  json_t **ret, struct fp_error *err)
{
    cleanup_buf struct fp_buf body = FP_BUF_INIT(FP_MANIFEST_MAX_BYTES);
    FP_TRY(fp_repo_get_document(self, descriptor, &body, err));
    return fp_json_parse(fp_buf_text(&body), body.len, self->title, ret, err);
}

static enum fp_code list_of_name(struct fp_repo *self, const struct fp_layout_index *index,
                                 const char *name, json_t *entries, struct fp_error *err)
{
    cleanup_descriptor struct fp_descriptor found = {0};
    cleanup_json json_t *document = NULL;
    if (fp_layout_index_find(index, name, self->title, &found, NULL) != FP_OK)
        return FP_OK;
    FP_TRY(read_document(self, &found, &document, err));
    (void) json_array_extend(entries, json_object_get(document, "manifests"));
    return FP_OK;
}

/* The type of an artifact is that of its configuration if it does not say (image-spec 1.1,
 * manifest.md, "Guidelines for Artifact Usage"). */
static void add_if_refers(const json_t *document, const struct fp_digest *subject,
                          struct fp_descriptor *entry, json_t *entries)
{
    const char *digest = fp_json_string(json_object_get(document, "subject"), "digest");
    const char *type = fp_json_string(document, "artifactType");
    if (digest == NULL || strcmp(digest, subject->text) != 0)
        return;
    if (type == NULL)
        type = fp_json_string(json_object_get(document, "config"), "mediaType");
    json_t *object = fp_descriptor_json(entry);
    fp_json_set_text(object, "artifactType", type);
    fp_json_set(object, "annotations", json_incref(json_object_get(document, "annotations")));
    fp_json_append(entries, object);
}

static void scan_subjects(struct fp_repo *self, const struct fp_layout_index *index,
                          const struct fp_digest *subject, json_t *entries)
{
    const json_t *list = json_object_get(index->document, "manifests");
    size_t i = 0;
    json_t *object = NULL;
    json_array_foreach(list, i, object)
    {
        cleanup_descriptor struct fp_descriptor entry = {0};
        cleanup_json json_t *document = NULL;
        if (i >= MAX_READ)
            return;
        if (fp_descriptor_parse(object, self->title, &entry, NULL) == FP_OK &&
            fp_media_is_manifest(entry.media_type) && !fp_digest_equal(&entry.digest, subject) &&
            read_document(self, &entry, &document, NULL) == FP_OK)
            add_if_refers(document, subject, &entry, entries);
    }
}

enum fp_code fp_layout_list_referrers(struct fp_repo *self, const char *path,
                                      const struct fp_digest *subject, json_t *entries,
                                      struct fp_error *err)
{
    cleanup_layout_index struct fp_layout_index index = {0};
    cleanup_free char *name = fp_referrers_tag(subject, "");
    FP_TRY(fp_layout_read_index(path, &index, err));
    FP_TRY(list_of_name(self, &index, name, entries, err));
    scan_subjects(self, &index, subject, entries);
    return FP_OK;
}

enum fp_code fp_layout_change_name(struct fp_repo *self, const char *path, const char *name,
                                   struct fp_name_change *change, struct fp_error *err)
{
    cleanup_fd int lock = -1;
    cleanup_layout_index struct fp_layout_index index = {0};
    cleanup_descriptor struct fp_descriptor found = {0};
    cleanup_descriptor struct fp_descriptor made = {0};
    cleanup_buf struct fp_buf body = FP_BUF_INIT(FP_MANIFEST_MAX_BYTES);
    cleanup_free char *bytes = NULL;
    FP_TRY(fp_layout_lock_index(path, &lock, err));
    FP_TRY(fp_layout_read_index(path, &index, err));
    bool is_there = fp_layout_index_find(&index, name, self->title, &found, NULL) == FP_OK;
    if (is_there)
        FP_TRY(fp_repo_get_document(self, &found, &body, err));
    FP_TRY(change->make(change->context, is_there ? fp_buf_text(&body) : NULL, body.len, &made,
                        &bytes, err));
    if (bytes == NULL)
        return FP_OK;
    FP_TRY(fp_repo_put_document(self, &made, bytes, err));
    fp_layout_index_set(&index, &made, name);
    return fp_layout_write_index(path, &index, err);
}
