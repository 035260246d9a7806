/**
 * @file
 * The places that a command line names.
 */
#ifndef FLINKPACK_STORE_LOCATION_H
#define FLINKPACK_STORE_LOCATION_H

#include "flinkpack/store/repo.h"

/** What places are opened with. Everything in it is borrowed. */
struct fp_places {
    struct fp_registry_options registry;
    const struct fp_mirrors *mirrors; /**< for reading from registries; may be NULL */
    const char *store;                /**< the local store: an OCI layout. What comes from elsewhere
                                           and is needed as a file is kept among its blobs */
};

/** Any of registry reference (also as "docker://REFERENCE"), "oci:DIR[:NAME]",
 * "oci-archive:FILE[:NAME]", "docker-archive:FILE[:NAME:TAG]", "rootfs:TAR", and names in the local
 * store. As with skopeo the name begins at the first ':', which a path therefore cannot contain. */
struct fp_location {
    enum fp_location_kind {
        FP_AT_REGISTRY,
        FP_AT_LAYOUT,
        FP_AT_OCI_ARCHIVE,
        FP_AT_DOCKER_ARCHIVE,
        FP_AT_ROOTFS,
        FP_AT_STORE
    } kind;
    char *path;                    /**< of a layout or archive; NULL else */
    char *name;                    /**< tag or name in it (of the store: fp_reference_full());
                                        NULL: none was given */
    struct fp_reference reference; /**< of a registry; or of the local store's name */
};

/**
 * Parse. A name without a prefix and without a registry is one in the local store; with a registry
 * it is FP_AT_REGISTRY.
 * @return FP_E_USAGE. Release with fp_location_clear().
 */
FP_CHECKED enum fp_code fp_location_parse(const char *text, struct fp_location *ret,
                                          struct fp_error *err);
/**
 * Settle where a name without a registry is: where the local store lacks it, Docker's official
 * image of that name is meant. Only those, "NAME[:TAG]" without a '/', as nobody else can publish
 * there: "team/orders" could be anybody's on Docker Hub.
 * @param at       What `text` was parsed to; of any other kind it stays.
 * @param store    The local store's; it need not exist.
 * @param reporter Told where the image is taken from.
 * @return What reading the store fails with.
 */
FP_CHECKED enum fp_code fp_location_settle(struct fp_location *at, const char *text,
                                           const char *store, struct fp_reporter *reporter,
                                           struct fp_error *err);
/** Let a name with a registry mean what the local store has under it; other places stay. */
void fp_location_to_store(struct fp_location *at);
/** Whether it is a layout or an archive: what --output takes. */
bool fp_location_is_file(const struct fp_location *at);
/**
 * Open for reading. The image itself is looked up by fp_repo_resolve() with fp_location_image().
 * @param platform What a root file system is for; NULL: linux/amd64.
 * @return What opening that kind of place fails with.
 */
FP_CHECKED enum fp_code fp_location_open(const struct fp_location *at,
                                         const struct fp_places *places,
                                         const struct fp_platform *platform, struct fp_repo **ret,
                                         struct fp_error *err);
/** Open for writing: a layout, an archive or the local store is made where there is none.
 * @return FP_E_USAGE for a root file system, or what opening that kind of place fails with. */
FP_CHECKED enum fp_code fp_location_create(const struct fp_location *at,
                                           const struct fp_places *places, struct fp_repo **ret,
                                           struct fp_error *err);
/** What the image is called in its place: of a registry fp_reference_target(). NULL: the place was
 * named without an image. Borrowed. */
const char *fp_location_image(const struct fp_location *at);
/**
 * Add what a new image is to be called there, unless `ret` has it: what the location itself says,
 * else `name` as that kind of place writes it. Layouts and OCI archives name images by tag alone,
 * as skopeo does, and a docker-archive and the local store want NAME:TAG.
 * @param name What the image is called otherwise, NAME:TAG; NULL: it is not.
 */
void fp_location_add_name(const struct fp_location *at, const char *name, struct fp_strv *ret);
/** What Docker Hub calls a name without a registry: docker.io/library/NAME. The caller owns it. */
char *fp_hub_name(const char *text);
/** Release the members. */
void fp_location_clear(struct fp_location *location);

/** Declare a location that is cleared at the end of its scope. */
#define cleanup_location __attribute__((cleanup(fp_location_clear)))

#endif
