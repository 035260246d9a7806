/**
 * @file
 * cosign's tags: a manifest under a tag of the image's digest, with a layer for each signature
 * (`.sig`) or attestation (`.att`) of anybody.
 */
#ifndef FLINKPACK_TRUST_TAG_H
#define FLINKPACK_TRUST_TAG_H

#include "piece.h"

/** The pieces of one form that are added to such a tag. */
struct fp_tag_change {
    const struct fp_trust_image *image;
    const struct fp_pieces *pieces;
    enum fp_piece_form form;  /**< the others are left out */
    const struct fp_key *key; /**< what it has signed already is not added again; may be NULL */
    /** Called once, after it is known which pieces are there already; may be NULL. */
    void (*on_known)(void *context, bool is_all_there);
    void *context;
    unsigned attached;           /**< set by fp_tag_add() */
    unsigned existing;           /**< likewise */
    bool is_known;               /**< private */
    struct fp_digest prepared;   /**< private: the configuration that was put beforehand */
    struct fp_name_change *name; /**< private */
};

/** ".sig" or ".att". Static. */
const char *fp_tag_suffix(enum fp_piece_form form);
/** Add the pieces; layers of others stay. In a registry their blobs are put first, so that little
 * time passes between reading the tag and writing it. The codes of fp_trust_attach(). */
FP_CHECKED enum fp_code fp_tag_add(struct fp_tag_change *change, struct fp_error *err);

#endif
