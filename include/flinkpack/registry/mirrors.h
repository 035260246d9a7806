/**
 * @file
 * Where images are pulled from in place of what their names say.
 */
#ifndef FLINKPACK_REGISTRY_MIRRORS_H
#define FLINKPACK_REGISTRY_MIRRORS_H

#include "flinkpack/image/reference.h"
#include "flinkpack/support.h"

/** The most mirrors that one image is asked of. */
#define FP_MIRRORS_MAX_CANDIDATES 8

/** A rule of registries.conf, or of the command line. */
struct fp_mirror {
    char *prefix;      /**< HOST[:PORT][/PATH] that names begin with; *.DOMAIN[/PATH] in files */
    char *location;    /**< HOST[:PORT][/PATH] that takes its place; NULL: pulling is blocked */
    bool is_primary;   /**< it stands in for the place itself, which is not asked then */
    bool digests_only; /**< asked only for images named by digest */
    bool tags_only;    /**< asked only for images named by tag */
    bool is_option;    /**< of the command line: goes before all others */
};

/** Where images are pulled from in place of what their names say. Zero-initialise; release with
 * fp_mirrors_clear(). */
struct fp_mirrors {
    struct fp_mirror *items;
    size_t len;
    struct fp_strv insecure; /**< HOST[:PORT] that may be http or unverified TLS */
};

/** Add "PREFIX=LOCATION". FP_E_USAGE. */
FP_CHECKED enum fp_code fp_mirrors_add(struct fp_mirrors *mirrors, const char *text,
                                       struct fp_error *err);
/**
 * Add what registries.conf says: $CONTAINERS_REGISTRIES_CONF, else the user's
 * (~/.config/containers), else the machine's (/etc/containers); without the variable then the files
 * of registries.conf.d beside both. A file that cannot be read is warned of and left out.
 */
void fp_mirrors_read(struct fp_mirrors *mirrors, struct fp_reporter *reporter);
/**
 * Add what a text says. Of TOML as containers-registries.conf(5) uses it this is read: [[registry]]
 * with prefix, location, insecure, blocked, mirror-by-digest-only, and [[registry.mirror]] with
 * location, insecure, pull-from-mirror; strings on one line, true and false. Other keys and tables
 * are passed over.
 * @return FP_E_INPUT naming the file and the line.
 */
FP_CHECKED enum fp_code fp_mirrors_read_text(struct fp_mirrors *mirrors, const char *name,
                                             const char *text, struct fp_error *err);
/**
 * Where to look for an image, in order: mirrors of the command line, those of the longest prefix in
 * registries.conf, and the place itself or what stands in for it.
 * @param ret     FP_MIRRORS_MAX_CANDIDATES + 1 of them; the caller clears `*ret_len`.
 * @return FP_E_INPUT where it is blocked, or a location leaves it no repository; then there are
 *         none.
 */
FP_CHECKED enum fp_code fp_mirrors_choose(const struct fp_mirrors *mirrors,
                                          const struct fp_reference *reference,
                                          struct fp_reference *ret, size_t *ret_len,
                                          struct fp_error *err);
/** Release the members. */
void fp_mirrors_clear(struct fp_mirrors *mirrors);

/** Declare a struct fp_mirrors that is cleared at the end of its scope. */
#define cleanup_mirrors __attribute__((cleanup(fp_mirrors_clear)))

#endif
