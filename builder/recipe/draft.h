/**
 * @file
 * A layer being drafted: its entries, and what its recipe key is made of.
 */
#ifndef FLINKPACK_RECIPE_DRAFT_H
#define FLINKPACK_RECIPE_DRAFT_H

#include "layers.h"

/**
 * A layer being drafted: its entries, and the same as JSON with contents by digest, of which the
 * recipe key is made.
 */
struct fp_draft {
    struct fp_layer_builder *builder;
    json_t *inputs;
};

/** Start one; files that bring no time get the step's. Release with fp_draft_clear(). */
struct fp_draft fp_draft_new(const struct fp_layer_step *step);
/** Release the members. */
void fp_draft_clear(struct fp_draft *draft);
/** Declare a draft that is cleared at the end of its scope. */
#define cleanup_draft __attribute__((cleanup(fp_draft_clear)))
/** A directory. Paths are relative to the root everywhere here. */
FP_CHECKED enum fp_code fp_draft_dir(struct fp_draft *draft, const char *path, unsigned mode,
                                     uint64_t uid, uint64_t gid, struct fp_error *err);
/** A file of these bytes (copied). */
FP_CHECKED enum fp_code fp_draft_text(struct fp_draft *draft, const struct fp_entry *entry,
                                      const char *text, size_t len, struct fp_error *err);
/** A symbolic link. */
FP_CHECKED enum fp_code fp_draft_link(struct fp_draft *draft, const char *path, const char *target,
                                      struct fp_error *err);
/**
 * A local file, owned by root.
 * @param mode   Permission bits, or -1: 0755 where its owner may execute it, else 0644.
 * @param sha256 Its digest in hexadecimal where it is known; NULL: it is read for it. Other bytes
 *               are no more let into the layer.
 */
FP_CHECKED enum fp_code fp_draft_file(struct fp_draft *draft, const char *path, int mode,
                                      const char *source, const char *sha256, struct fp_error *err);
/** The same for one that is open, and whose SHA-256 is known: no other bytes become a layer. */
FP_CHECKED enum fp_code fp_draft_input(struct fp_draft *draft, const char *path, unsigned mode,
                                       const struct fp_input *input, struct fp_error *err);
/** Take away what lower layers have at `path`. */
FP_CHECKED enum fp_code fp_draft_remove(struct fp_draft *draft, const char *path,
                                        struct fp_error *err);
/** Declare parents, write the layer, and apply it to the step's tree. */
FP_CHECKED enum fp_code fp_draft_write(struct fp_draft *draft, const struct fp_layer_step *step,
                                       const char *kind, struct fp_layer *ret,
                                       struct fp_error *err);
/** With --from-image only what was asked for: configuration, libraries, plugins, additions. */
FP_CHECKED enum fp_code fp_step_extras(const struct fp_layer_step *step, struct fp_layer *ret,
                                       struct fp_error *err);
/** --add: what is for the step's platform, put into `draft`. */
FP_CHECKED enum fp_code fp_draft_adds(const struct fp_layer_step *step, struct fp_draft *draft,
                                      struct fp_error *err);
/** libs, plugins and additions into `draft`; `*ret_any` becomes true where there were some. */
FP_CHECKED enum fp_code fp_setup_extras(const struct fp_layer_step *step, struct fp_draft *draft,
                                        bool *ret_any, struct fp_error *err);
/** With --user, a name for that user where the base has none; `*ret_any` becomes true then. */
FP_CHECKED enum fp_code fp_setup_user(const struct fp_layer_step *step, struct fp_draft *draft,
                                      bool *ret_any, struct fp_error *err);
/** The configuration file `text` with what --conf asks for and nothing bound to localhost.
 * FP_E_INPUT for what is no text. */
FP_CHECKED enum fp_code fp_setup_conf(const struct fp_layer_step *step, const char *text,
                                      size_t len, char **ret, struct fp_error *err);

#endif
