/**
 * @file
 * Records of layers: what is known of a layer without reading it. They travel in the label
 * `flinkpack.recipes` of an image, and lie in the local cache; see builder/README.md.
 */
#ifndef FLINKPACK_RECIPE_RECORD_H
#define FLINKPACK_RECIPE_RECORD_H

#include "flinkpack/layer.h"

/** Part of every recipe key; increase it whenever the same inputs give different layers. */
#define FP_LAYOUT_NUMBER 2
/** The most layers that are added to a base. */
#define FP_OWN_LAYERS_MAX 32
/** The label that holds the records of an image, as JSON. */
#define FP_LABEL_RECIPES "flinkpack.recipes"
/** The annotation of a manifest or index by which an unchanged image is known: fp_image_key(), and
 * fp_seal() of what the document names, because other tools keep annotations of what they change.
 */
#define FP_ANNOTATION_RECIPE "flinkpack.recipe"

/** The record of a layer. Zero-initialise; release with fp_record_clear(). */
struct fp_record {
    char kind[16];             /**< "packages", "distribution", "hadoop", "setup", "job"; with
                                    append "layer" and "files" */
    char key[FP_HASH_HEX_MAX]; /**< SHA-256 of the inputs, in hexadecimal */
    struct fp_descriptor blob; /**< zero: the layer would be empty, so the image has none */
    struct fp_digest diff_id;  /**< likewise */
    json_t *inputs;            /**< {NAME: first 32 digits of its SHA-256} */
    json_t *facts;             /**< what later steps ask of the layer; an object, owned */
};

/** Start the record of a layer that is made of `inputs` (an object, borrowed): set its kind, key
 * and inputs, and empty facts. */
void fp_record_begin(struct fp_record *record, const char *kind, const json_t *inputs);
/** Compute the key again after an input was replaced in record->inputs. */
void fp_record_set_key(struct fp_record *record);
/** Whether the image has a layer for it. */
bool fp_record_has_layer(const struct fp_record *record);
/** As JSON, for a label (`with_blob` false: the image's manifest has the descriptor) or for the
 * cache. A new reference. */
json_t *fp_record_json(const struct fp_record *record, bool with_blob);
/**
 * Parse what fp_record_json() wrote. JSON that is no record, or of another layout, is no error.
 * @param ret Cleared by the caller, only after success.
 * @return Whether it is a record.
 */
bool fp_record_parse(const json_t *value, struct fp_record *ret);
/** Copy a record; the JSON values are shared. */
struct fp_record fp_record_copy(const struct fp_record *record);
/** Release the members. */
void fp_record_clear(struct fp_record *record);
/** Declare a record that is cleared at the end of its scope. */
#define cleanup_record __attribute__((cleanup(fp_record_clear)))

/** The name of the first input in which two records of one kind differ; NULL: none. Borrowed from
 * `a` or `b`. */
const char *fp_record_difference(const struct fp_record *a, const struct fp_record *b);
/** The SHA-256 of a JSON value's canonical form, in hexadecimal. */
void fp_json_sha256(const json_t *value, char ret_hex[FP_HASH_HEX_MAX]);

struct fp_manifest;
struct fp_index;
/** What binds the annotation to the document. The caller owns them. */
char *fp_seal_manifest(const char *key, const struct fp_manifest *manifest);
char *fp_seal_index(const char *key, const struct fp_index *index);
/** The key of an annotation, if the seal is right. The caller owns it, or NULL. */
char *fp_unseal_manifest(const struct fp_manifest *manifest);
char *fp_unseal_index(const struct fp_index *index);

#endif
