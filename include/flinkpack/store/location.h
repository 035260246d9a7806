/**
 * @file
 * The places that a command line names.
 */
#ifndef FLINKPACK_STORE_LOCATION_H
#define FLINKPACK_STORE_LOCATION_H

#include "flinkpack/store/repo.h"

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
    char *name;                    /**< tag or name in it (of the store: with ":latest" where no tag
                                        was given); NULL: none was given */
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
 * @param folder   The local store's; it need not exist.
 * @param reporter Told where the image is taken from.
 * @return What reading the store fails with.
 */
FP_CHECKED enum fp_code fp_location_settle(struct fp_location *at, const char *text,
                                           const char *folder, struct fp_reporter *reporter,
                                           struct fp_error *err);
/** What Docker Hub calls a name without a registry: docker.io/library/NAME. The caller owns it. */
char *fp_hub_name(const char *text);
/** Release the members. */
void fp_location_clear(struct fp_location *location);

#endif
