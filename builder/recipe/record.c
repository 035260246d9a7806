/* Records of layers, and their JSON. */
#include "record.h"

#include "flinkpack/image/manifest.h"

#include <stdlib.h>
#include <string.h>

/* The digits of each input's SHA-256 that count for the key. */
#define INPUT_DIGITS 32

void fp_json_sha256(const json_t *value, char ret_hex[FP_HASH_HEX_MAX])
{
    cleanup_free char *text = fp_json_canonical(value);
    fp_hash_bytes(FP_SHA256, text, strlen(text), ret_hex);
}

void fp_record_begin(struct fp_record *record, const char *kind, const json_t *inputs)
{
    const char *name = NULL;
    json_t *value = NULL;
    (void) snprintf(record->kind, sizeof(record->kind), "%s", kind);
    record->facts = json_object();
    record->inputs = json_object();
    json_object_foreach((json_t *) (uintptr_t) inputs, name, value)
    {
        char hex[FP_HASH_HEX_MAX];
        fp_json_sha256(value, hex);
        hex[INPUT_DIGITS] = '\0';
        fp_json_set_text(record->inputs, name, hex);
    }
    fp_record_set_key(record);
}

void fp_record_set_key(struct fp_record *record)
{
    cleanup_json json_t *recipe = json_pack("{s:s, s:i, s:O}", "kind", record->kind, "layout",
                                            FP_LAYOUT_NUMBER, "inputs", record->inputs);
    fp_json_sha256(recipe, record->key);
}

bool fp_record_has_layer(const struct fp_record *record)
{
    return fp_digest_is_set(&record->diff_id);
}

json_t *fp_record_json(const struct fp_record *record, bool with_blob)
{
    json_t *value = json_pack("{s:s, s:s, s:O, s:O}", "kind", record->kind, "key", record->key,
                              "inputs", record->inputs, "facts", record->facts);
    if (!fp_record_has_layer(record))
        return value;
    fp_json_set_text(value, "diffId", record->diff_id.text);
    if (with_blob)
        fp_json_set(value, "blob", fp_descriptor_json(&record->blob));
    return value;
}

static bool is_key(const char *text)
{
    return text != NULL && strlen(text) == 64 && strspn(text, "0123456789abcdef") == 64;
}

static bool parse_layer(const json_t *value, struct fp_record *record)
{
    const char *diff_id = fp_json_string(value, "diffId");
    const json_t *blob = json_object_get(value, "blob");
    if (diff_id == NULL)
        return blob == NULL;
    return fp_digest_parse(diff_id, "diffId", &record->diff_id, NULL) == FP_OK &&
           (blob == NULL || fp_descriptor_parse(blob, "blob", &record->blob, NULL) == FP_OK);
}

bool fp_record_parse(const json_t *value, struct fp_record *ret)
{
    const char *kind = fp_json_string(value, "kind");
    const char *key = fp_json_string(value, "key");
    json_t *facts = json_object_get(value, "facts");
    json_t *inputs = json_object_get(value, "inputs");
    cleanup_record struct fp_record record = {0};
    if (kind == NULL || strlen(kind) >= sizeof(record.kind) || !is_key(key) ||
        !json_is_object(facts) || !json_is_object(inputs) || !parse_layer(value, &record))
        return false;
    (void) snprintf(record.kind, sizeof(record.kind), "%s", kind);
    (void) snprintf(record.key, sizeof(record.key), "%s", key);
    record.facts = json_incref(facts);
    record.inputs = json_incref(inputs);
    *ret = record;
    memset(&record, 0, sizeof(record));
    return true;
}

struct fp_record fp_record_copy(const struct fp_record *record)
{
    struct fp_record copy = *record;
    copy.blob = fp_descriptor_copy(&record->blob);
    json_incref(copy.facts);
    json_incref(copy.inputs);
    return copy;
}

void fp_record_clear(struct fp_record *record)
{
    fp_descriptor_clear(&record->blob);
    json_decref(record->facts);
    json_decref(record->inputs);
    memset(record, 0, sizeof(*record));
}

/* The time of a layer follows from its other inputs, so it is named only if nothing else is. */
static bool is_better(const char *name, const char *than)
{
    return than == NULL || strcmp(than, "time") == 0 ||
           (strcmp(than, "compression") == 0 && strcmp(name, "time") != 0);
}

const char *fp_record_difference(const struct fp_record *a, const struct fp_record *b)
{
    const char *found = NULL;
    const char *name = NULL;
    json_t *value = NULL;
    json_object_foreach(a->inputs, name, value)
    {
        if (!json_equal(value, json_object_get(b->inputs, name)) && is_better(name, found))
            found = name;
    }
    json_object_foreach(b->inputs, name, value)
    {
        if (json_object_get(a->inputs, name) == NULL && is_better(name, found))
            found = name;
    }
    return found;
}

#define SEAL_DIGITS 32

static void add_digest(json_t *all, const struct fp_descriptor *descriptor)
{
    fp_json_append(all, json_string(descriptor->digest.text));
}

static char *seal(const char *key, const struct fp_descriptor *first,
                  const struct fp_descriptor *rest, size_t count)
{
    char hex[FP_HASH_HEX_MAX];
    cleanup_json json_t *all = json_array();
    if (first != NULL)
        add_digest(all, first);
    for (size_t i = 0; i < count; i++)
        add_digest(all, &rest[i]);
    fp_json_sha256(all, hex);
    return fp_xasprintf("%s.%.*s", key, SEAL_DIGITS, hex);
}

char *fp_seal_manifest(const char *key, const struct fp_manifest *manifest)
{
    return seal(key, &manifest->config, manifest->layers, manifest->layer_count);
}

char *fp_seal_index(const char *key, const struct fp_index *index)
{
    return seal(key, NULL, index->manifests, index->manifest_count);
}

/* The key without its seal. NULL: there is none. */
static char *key_of(const json_t *annotations)
{
    const char *text = fp_json_string(annotations, FP_ANNOTATION_RECIPE);
    const char *end = text != NULL ? strrchr(text, '.') : NULL;
    return end != NULL ? fp_xstrndup(text, (size_t) (end - text)) : NULL;
}

static char *unseal(char *take_key, const char *sealed, const json_t *annotations)
{
    if (strcmp(sealed, fp_json_string(annotations, FP_ANNOTATION_RECIPE)) == 0)
        return take_key;
    free(take_key);
    return NULL;
}

char *fp_unseal_manifest(const struct fp_manifest *manifest)
{
    char *key = key_of(manifest->annotations);
    cleanup_free char *sealed = key != NULL ? fp_seal_manifest(key, manifest) : NULL;
    return key != NULL ? unseal(key, sealed, manifest->annotations) : NULL;
}

char *fp_unseal_index(const struct fp_index *index)
{
    char *key = key_of(index->annotations);
    cleanup_free char *sealed = key != NULL ? fp_seal_index(key, index) : NULL;
    return key != NULL ? unseal(key, sealed, index->annotations) : NULL;
}
