/* What refers to an image: listed by the repo, or in an index under a tag of its digest, which
 * several writers share. */
#include "flinkpack/store/referrers.h"

#include <string.h>

#include "document.h"

/* The most entries of an index that is written. */
#define MAX_ENTRIES 5000

bool fp_repo_can_attach(const struct fp_repo *repo)
{
    return repo->ops->change_name != NULL;
}

enum fp_code fp_repo_change_name(struct fp_repo *repo, const char *name,
                                 struct fp_name_change *change, struct fp_error *err)
{
    if (repo->ops->change_name == NULL)
        return fp_hinted(
            fp_fail(err, FP_E_USAGE, "%s: nothing can be attached to an image there", repo->title),
            err, "images in registries and OCI layouts can have signatures");
    return repo->ops->change_name(repo, name, change, err);
}

bool fp_is_attachment_name(const char *name)
{
    static const char prefix[] = "sha256-";
    size_t len = strlen(prefix);
    if (strncmp(name, prefix, len) != 0 || strspn(name + len, "0123456789abcdef") != 64)
        return false;
    return name[len + 64] == '\0' || name[len + 64] == '.';
}

static bool is_of_type(const struct fp_descriptor *entry, const char *artifact_type)
{
    const char *type = json_string_value(entry->artifact_type);
    return artifact_type == NULL || (type != NULL && strcmp(type, artifact_type) == 0);
}

static bool is_listed(const struct fp_index *list, const struct fp_digest *digest)
{
    for (size_t i = 0; i < list->manifest_count; i++)
        if (fp_digest_equal(&list->manifests[i].digest, digest))
            return true;
    return false;
}

/* Anybody may have written an entry, so that one that is wrong must not hide the others. */
static void take_entries(const json_t *entries, const char *artifact_type, struct fp_index *ret)
{
    size_t i = 0;
    json_t *entry = NULL;
    json_array_foreach(entries, i, entry)
    {
        cleanup_descriptor struct fp_descriptor found = {0};
        if (ret->manifest_count < FP_REFERRERS_MAX &&
            fp_descriptor_parse(entry, "referrers", &found, NULL) == FP_OK &&
            found.size <= FP_MANIFEST_MAX_BYTES && is_of_type(&found, artifact_type) &&
            !is_listed(ret, &found.digest))
            fp_index_add(ret, &found);
    }
}

enum fp_code fp_repo_list_referrers(struct fp_repo *repo, const struct fp_digest *subject,
                                    const char *artifact_type, struct fp_index *ret,
                                    struct fp_error *err)
{
    cleanup_json json_t *entries = json_array();
    if (repo->ops->list_referrers == NULL)
        return FP_OK;
    FP_TRY(repo->ops->list_referrers(repo, subject, artifact_type, entries, err));
    take_entries(entries, artifact_type, ret);
    return FP_OK;
}

/* The entries that are added to an index of referrers. */
struct addition {
    const char *title;
    const struct fp_index *referrers;
};

static json_t *new_index(void)
{
    json_t *document = json_object();
    fp_json_set(document, "schemaVersion", json_integer(2));
    fp_json_set_text(document, "mediaType", FP_MEDIA_OCI_INDEX);
    fp_json_set(document, "manifests", json_array());
    return document;
}

static bool has_digest(const json_t *entries, const char *digest)
{
    size_t i = 0;
    json_t *entry = NULL;
    json_array_foreach(entries, i, entry)
    {
        const char *have = fp_json_string(entry, "digest");
        if (have != NULL && strcmp(have, digest) == 0)
            return true;
    }
    return false;
}

/* Members and entries of others stay as they are, also those that are not known here. */
static enum fp_code read_index(const struct addition *addition, const char *bytes, size_t len,
                               json_t **ret, struct fp_error *err)
{
    cleanup_json json_t *document = NULL;
    FP_TRY(fp_json_parse(bytes, len, addition->title, &document, err));
    const char *type = NULL;
    FP_TRY(fp_document_type(document, NULL, addition->title, &type, err));
    if (strcmp(type, FP_MEDIA_OCI_INDEX) != 0)
        return fp_fail(err, FP_E_CONFLICT,
                       "%s: the tag for the referrers of the image is used for something else "
                       "(%s)",
                       addition->title, type);
    if (json_array_size(json_object_get(document, "manifests")) >= MAX_ENTRIES)
        return fp_fail(err, FP_E_INPUT, "%s: more than %d referrers", addition->title, MAX_ENTRIES);
    *ret = steal_pointer(&document);
    return FP_OK;
}

static enum fp_code add_entries(void *context, const char *bytes, size_t len,
                                struct fp_descriptor *ret, char **ret_bytes, struct fp_error *err)
{
    const struct addition *addition = context;
    cleanup_json json_t *document = NULL;
    bool is_changed = false;
    if (bytes != NULL)
        FP_TRY(read_index(addition, bytes, len, &document, err));
    else
        document = new_index();
    json_t *entries = json_object_get(document, "manifests");
    for (size_t i = 0; i < addition->referrers->manifest_count; i++) {
        const struct fp_descriptor *referrer = &addition->referrers->manifests[i];
        if (has_digest(entries, referrer->digest.text))
            continue;
        fp_json_append(entries, fp_descriptor_json(referrer));
        is_changed = true;
    }
    if (!is_changed)
        return FP_OK;
    *ret_bytes = fp_json_canonical(document);
    *ret = (struct fp_descriptor){.media_type = FP_MEDIA_OCI_INDEX, .size = strlen(*ret_bytes)};
    ret->digest = fp_digest_of(*ret_bytes, ret->size);
    return FP_OK;
}

enum fp_code fp_repo_add_referrers(struct fp_repo *repo, const struct fp_digest *subject,
                                   const struct fp_index *referrers, struct fp_error *err)
{
    if (referrers->manifest_count == 0 ||
        (repo->ops->keeps_referrers != NULL && repo->ops->keeps_referrers(repo)))
        return FP_OK;
    cleanup_free char *tag = fp_referrers_tag(subject, "");
    struct addition addition = {.title = repo->title, .referrers = referrers};
    struct fp_name_change change = {.make = add_entries, .context = &addition};
    return fp_repo_change_name(repo, tag, &change, err);
}
