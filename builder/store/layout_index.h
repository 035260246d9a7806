/**
 * @file
 * The text of a layout's index.json and oci-layout. Pure.
 */
#ifndef FLINKPACK_STORE_LAYOUT_INDEX_H
#define FLINKPACK_STORE_LAYOUT_INDEX_H

#include "flinkpack/store/layout.h"

/** The annotation that names an image in a layout (image-spec 1.1, annotations.md). */
#define FP_ANNOTATION_REF_NAME "org.opencontainers.image.ref.name"
/** Where containerd, BuildKit and docker save put the full name; read, never written. */
#define FP_ANNOTATION_CONTAINERD_NAME "io.containerd.image.name"

/** Longest name of an image in a layout. */
#define FP_LAYOUT_NAME_MAX 512

/** An index.json; unknown members and entries are kept as they are. */
struct fp_layout_index {
    json_t *document;
};
/** One without images. */
struct fp_layout_index fp_layout_index_new(void);
/** Parse and check the outline. FP_E_INPUT naming `name`. */
FP_CHECKED enum fp_code fp_layout_index_parse(const char *text, size_t len, const char *name,
                                              struct fp_layout_index *ret, struct fp_error *err);
/**
 * The descriptor of an image: by ref.name, else by containerd's name, else by either with
 * ":latest", else by digest ("sha256:HEX" or "...@sha256:HEX"); NULL is the only image.
 * @param title Names the place in errors.
 * @param ret   The caller clears it.
 * @return FP_E_NOT_FOUND listing some of the names.
 */
FP_CHECKED enum fp_code fp_layout_index_find(const struct fp_layout_index *index, const char *name,
                                             const char *title, struct fp_descriptor *ret,
                                             struct fp_error *err);
/** Let `name` stand for an image from now on; NULL: list the image without a name. */
void fp_layout_index_set(struct fp_layout_index *index, const struct fp_descriptor *descriptor,
                         const char *name);
/** Take away what fp_layout_index_find() finds for `name`: that name, or all names of a digest. */
bool fp_layout_index_forget(struct fp_layout_index *index, const char *name);
/** The names in it, as stored, sorted. */
void fp_layout_index_names(const struct fp_layout_index *index, struct fp_strv *ret);
/** All named images, sorted by name. */
FP_CHECKED enum fp_code fp_layout_index_list(const struct fp_layout_index *index, const char *title,
                                             struct fp_layout_names *ret, struct fp_error *err);
/** The bytes to store. The caller owns them. */
char *fp_layout_index_bytes(const struct fp_layout_index *index);
/** Release. */
void fp_layout_index_clear(struct fp_layout_index *index);
/** FP_E_NOT_FOUND for `name` (NULL: more than one image), with the names that there are. */
FP_CHECKED enum fp_code fp_fail_no_image(const char *title, const char *name,
                                         const struct fp_strv *names, struct fp_error *err);

/** Declare an index.json that is cleared at the end of its scope. */
#define cleanup_layout_index __attribute__((cleanup(fp_layout_index_clear)))

/** Check the bytes of a file oci-layout. FP_E_INPUT naming `name`. */
FP_CHECKED enum fp_code fp_layout_marker_check(const char *text, size_t len, const char *name,
                                               struct fp_error *err);
/** The bytes of a file oci-layout. */
#define FP_LAYOUT_MARKER "{\"imageLayoutVersion\":\"1.0.0\"}"

#endif
