/**
 * @file
 * Mirrors: the registries that images are pulled from instead of those in their names.
 */
#ifndef FLINKPACK_REGISTRY_MIRRORS_H
#define FLINKPACK_REGISTRY_MIRRORS_H

#include "flinkpack/image/reference.h"
#include "flinkpack/support.h"

/** The most mirrors that are tried for one image. */
#define FP_MIRRORS_MAX_CANDIDATES 8

/** A rule of registries.conf, or of the command line. */
struct fp_mirror {
    char *prefix;      /**< HOST[:PORT][/PATH] that names begin with; *.DOMAIN[/PATH] in files */
    char *location;    /**< HOST[:PORT][/PATH] that replaces it; NULL: pulling is blocked */
    bool is_primary;   /**< it replaces the original registry, which is not asked then */
    bool digests_only; /**< asked only for images named by digest */
    bool tags_only;    /**< asked only for images named by tag */
    bool is_option;    /**< from the command line: precedes all others */
};

/** The mirrors of images, and hosts without verified TLS. Zero-initialise; release with
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
 * Add the rules of registries.conf: $CONTAINERS_REGISTRIES_CONF, else the user's
 * (~/.config/containers), else the machine's (/etc/containers). Without the variable, the files in
 * registries.conf.d beside both follow. A file that cannot be read is skipped with a warning.
 */
void fp_mirrors_read(struct fp_mirrors *mirrors, struct fp_reporter *reporter);
/**
 * Add the rules of a text. It reads these parts of the TOML of containers-registries.conf(5):
 * [[registry]] with prefix, location, insecure, blocked, mirror-by-digest-only, and
 * [[registry.mirror]] with location, insecure, pull-from-mirror; strings on one line, true and
 * false. Other keys and tables are ignored.
 * @return FP_E_INPUT naming the file and the line.
 */
FP_CHECKED enum fp_code fp_mirrors_read_text(struct fp_mirrors *mirrors, const char *name,
                                             const char *text, struct fp_error *err);
/**
 * Where to look for an image, in order: the mirrors of the command line, those of the longest
 * prefix in registries.conf, and the registry of its name or its replacement.
 * @param ret     Room for FP_MIRRORS_MAX_CANDIDATES + 1; the caller clears `*ret_len`.
 * @return FP_E_INPUT if pulling is blocked or a location leaves no repository; `*ret_len` is then
 *         0.
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
