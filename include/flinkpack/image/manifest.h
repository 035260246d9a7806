/**
 * @file
 * Manifests and indexes (OCI image-spec 1.1: manifest.md, image-index.md; Docker schema 2).
 */
#ifndef FLINKPACK_IMAGE_MANIFEST_H
#define FLINKPACK_IMAGE_MANIFEST_H

#include "flinkpack/image/descriptor.h"

/** The largest manifest, index or configuration that is read or written, in bytes. */
#define FP_MANIFEST_MAX_BYTES ((size_t) 4 << 20)
/** The most layers of an image, and the most manifests of an index. */
#define FP_MANIFEST_MAX_LAYERS 500

/** An image manifest. Owns its members; release with fp_manifest_clear(). */
struct fp_manifest {
    char media_type[FP_MEDIA_TYPE_MAX]; /**< its own */
    struct fp_descriptor config;
    struct fp_descriptor *layers; /**< bottom first */
    size_t layer_count;
    json_t *annotations; /**< an object or NULL */
};

/** An index. Owns its members; release with fp_index_clear(). */
struct fp_index {
    char media_type[FP_MEDIA_TYPE_MAX];
    struct fp_descriptor *manifests; /**< in document order */
    size_t manifest_count;
    json_t *annotations;
};

/**
 * Determine the media type of a document: the one that it states, checked against `content_type`
 * (NULL or "": not known) and against its members. Schema 1, documents that are manifest and index
 * at once (CVE-2021-41190) and contradicting types are refused.
 * @param ret The media type, one of the FP_MEDIA_ constants. Static.
 * @return FP_OK or FP_E_INPUT.
 */
FP_CHECKED enum fp_code fp_document_type(const json_t *document, const char *content_type,
                                         const char *name, const char **ret, struct fp_error *err);
/** Parse a manifest from its unchanged bytes. FP_OK or FP_E_INPUT naming `name`. */
FP_CHECKED enum fp_code fp_manifest_parse(const char *text, size_t len, const char *content_type,
                                          const char *name, struct fp_manifest *ret,
                                          struct fp_error *err);
/** Parse an index; likewise. */
FP_CHECKED enum fp_code fp_index_parse(const char *text, size_t len, const char *content_type,
                                       const char *name, struct fp_index *ret,
                                       struct fp_error *err);
/**
 * Choose the first of the best matching manifests of an index, in document order; attestations
 * (unknown/unknown) are skipped.
 * @param ret Borrowed from `index`; it may be another index.
 * @return FP_OK, or FP_E_NOT_FOUND listing the available platforms.
 */
FP_CHECKED enum fp_code fp_index_choose(const struct fp_index *index,
                                        const struct fp_platform *platform, const char *name,
                                        const struct fp_descriptor **ret, struct fp_error *err);
/** The manifest's bytes to store: canonical JSON with OCI media types. The caller owns them. */
char *fp_manifest_bytes(const struct fp_manifest *manifest);
/** The index likewise. */
char *fp_index_bytes(const struct fp_index *index);
/** Append a layer (copied). */
void fp_manifest_add_layer(struct fp_manifest *manifest, const struct fp_descriptor *layer);
/** Append a manifest (copied). */
void fp_index_add(struct fp_index *index, const struct fp_descriptor *manifest);
/** Release the members. */
void fp_manifest_clear(struct fp_manifest *manifest);
/** Release the members. */
void fp_index_clear(struct fp_index *index);

/** Declare a struct fp_manifest that is cleared at the end of its scope. */
#define cleanup_manifest __attribute__((cleanup(fp_manifest_clear)))
/** Declare a struct fp_index that is cleared at the end of its scope. */
#define cleanup_index __attribute__((cleanup(fp_index_clear)))

#endif
