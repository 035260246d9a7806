/**
 * @file
 * A draft of a layer: its entries.
 */
#ifndef FLINKPACK_RECIPE_DRAFT_H
#define FLINKPACK_RECIPE_DRAFT_H

#include "layers.h"

/**
 * The entries of a layer, and the same as JSON with the digests of contents. The draft keeps the
 * first failure of adding and adds nothing after it; fp_draft_check() and fp_draft_write() return
 * it. Paths are relative to the root.
 */
struct fp_draft {
    const struct fp_layer_step *step;
    struct fp_layer_builder *builder;
    json_t *inputs;
    bool is_listing; /**< only `inputs` are wanted: nothing is reported */
};

/** Start a draft; files without a time of their own get the step's. */
struct fp_draft fp_draft_new(const struct fp_layer_step *step);
void fp_draft_clear(struct fp_draft *draft);
#define cleanup_draft __attribute__((cleanup(fp_draft_clear)))
/** Add a directory. */
void fp_draft_dir(struct fp_draft *draft, const char *path, unsigned mode, uint64_t uid,
                  uint64_t gid);
/** Add a file with a copy of `text`. Only the mode and owner of `as` are used. */
void fp_draft_text(struct fp_draft *draft, const char *path, const struct fp_entry *as,
                   const char *text, size_t len);
/** Add a symbolic link. */
void fp_draft_link(struct fp_draft *draft, const char *path, const char *target);
/**
 * Add a local file, owned by root.
 * @param mode   Permission bits, or -1: 0755 if its owner may execute it, else 0644.
 * @param sha256 Its digest in hexadecimal; NULL: the file is read to compute it. Writing the layer
 *               fails if the bytes no longer match it.
 */
void fp_draft_file(struct fp_draft *draft, const char *path, int mode, const char *source,
                   const char *sha256);
/** Add an open file whose SHA-256 is known; writing the layer fails if the bytes do not match. */
void fp_draft_input(struct fp_draft *draft, const char *path, unsigned mode,
                    const struct fp_input *input);
/** Add a file with the content of a blob that has a digest; path, mode, owner and size of `entry`
 * are used. */
void fp_draft_blob(struct fp_draft *draft, const struct fp_entry *entry, struct fp_blob *blob);
/** Remove `path` of the lower layers. */
void fp_draft_remove(struct fp_draft *draft, const char *path);
/** Return the first failure so far. */
FP_CHECKED enum fp_code fp_draft_check(const struct fp_draft *draft, struct fp_error *err);
/** Declare parents, write the layer, and apply it to the step's tree. */
FP_CHECKED enum fp_code fp_draft_write(struct fp_draft *draft, const char *kind,
                                       struct fp_layer *ret, struct fp_error *err);

/* The parts of the set-up layer, each in a file of its own. */

/** Add the account that Flink runs as, or a name for the --user if the base has none. */
FP_CHECKED enum fp_code fp_draft_account(struct fp_draft *draft, struct fp_error *err);
/** Add /opt/flink: scripts, settings, and links to the distribution. */
FP_CHECKED enum fp_code fp_draft_home(struct fp_draft *draft, struct fp_error *err);
/** Patch the configuration file `text`: set the --conf keys, and bind nothing to localhost.
 * FP_E_INPUT if it is not text. */
FP_CHECKED enum fp_code fp_patch_conf(const struct fp_layer_step *step, const char *text,
                                      size_t len, char **ret, struct fp_error *err);
/** Add the files of --lib, --plugin and --add. */
FP_CHECKED enum fp_code fp_draft_extras(struct fp_draft *draft, struct fp_error *err);
/** The path of `name` in Flink's home, "opt/flink/lib" for "lib", with the image's links resolved.
 * The caller owns it. */
char *fp_below_home(const struct fp_layer_step *step, const char *name);
/** Add the files of --add that are for the step's platform. */
FP_CHECKED enum fp_code fp_draft_adds(struct fp_draft *draft, struct fp_error *err);

#endif
