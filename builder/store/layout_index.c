/* The content of a layout's index.json, which maps names to images. */
#include "layout_index.h"

#include <string.h>

#include "flinkpack/store/referrers.h"

/* The number of names that an error lists. */
#define LISTED_NAMES 8

struct fp_layout_index fp_layout_index_new(void)
{
    json_t *document = json_pack("{s:i, s:s, s:[]}", "schemaVersion", 2, "mediaType",
                                 FP_MEDIA_OCI_INDEX, "manifests");
    if (document == NULL)
        abort();
    return (struct fp_layout_index){.document = document};
}

static json_t *entries_of(const struct fp_layout_index *index)
{
    return json_object_get(index->document, "manifests");
}

static enum fp_code check_entries(const json_t *entries, const char *name, struct fp_error *err)
{
    size_t i = 0;
    json_t *entry = NULL;
    json_array_foreach(entries, i, entry)
    {
        if (!json_is_object(entry) || fp_json_string(entry, "digest") == NULL)
            return fp_fail(err, FP_E_INPUT, "%s: entry %zu of manifests is no descriptor", name, i);
    }
    return FP_OK;
}

enum fp_code fp_layout_index_parse(const char *text, size_t len, const char *name,
                                   struct fp_layout_index *ret, struct fp_error *err)
{
    cleanup_json json_t *document = NULL;
    FP_TRY(fp_json_parse(text, len, name, &document, err));
    if (json_integer_value(json_object_get(document, "schemaVersion")) != 2)
        return fp_fail(err, FP_E_INPUT,
                       "%s: not the index of an OCI layout: schemaVersion is not 2", name);
    const json_t *entries = json_object_get(document, "manifests");
    if (!json_is_array(entries))
        return fp_fail(err, FP_E_INPUT, "%s: not the index of an OCI layout: no array manifests",
                       name);
    FP_TRY(check_entries(entries, name, err));
    ret->document = steal_pointer(&document);
    return FP_OK;
}

static const char *annotation_of(const json_t *entry, const char *key)
{
    return fp_json_string(json_object_get(entry, "annotations"), key);
}

static bool is_annotated(const json_t *entry, const char *key, const char *value)
{
    const char *have = annotation_of(entry, key);
    return have != NULL && strcmp(have, value) == 0;
}

static json_t *find_annotated(const json_t *entries, const char *key, const char *value)
{
    size_t i = 0;
    json_t *entry = NULL;
    json_array_foreach(entries, i, entry)
    {
        if (is_annotated(entry, key, value))
            return entry;
    }
    return NULL;
}

static json_t *find_named(const json_t *entries, const char *name)
{
    json_t *entry = find_annotated(entries, FP_ANNOTATION_REF_NAME, name);
    return entry != NULL ? entry : find_annotated(entries, FP_ANNOTATION_CONTAINERD_NAME, name);
}

static json_t *find_digest(const json_t *entries, const char *digest)
{
    size_t i = 0;
    json_t *entry = NULL;
    json_array_foreach(entries, i, entry)
    {
        if (strcmp(fp_json_string(entry, "digest"), digest) == 0)
            return entry;
    }
    return NULL;
}

/* Signatures and the like lie beside the image that they are attached to. */
static bool is_attached(const json_t *entry)
{
    const char *name = annotation_of(entry, FP_ANNOTATION_REF_NAME);
    return (name != NULL && fp_is_attachment_name(name)) ||
           fp_json_string(entry, "artifactType") != NULL;
}

/* Find the only image, which may have several names; NULL if there is not exactly one. */
static json_t *find_only(const json_t *entries)
{
    json_t *only = NULL;
    size_t i = 0;
    json_t *entry = NULL;
    json_array_foreach(entries, i, entry)
    {
        if (is_attached(entry))
            continue;
        if (only != NULL &&
            strcmp(fp_json_string(entry, "digest"), fp_json_string(only, "digest")) != 0)
            return NULL;
        only = entry;
    }
    return only;
}

static json_t *find(const json_t *entries, const char *name)
{
    if (name == NULL)
        return find_only(entries);
    json_t *entry = find_named(entries, name);
    const char *at = strchr(name, '@');
    const char *digest = at != NULL ? at + 1 : name;
    if (entry == NULL)
        entry = find_digest(entries, digest);
    const char *slash = strrchr(name, '/');
    if (entry != NULL || at != NULL || strchr(slash != NULL ? slash : name, ':') != NULL)
        return entry;
    cleanup_free char *latest = fp_xasprintf("%s:%s", name, FP_TAG_DEFAULT);
    return find_named(entries, latest);
}

enum fp_code fp_fail_no_image(const char *title, const char *name, const struct fp_strv *names,
                              struct fp_error *err)
{
    cleanup_free char *list = fp_strv_join_first(names, LISTED_NAMES);
    const char *reason = names->len > 0 ? "several images, and no name says which"
                                        : "no image, or several without a name";
    enum fp_code code = name != NULL
                            ? fp_fail(err, FP_E_NOT_FOUND, "%s: no image '%s'", title, name)
                            : fp_fail(err, FP_E_NOT_FOUND, "%s: %s", title, reason);
    if (names->len > 0)
        return fp_hinted(code, err, "there are: %s", list);
    return fp_hinted(code, err, "name an image by its digest, or put one there first");
}

enum fp_code fp_layout_index_find(const struct fp_layout_index *index, const char *name,
                                  const char *title, struct fp_descriptor *ret,
                                  struct fp_error *err)
{
    const json_t *entry = find(entries_of(index), name);
    if (entry != NULL)
        return fp_descriptor_parse(entry, title, ret, err);
    cleanup_strv struct fp_strv names = {0};
    fp_layout_index_names(index, &names);
    return fp_fail_no_image(title, name, &names, err);
}

/* Make an entry with `name` from a descriptor, without the descriptor's other names. */
static json_t *make_entry(const struct fp_descriptor *descriptor, const char *name)
{
    struct fp_descriptor bare = *descriptor;
    bare.annotations = NULL;
    json_t *entry = fp_descriptor_json(&bare);
    json_t *annotations =
        descriptor->annotations != NULL ? json_copy(descriptor->annotations) : json_object();
    (void) json_object_del(annotations, FP_ANNOTATION_REF_NAME);
    (void) json_object_del(annotations, FP_ANNOTATION_CONTAINERD_NAME);
    fp_json_set_text(annotations, FP_ANNOTATION_REF_NAME, name);
    if (json_object_size(annotations) > 0)
        (void) json_object_set(entry, "annotations", annotations);
    json_decref(annotations);
    return entry;
}

static bool remove_name(json_t *entries, const char *name)
{
    size_t before = json_array_size(entries);
    for (size_t i = before; i > 0; i--) {
        const json_t *entry = json_array_get(entries, i - 1);
        if (is_annotated(entry, FP_ANNOTATION_REF_NAME, name) ||
            is_annotated(entry, FP_ANNOTATION_CONTAINERD_NAME, name))
            (void) json_array_remove(entries, i - 1);
    }
    return json_array_size(entries) < before;
}

void fp_layout_index_set(struct fp_layout_index *index, const struct fp_descriptor *descriptor,
                         const char *name)
{
    json_t *entries = entries_of(index);
    if (name == NULL && find_digest(entries, descriptor->digest.text) != NULL)
        return;
    if (name != NULL)
        (void) remove_name(entries, name);
    fp_json_append(entries, make_entry(descriptor, name));
}

static void remove_digest(json_t *entries, const char *digest)
{
    for (size_t i = json_array_size(entries); i > 0; i--)
        if (strcmp(fp_json_string(json_array_get(entries, i - 1), "digest"), digest) == 0)
            (void) json_array_remove(entries, i - 1);
}

/* What is attached to an image goes with its last name. */
static void remove_attachments(json_t *entries, const char *digest_text)
{
    struct fp_digest digest = {0};
    if (find_digest(entries, digest_text) != NULL ||
        fp_digest_parse(digest_text, "", &digest, NULL) != FP_OK)
        return;
    cleanup_free char *tag = fp_referrers_tag(&digest, "");
    for (size_t i = json_array_size(entries); i > 0; i--) {
        const json_t *entry = json_array_get(entries, i - 1);
        const char *name = annotation_of(entry, FP_ANNOTATION_REF_NAME);
        if (name != NULL && is_attached(entry) && strncmp(name, tag, strlen(tag)) == 0)
            (void) json_array_remove(entries, i - 1);
    }
}

bool fp_layout_index_forget(struct fp_layout_index *index, const char *name)
{
    json_t *entries = entries_of(index);
    const json_t *entry = find(entries, name);
    cleanup_free char *latest = fp_xasprintf("%s:%s", name, FP_TAG_DEFAULT);
    if (entry == NULL)
        return false;
    cleanup_free char *digest = fp_xstrdup(fp_json_string(entry, "digest"));
    if (!remove_name(entries, name) && !remove_name(entries, latest))
        remove_digest(entries, digest);
    remove_attachments(entries, digest);
    return true;
}

static const char *name_of(const json_t *entry)
{
    const char *name = annotation_of(entry, FP_ANNOTATION_REF_NAME);
    return name != NULL ? name : annotation_of(entry, FP_ANNOTATION_CONTAINERD_NAME);
}

void fp_layout_index_names(const struct fp_layout_index *index, struct fp_strv *ret)
{
    size_t i = 0;
    json_t *entry = NULL;
    json_array_foreach(entries_of(index), i, entry)
    {
        const char *name = name_of(entry);
        if (name != NULL && !is_attached(entry))
            fp_strv_add(ret, name);
    }
    fp_strv_sort(ret);
}

static int compare_names(const void *a, const void *b)
{
    const struct fp_layout_name *left = a;
    const struct fp_layout_name *right = b;
    return strcmp(left->name, right->name);
}

enum fp_code fp_layout_index_list(const struct fp_layout_index *index, const char *title,
                                  struct fp_layout_names *ret, struct fp_error *err)
{
    const json_t *entries = entries_of(index);
    size_t i = 0;
    json_t *entry = NULL;
    ret->items = fp_xcalloc(json_array_size(entries), sizeof(*ret->items));
    json_array_foreach(entries, i, entry)
    {
        if (name_of(entry) == NULL || is_attached(entry))
            continue;
        FP_TRY(fp_descriptor_parse(entry, title, &ret->items[ret->len].descriptor, err));
        ret->items[ret->len++].name = fp_xstrdup(name_of(entry));
    }
    if (ret->len > 1)
        qsort(ret->items, ret->len, sizeof(*ret->items), compare_names);
    return FP_OK;
}

void fp_layout_names_clear(struct fp_layout_names *names)
{
    for (size_t i = 0; i < names->len; i++) {
        free(names->items[i].name);
        fp_descriptor_clear(&names->items[i].descriptor);
    }
    free(names->items);
    *names = (struct fp_layout_names){0};
}

char *fp_layout_index_bytes(const struct fp_layout_index *index)
{
    return fp_json_canonical(index->document);
}

void fp_layout_index_clear(struct fp_layout_index *index)
{
    json_decref(index->document);
    index->document = NULL;
}
