/**
 * @file
 * Declarations shared by the files of this directory.
 */
#ifndef FLINKPACK_IMAGE_INTERNAL_H
#define FLINKPACK_IMAGE_INTERNAL_H

#include "flinkpack/image.h"

/** Cast away const for Jansson's iteration, which does not change the object. */
static inline json_t *json_iterable(const json_t *value)
{
    return (json_t *) (uintptr_t) value;
}

/** Check a repository name; FP_E_USAGE naming the reference `text` and the character. */
FP_CHECKED enum fp_code fp_repository_check(const char *text, const char *repository,
                                            struct fp_error *err);
/** Check a registry, which is a host with an optional port; likewise. */
FP_CHECKED enum fp_code fp_registry_check(const char *text, const char *registry,
                                          struct fp_error *err);
/** Check a tag; likewise. */
FP_CHECKED enum fp_code fp_tag_check(const char *text, const char *tag, struct fp_error *err);

/** Whether it is TYPE/SUBTYPE of RFC 6838, without parameters and shorter than FP_MEDIA_TYPE_MAX.
 */
bool fp_media_is_valid(const char *media_type);

/**
 * Read "os", "architecture", "variant" and "os.version" of an object and normalise them. Missing
 * members are left empty.
 */
FP_CHECKED enum fp_code fp_platform_from_json(const json_t *object, const char *name,
                                              struct fp_platform *ret, struct fp_error *err);
/** Set the members of an object that the platform states. */
void fp_platform_to_json(const struct fp_platform *platform, json_t *object);
/** A score of how well `have` fits `want`: 0 means not at all, more is better. Both normalised. */
unsigned fp_platform_score(const struct fp_platform *want, const struct fp_platform *have);

/** Parse a manifest or index of at most FP_MANIFEST_MAX_BYTES, and determine its media type. */
FP_CHECKED enum fp_code fp_document_read(const char *text, size_t len, const char *content_type,
                                         const char *name, json_t **ret, const char **ret_type,
                                         struct fp_error *err);
/** Make the bytes to store: canonical JSON of an object, to which "schemaVersion", `media_type` and
 * `annotations` (may be NULL) are added. The caller owns them. */
char *fp_document_bytes(json_t *take_members, const char *media_type, json_t *annotations);
/**
 * Read the array of descriptors at `key`, at most FP_MANIFEST_MAX_LAYERS of them.
 * @param items Filled up to `*count`, also on failure; release with fp_descriptors_clear().
 */
FP_CHECKED enum fp_code fp_descriptors_read(const json_t *document, const char *key,
                                            const char *name, struct fp_descriptor **items,
                                            size_t *count, struct fp_error *err);
/** Free them. */
void fp_descriptors_clear(struct fp_descriptor **items, size_t *count);
/** Append a copy of `item`. */
void fp_descriptors_append(struct fp_descriptor **items, size_t *count,
                           const struct fp_descriptor *item);
/** Read the annotations of a document: a new reference, or NULL if there are none. */
FP_CHECKED enum fp_code fp_annotations_read(const json_t *document, const char *name, json_t **ret,
                                            struct fp_error *err);

/** Make the new history: the base's, corrected to its number of layers, and an entry for each layer
 * of `change`. */
json_t *fp_history_extend(const struct fp_config *base, const struct fp_config_change *change);
/** Check a history. FP_E_INPUT if it is not valid. */
FP_CHECKED enum fp_code fp_history_check(const json_t *history, const char *name,
                                         struct fp_error *err);

#endif
