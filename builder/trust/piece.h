/**
 * @file
 * The pieces that are attached to an image, each with the form that it is written in.
 */
#ifndef FLINKPACK_TRUST_PIECE_H
#define FLINKPACK_TRUST_PIECE_H

#include "flinkpack/trust/attach.h"

/** The forms. */
enum fp_piece_form {
    FP_PIECE_SIG,      /**< a layer under the tag ".sig" */
    FP_PIECE_ATT,      /**< a layer under the tag ".att" */
    FP_PIECE_REFERRER, /**< the layer of a manifest of its own, whose subject is the image */
};

/** One piece. */
struct fp_piece {
    enum fp_piece_form form;
    struct fp_blob *blob;
    json_t *annotations; /**< of the layer, or of the manifest of a referrer; an object or NULL */
    char *artifact_type; /**< of a referrer */
    char *statement;     /**< that it is the signature of; NULL: it is of something else */
};

/** Several. Zero-initialise; release with fp_pieces_clear(). */
struct fp_pieces {
    struct fp_piece *items;
    size_t len;
};
/** Append. The list owns copies and references of its own of what is borrowed, and `take_text`. */
void fp_pieces_add(struct fp_pieces *pieces, enum fp_piece_form form, const char *media_type,
                   char *take_text, size_t len, json_t *take_annotations);
/** Release the members. */
void fp_pieces_clear(struct fp_pieces *pieces);
/** Declare pieces that are cleared at the end of their scope. */
#define cleanup_pieces __attribute__((cleanup(fp_pieces_clear)))

/** Put blobs side by side. */
FP_CHECKED enum fp_code fp_blobs_put(struct fp_repo *repo, struct fp_blob *const *blobs,
                                     size_t count, struct fp_error *err);

/** Make the pieces of what a key signs, and of artifacts. FP_E_INTERNAL. */
FP_CHECKED enum fp_code fp_pieces_sign(const struct fp_trust_image *image,
                                       const struct fp_trust_work *work, struct fp_pieces *ret,
                                       struct fp_error *err);
/** Let a program make pieces. FP_E_INPUT naming it, and the codes of fp_process_run(). */
FP_CHECKED enum fp_code fp_pieces_of_signer(const struct fp_trust_image *image, const char *signer,
                                            struct fp_pieces *ret, struct fp_error *err);
/** Read what a program said of `image`. FP_E_INPUT; FP_E_VERIFY if it is about another image. */
FP_CHECKED enum fp_code fp_signer_parse(const char *text, size_t len, const struct fp_digest *image,
                                        struct fp_pieces *ret, struct fp_error *err);

#endif
