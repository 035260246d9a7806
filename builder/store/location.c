#include "flinkpack/store/location.h"
#include "flinkpack/store/layout.h"
#include "layout_index.h"

#include <string.h>

/* The spellings of skopeo and podman, so that what works there works here. */
static const struct prefix {
    const char *text;
    enum fp_location_kind kind;
    bool takes_name; /* PATH[:NAME] */
} prefixes[] = {
    {"oci:", FP_AT_LAYOUT, true},
    {"oci-archive:", FP_AT_OCI_ARCHIVE, true},
    {"docker-archive:", FP_AT_DOCKER_ARCHIVE, true},
    {"rootfs:", FP_AT_ROOTFS, false},
};

/* Places that others know, and the way around. */
static const struct foreign {
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

/* The characters of image-spec 1.1, annotations.md, ref.name. */
static bool name_is_valid(const char *name)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                  "-._:@+/";
    size_t len = strlen(name);
    return len > 0 && len <= FP_LAYOUT_NAME_MAX && strspn(name, allowed) == len &&
           strchr("-._:@+/", name[0]) == NULL;
}

static enum fp_code parse_path(const char *text, const struct prefix *prefix,
                               struct fp_location *ret, struct fp_error *err)
{
    const char *path = text + strlen(prefix->text);
    const char *colon = prefix->takes_name ? strchr(path, ':') : NULL;
    size_t path_len = colon != NULL ? (size_t) (colon - path) : strlen(path);
    if (path_len == 0) {
        return fp_hinted(fp_fail(err, FP_E_USAGE, "'%s': no path after '%s'", text, prefix->text),
                         err, "write %sPATH%s", prefix->text, prefix->takes_name ? "[:NAME]" : "");
    }
    if (colon != NULL && !name_is_valid(colon + 1)) {
        return fp_hinted(
            fp_fail(err, FP_E_USAGE, "'%s': '%s' cannot be the name of an image", text, colon + 1),
            err,
            "names have letters, digits and -._:@+/ and begin with a letter or "
            "digit; a path before it cannot contain ':'");
    }
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

/* REPOSITORY[:TAG][@DIGEST] as a layout of ours names it; a missing tag is ":latest". */
static char *store_name(const struct fp_reference *reference)
{
    if (reference->tag != NULL || fp_digest_is_set(&reference->digest))
        return fp_reference_text(reference);
    return fp_xasprintf("%s:latest", reference->repository);
}

static enum fp_code parse_reference(const char *text, struct fp_location *ret, struct fp_error *err)
{
    FP_TRY(fp_reference_parse(text, &ret->reference, err));
    if (ret->reference.registry != NULL) {
        fp_reference_clear(&ret->reference);
        return parse_registry(text, ret, err);
    }
    ret->kind = FP_AT_STORE;
    ret->name = store_name(&ret->reference);
    return FP_OK;
}

char *fp_hub_name(const char *text)
{
    return fp_xasprintf("docker.io/%s%s", strchr(text, '/') == NULL ? "library/" : "", text);
}

/* Whether the layout in `folder` has an image of that name. */
static enum fp_code has_image(const char *folder, const char *name, bool *ret, struct fp_error *err)
{
    cleanup_repo struct fp_repo *repo = NULL;
    cleanup_free char *marker = fp_path_join(folder, "oci-layout");
    struct fp_descriptor root = {0};
    *ret = false;
    if (!fp_path_exists(marker))
        return FP_OK;
    enum fp_code code = fp_repo_open_layout(folder, FP_LAYOUT_READ, &repo, err);
    if (code == FP_OK)
        code = fp_repo_resolve(repo, name, &root, NULL);
    *ret = code == FP_OK;
    fp_descriptor_clear(&root);
    return code == FP_E_NOT_FOUND ? FP_OK : code;
}

enum fp_code fp_location_settle(struct fp_location *at, const char *text, const char *folder,
                                struct fp_reporter *reporter, struct fp_error *err)
{
    bool is_there = false;
    struct fp_digest digest = {0};
    bool is_short = at->kind == FP_AT_STORE && strchr(text, '/') == NULL &&
                    fp_digest_parse(text, "", &digest, NULL) != FP_OK;
    enum fp_code code = is_short ? has_image(folder, at->name, &is_there, err) : FP_OK;
    if (code != FP_OK || !is_short || is_there)
        return code;
    cleanup_free char *hub = fp_hub_name(text);
    fp_location_clear(at);
    code = fp_location_parse(hub, at, err);
    if (code == FP_OK)
        fp_report(reporter, FP_EVENT_INFO, "the local store has no %s: Docker Hub's %s is taken",
                  text, hub);
    return code;
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

void fp_location_clear(struct fp_location *location)
{
    free(location->path);
    free(location->name);
    fp_reference_clear(&location->reference);
    *location = (struct fp_location){0};
}
