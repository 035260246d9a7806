/**
 * @file
 * The locations that a command line names.
 */
#ifndef FLINKPACK_STORE_LOCATION_H
#define FLINKPACK_STORE_LOCATION_H

#include "flinkpack/store/repo.h"

/** The settings that locations are opened with. Everything in it is borrowed. */
struct fp_places {
    struct fp_registry_options registry;
    const struct fp_mirrors *mirrors; /**< for reading from registries; may be NULL */
    const char *store;                /**< the local store, an OCI layout. Downloaded blobs that are
                                           needed as files are kept among its blobs */
};

/** A registry reference (also as "docker://REFERENCE"), "oci:DIR[:NAME]",
 * "oci-archive:FILE[:NAME]", "docker-archive:FILE[:NAME:TAG]", "rootfs:TAR", or a name in the local
 * store. As in skopeo, the name begins at the first ':', so a path cannot contain one. */
struct fp_location {
    enum fp_location_kind {
        FP_AT_REGISTRY,
        FP_AT_LAYOUT,
        FP_AT_OCI_ARCHIVE,
        FP_AT_DOCKER_ARCHIVE,
        FP_AT_ROOTFS,
        FP_AT_STORE
    } kind;
    char *path;                    /**< path of a layout or archive, else NULL */
    char *name;                    /**< tag or name in it (for the store: fp_reference_full());
                                        NULL: none was given */
    struct fp_reference reference; /**< reference in a registry, or name in the local store */
};

/**
 * Parse. A name without a prefix is FP_AT_REGISTRY if it has a registry, else it is a name in the
 * local store.
 * @return FP_E_USAGE. Release with fp_location_clear().
 */
FP_CHECKED enum fp_code fp_location_parse(const char *text, struct fp_location *ret,
                                          struct fp_error *err);
/**
 * Resolve a name without a registry: if the local store lacks it, it means Docker's official image
 * of that name. This is limited to "NAME[:TAG]" without a '/', because only Docker can publish such
 * images: "team/orders" could belong to anybody on Docker Hub.
 * @param at       The location parsed from `text`; other kinds are left unchanged.
 * @param store    The path of the local store; it need not exist.
 * @param reporter Is told where the image is taken from.
 * @return The error from reading the store, if any.
 */
FP_CHECKED enum fp_code fp_location_settle(struct fp_location *at, const char *text,
                                           const char *store, struct fp_reporter *reporter,
                                           struct fp_error *err);
/** Turn a name with a registry into the same name in the local store; keep other locations. */
void fp_location_to_store(struct fp_location *at);
/** Whether it is a layout or an archive, which are the kinds that --output takes. */
bool fp_location_is_file(const struct fp_location *at);
/**
 * Open for reading. The caller looks the image up by fp_repo_resolve() with fp_location_image().
 * @param platform The platform of a root file system; NULL: linux/amd64.
 * @return The error from opening that kind of repo, if any.
 */
FP_CHECKED enum fp_code fp_location_open(const struct fp_location *at,
                                         const struct fp_places *places,
                                         const struct fp_platform *platform, struct fp_repo **ret,
                                         struct fp_error *err);
/** Open for writing: a layout, an archive or the local store is created if it does not exist.
 * @return FP_E_USAGE for a root file system, or the error from opening that kind of repo. */
FP_CHECKED enum fp_code fp_location_create(const struct fp_location *at,
                                           const struct fp_places *places, struct fp_repo **ret,
                                           struct fp_error *err);
/** The image's name in its location; for a registry, fp_reference_target(). NULL: the location
 * names no image. Borrowed. */
const char *fp_location_image(const struct fp_location *at);
/**
 * Add a new image's name in that location, unless `ret` has it: the name in the location itself,
 * else `name` in the form of that kind of location. Layouts and OCI archives name images by tag
 * alone, as skopeo does; a docker-archive and the local store use NAME:TAG.
 * @param name The image's own name, NAME:TAG; NULL: it has none.
 */
void fp_location_add_name(const struct fp_location *at, const char *name, struct fp_strv *ret);
/** The Docker Hub form of a name without a registry: docker.io/library/NAME. The caller owns it. */
char *fp_hub_name(const char *text);
/** Release the members. */
void fp_location_clear(struct fp_location *location);

/** Declare a location that is cleared at the end of its scope. */
#define cleanup_location __attribute__((cleanup(fp_location_clear)))

#endif
