/* Opening a place of any kind, for reading or for writing, and what an image is called there. */
#include "flinkpack/store/archive.h"
#include "flinkpack/store/layout.h"
#include "flinkpack/store/location.h"
#include "flinkpack/store/registry.h"

#include <string.h>

/* Registries and files are read by way of the local store, which keeps what has to be a file. */
static enum fp_code open_with_blobs(const struct fp_location *at, const struct fp_places *places,
                                    const struct fp_platform *platform, struct fp_repo **ret,
                                    struct fp_error *err)
{
    static const struct fp_platform usual = {.os = "linux", .architecture = "amd64"};
    cleanup_free char *blobs = fp_layout_blobs(places->store);
    FP_TRY(fp_mkdir_p(blobs, FP_KEPT_DIR_MODE, err));
    if (at->kind == FP_AT_REGISTRY)
        return fp_repo_open_registry(&places->registry, places->mirrors, &at->reference, blobs, ret,
                                     err);
    if (at->kind == FP_AT_ROOTFS)
        return fp_repo_open_rootfs(at->path, platform != NULL ? platform : &usual, blobs,
                                   places->registry.reporter, ret, err);
    return fp_repo_open_archive(at->path,
                                at->kind == FP_AT_OCI_ARCHIVE ? FP_ARCHIVE_OCI : FP_ARCHIVE_DOCKER,
                                blobs, ret, err);
}

enum fp_code fp_location_open(const struct fp_location *at, const struct fp_places *places,
                              const struct fp_platform *platform, struct fp_repo **ret,
                              struct fp_error *err)
{
    if (at->kind == FP_AT_STORE)
        return fp_repo_open_layout(places->store, FP_LAYOUT_READ, ret, err);
    if (at->kind == FP_AT_LAYOUT)
        return fp_repo_open_layout(at->path, FP_LAYOUT_READ, ret, err);
    return open_with_blobs(at, places, platform, ret, err);
}

enum fp_code fp_location_create(const struct fp_location *at, const struct fp_places *places,
                                struct fp_repo **ret, struct fp_error *err)
{
    cleanup_free char *blobs = fp_layout_blobs(places->store);
    switch (at->kind) {
    case FP_AT_REGISTRY:
        return fp_repo_open_registry(&places->registry, NULL, &at->reference, blobs, ret, err);
    case FP_AT_STORE:
        return fp_repo_open_layout(places->store, FP_LAYOUT_STORE, ret, err);
    case FP_AT_LAYOUT:
        FP_TRY(fp_repo_open_layout(at->path, FP_LAYOUT_OUTPUT, ret, err));
        fp_layout_link_from(*ret, blobs);
        return FP_OK;
    case FP_AT_OCI_ARCHIVE:
        return fp_repo_create_archive(at->path, FP_ARCHIVE_OCI, ret, err);
    case FP_AT_DOCKER_ARCHIVE:
        return fp_repo_create_archive(at->path, FP_ARCHIVE_DOCKER, ret, err);
    case FP_AT_ROOTFS:
        break;
    }
    return fp_fail(err, FP_E_USAGE, "'rootfs:%s': a root file system cannot be written", at->path);
}

const char *fp_location_image(const struct fp_location *at)
{
    return at->kind == FP_AT_REGISTRY ? fp_reference_target(&at->reference) : at->name;
}

/* The tag of NAME:TAG. A text without ':' and '/' is a tag itself. */
static const char *tag_of(const char *name)
{
    const char *slash = strrchr(name, '/');
    const char *colon = strchr(slash != NULL ? slash : name, ':');
    if (colon != NULL)
        return colon + 1;
    return slash == NULL ? name : NULL;
}

void fp_location_add_name(const struct fp_location *at, const char *name, struct fp_strv *ret)
{
    const char *own = fp_location_image(at);
    if (own == NULL && name != NULL && strchr(name, '@') == NULL) {
        bool in_full = at->kind == FP_AT_DOCKER_ARCHIVE || at->kind == FP_AT_STORE;
        if (!in_full)
            own = tag_of(name);
        else if (strchr(name, ':') != NULL)
            own = name;
    }
    if (own != NULL && !fp_strv_has(ret, own))
        fp_strv_add(ret, own);
}
