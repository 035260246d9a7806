/* The locations that a command line names: parsing and opening them. */
#include "flinkpack/store/location.h"
#include "flinkpack/store/kinds.h"
#include "flinkpack/store/layout.h"
#include "layout_index.h"

#include <string.h>

/* The same prefixes as in skopeo and podman. */
static const struct location_prefix {
    const char *text;
    enum fp_location_kind kind;
    bool takes_name; /* PATH[:NAME] */
} prefixes[] = {
    {"oci:", FP_AT_LAYOUT, true},
    {"oci-archive:", FP_AT_OCI_ARCHIVE, true},
    {"docker-archive:", FP_AT_DOCKER_ARCHIVE, true},
    {"rootfs:", FP_AT_ROOTFS, false},
};

/* Locations that only other tools support, and their replacements. */
static const struct foreign_place {
    const char *prefix;
    const char *hint;
} foreigners[] = {
    {"docker-daemon:", "into it: docker-archive:image.tar, then 'docker load -i image.tar'; out of "
                       "it: 'docker save -o image.tar NAME', then docker-archive:image.tar"},
    {"containers-storage:",
     "into it: oci-archive:image.tar, then 'podman load -i image.tar'; out of it: 'podman save "
     "--format oci-archive -o image.tar NAME', then oci-archive:image.tar"},
    {"containerd:",
     "into it: oci-archive:image.tar, then 'ctr images import image.tar'; out of it: "
     "'ctr images export image.tar NAME', then oci-archive:image.tar"},
};

static bool starts_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* The characters that annotations.md of image-spec 1.1 allows in ref.name. */
static bool name_is_valid(const char *name)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                  "-._:@+/";
    size_t len = strlen(name);
    return len > 0 && len <= FP_LAYOUT_NAME_MAX && strspn(name, allowed) == len &&
           strchr("-._:@+/", name[0]) == NULL;
}

static enum fp_code parse_path(const char *text, const struct location_prefix *prefix,
                               struct fp_location *ret, struct fp_error *err)
{
    const char *path = text + strlen(prefix->text);
    const char *colon = prefix->takes_name ? strchr(path, ':') : NULL;
    size_t path_len = colon != NULL ? (size_t) (colon - path) : strlen(path);
    if (path_len == 0)
        return fp_hinted(fp_fail(err, FP_E_USAGE, "'%s': no path after '%s'", text, prefix->text),
                         err, "write %sPATH%s", prefix->text, prefix->takes_name ? "[:NAME]" : "");
    if (colon != NULL && !name_is_valid(colon + 1))
        return fp_hinted(
            fp_fail(err, FP_E_USAGE, "'%s': '%s' cannot be the name of an image", text, colon + 1),
            err,
            "names have letters, digits and -._:@+/ and begin with a letter or "
            "digit; a path before it cannot contain ':'");
    ret->path = fp_xstrndup(path, path_len);
    ret->name = colon != NULL ? fp_xstrdup(colon + 1) : NULL;
    return FP_OK;
}

static enum fp_code parse_registry(const char *text, struct fp_location *ret, struct fp_error *err)
{
    FP_TRY(fp_reference_parse_docker(text, &ret->reference, err));
    ret->kind = FP_AT_REGISTRY;
    return FP_OK;
}

static enum fp_code parse_reference(const char *text, struct fp_location *ret, struct fp_error *err)
{
    FP_TRY(fp_reference_parse(text, &ret->reference, err));
    if (ret->reference.registry != NULL) {
        fp_reference_clear(&ret->reference);
        return parse_registry(text, ret, err);
    }
    ret->kind = FP_AT_STORE;
    ret->name = fp_reference_full(&ret->reference);
    return FP_OK;
}

char *fp_hub_name(const char *text)
{
    return fp_xasprintf("docker.io/%s%s", strchr(text, '/') == NULL ? "library/" : "", text);
}

enum fp_code fp_location_settle(struct fp_location *at, const char *text, const char *store,
                                struct fp_reporter *reporter, struct fp_error *err)
{
    cleanup_repo struct fp_repo *repo = NULL;
    cleanup_descriptor struct fp_descriptor root = {0};
    struct fp_digest digest = {0};
    if (at->kind != FP_AT_STORE || strchr(text, '/') != NULL ||
        fp_digest_parse(text, "", &digest, NULL) == FP_OK)
        return FP_OK;
    enum fp_code code = fp_store_find(store, at->name, &repo, &root, err);
    if (code != FP_E_NOT_FOUND)
        return code;
    cleanup_free char *hub = fp_hub_name(text);
    fp_location_clear(at);
    FP_TRY(fp_location_parse(hub, at, err));
    fp_report(reporter, FP_EVENT_INFO, "the local store has no %s: Docker Hub's %s is taken", text,
              hub);
    return FP_OK;
}

void fp_location_to_store(struct fp_location *at)
{
    if (at->kind != FP_AT_REGISTRY)
        return;
    at->kind = FP_AT_STORE;
    at->name = fp_reference_full(&at->reference);
}

bool fp_location_is_file(const struct fp_location *at)
{
    return at->kind == FP_AT_LAYOUT || at->kind == FP_AT_OCI_ARCHIVE ||
           at->kind == FP_AT_DOCKER_ARCHIVE;
}

static enum fp_code refuse_foreign(const char *text, struct fp_error *err)
{
    for (size_t i = 0; i < sizeof(foreigners) / sizeof(foreigners[0]); i++) {
        if (!starts_with(text, foreigners[i].prefix))
            continue;
        return fp_hinted(fp_fail(err, FP_E_USAGE,
                                 "'%s': images cannot be taken from or put into '%s'", text,
                                 foreigners[i].prefix),
                         err, "%s", foreigners[i].hint);
    }
    return FP_OK;
}

enum fp_code fp_location_parse(const char *text, struct fp_location *ret, struct fp_error *err)
{
    *ret = (struct fp_location){0};
    for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
        if (!starts_with(text, prefixes[i].text))
            continue;
        ret->kind = prefixes[i].kind;
        return parse_path(text, &prefixes[i], ret, err);
    }
    FP_TRY(refuse_foreign(text, err));
    if (starts_with(text, "docker://"))
        return parse_registry(text + strlen("docker://"), ret, err);
    return parse_reference(text, ret, err);
}

/* Blobs of registries and files that are needed as files are kept in the local store. */
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

/* Return the tag of NAME:TAG. A text without ':' and '/' is itself a tag. */
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

void fp_location_clear(struct fp_location *location)
{
    free(location->path);
    free(location->name);
    fp_reference_clear(&location->reference);
    *location = (struct fp_location){0};
}
