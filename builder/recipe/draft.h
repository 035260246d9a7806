/**
 * @file
 * A layer being drafted: its entries, and what its recipe key is made of.
 */
#ifndef FLINKPACK_RECIPE_DRAFT_H
#define FLINKPACK_RECIPE_DRAFT_H

#include "layers.h"

/**
 * The entries of a layer, and the same as JSON with contents by digest, of which the recipe key is
 * made. Adding answers nothing: the first failure is kept, nothing is added behind it, and
 * fp_draft_check() and fp_draft_write() tell of it. Paths are relative to the root.
 */
struct fp_draft {
    const struct fp_layer_step *step;
    struct fp_layer_builder *builder;
    json_t *inputs;
};

/** Start one; files that bring no time get the step's. Release with fp_draft_clear(). */
struct fp_draft fp_draft_new(const struct fp_layer_step *step);
void fp_draft_clear(struct fp_draft *draft);
#define cleanup_draft __attribute__((cleanup(fp_draft_clear)))
/** A directory. */
void fp_draft_dir(struct fp_draft *draft, const char *path, unsigned mode, uint64_t uid,
                  uint64_t gid);
/** A file of these bytes (copied), with mode and owner of `as`, of which nothing else counts. */
void fp_draft_text(struct fp_draft *draft, const char *path, const struct fp_entry *as,
                   const char *text, size_t len);
/** A symbolic link. */
void fp_draft_link(struct fp_draft *draft, const char *path, const char *target);
/**
 * A local file, owned by root.
 * @param mode   Permission bits, or -1: 0755 where its owner may execute it, else 0644.
 * @param sha256 Its digest in hexadecimal where it is known; NULL: it is read for it. Other bytes
 *               are no more let into the layer.
 */
void fp_draft_file(struct fp_draft *draft, const char *path, int mode, const char *source,
                   const char *sha256);
/** The same for one that is open, and whose SHA-256 is known: no other bytes become a layer. */
void fp_draft_input(struct fp_draft *draft, const char *path, unsigned mode,
                    const struct fp_input *input);
/** Take away what lower layers have at `path`. */
void fp_draft_remove(struct fp_draft *draft, const char *path);
/** The first failure so far. */
FP_CHECKED enum fp_code fp_draft_check(const struct fp_draft *draft, struct fp_error *err);
/** Declare parents, write the layer, and apply it to the step's tree. */
FP_CHECKED enum fp_code fp_draft_write(struct fp_draft *draft, const char *kind,
                                       struct fp_layer *ret, struct fp_error *err);

/* What goes into the set-up, each in a file of its own. */

/** The account that Flink runs as: with --user a name for that user where the base has none. */
FP_CHECKED enum fp_code fp_draft_account(struct fp_draft *draft, struct fp_error *err);
/** /opt/flink: scripts, settings, and links to the distribution. */
FP_CHECKED enum fp_code fp_draft_home(struct fp_draft *draft, struct fp_error *err);
/** The configuration file `text` with what --conf asks for and nothing bound to localhost.
 * FP_E_INPUT for what is no text. */
FP_CHECKED enum fp_code fp_patch_conf(const struct fp_layer_step *step, const char *text,
                                      size_t len, char **ret, struct fp_error *err);
/** --lib, --plugin and --add. */
FP_CHECKED enum fp_code fp_draft_extras(struct fp_draft *draft, struct fp_error *err);
/** "/opt/flink" and "lib" -> "opt/flink/lib", where links lead in the image so far. The caller owns
 * it. */
char *fp_below_home(const struct fp_layer_step *step, const char *name);
/** --add: what is for the step's platform. */
FP_CHECKED enum fp_code fp_draft_adds(struct fp_draft *draft, struct fp_error *err);

#endif
