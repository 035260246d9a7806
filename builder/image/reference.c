/* Parses references such as registry.example.com/team/app:1.0@sha256:... */
#include "internal.h"

#include <string.h>

#define REFERENCE_MAX 1024
#define DOCKER_HUB    "docker.io"

/* Cut `name` at its last ':' that no '/' follows; NULL if there is none. */
static char *cut_tag(char *name)
{
    char *slash = strrchr(name, '/');
    char *colon = strrchr(slash != NULL ? slash : name, ':');
    if (colon != NULL)
        *colon++ = '\0';
    return colon;
}

/* Docker Hub has a second, old name, and its official images have names of one part. */
static enum fp_code apply_hub_names(const char *text, struct fp_reference *reference,
                                    struct fp_error *err)
{
    if (reference->registry == NULL)
        return FP_OK;
    if (strcmp(reference->registry, "index.docker.io") == 0 ||
        strcmp(reference->registry, "registry-1.docker.io") == 0) {
        free(reference->registry);
        reference->registry = fp_xstrdup(DOCKER_HUB);
    }
    if (strcmp(reference->registry, DOCKER_HUB) != 0 || strchr(reference->repository, '/') != NULL)
        return FP_OK;
    char *repository = fp_xasprintf("library/%s", reference->repository);
    free(reference->repository);
    reference->repository = repository;
    return fp_repository_check(text, repository, err); /* it has become longer */
}

static enum fp_code check_parts(const char *text, const struct fp_reference *reference,
                                struct fp_error *err)
{
    if (reference->registry != NULL)
        FP_TRY(fp_registry_check(text, reference->registry, err));
    FP_TRY(fp_repository_check(text, reference->repository, err));
    return reference->tag != NULL ? fp_tag_check(text, reference->tag, err) : FP_OK;
}

static enum fp_code check_form(const char *text, struct fp_error *err)
{
    if (text[0] == '\0')
        return fp_fail(err, FP_E_USAGE, "the image name is empty");
    if (strlen(text) > REFERENCE_MAX)
        return fp_fail(err, FP_E_USAGE, "image name '%.100s...' is longer than %d characters", text,
                       REFERENCE_MAX);
    const char *scheme = strstr(text, "://");
    if (scheme == NULL)
        return FP_OK;
    return fp_hinted(fp_fail(err, FP_E_USAGE, "image name '%.300s' begins like a URL", text), err,
                     "leave out the scheme: '%.300s'", scheme + 3);
}

static enum fp_code parse_digest(const char *text, const char *digest, struct fp_digest *ret,
                                 struct fp_error *err)
{
    cleanup_free char *name = fp_xasprintf("image name '%.300s'", text);
    if (fp_digest_parse(digest, name, ret, err) == FP_OK)
        return FP_OK;
    if (err != NULL)
        err->code = FP_E_USAGE; /* the command line is wrong, and not a document */
    return FP_E_USAGE;
}

enum fp_code fp_reference_parse(const char *text, struct fp_reference *ret, struct fp_error *err)
{
    FP_TRY(check_form(text, err));
    cleanup_free char *name = fp_xstrdup(text);
    cleanup_reference struct fp_reference reference = {0};
    char *at = strchr(name, '@');
    if (at != NULL) {
        *at++ = '\0';
        FP_TRY(parse_digest(text, at, &reference.digest, err));
    }
    reference.tag = fp_xstrdup(cut_tag(name));
    char *slash = strchr(name, '/');
    if (slash != NULL) {
        *slash = '\0';
        /* Only this rule distinguishes a registry from the first part of a repository. */
        if (strpbrk(name, ".:") != NULL || strcmp(name, "localhost") == 0)
            reference.registry = fp_xstrdup(name);
        else
            *slash = '/';
    }
    reference.repository = fp_xstrdup(reference.registry != NULL ? slash + 1 : name);
    FP_TRY(check_parts(text, &reference, err));
    FP_TRY(apply_hub_names(text, &reference, err));
    *ret = steal_value(&reference);
    return FP_OK;
}

enum fp_code fp_reference_parse_docker(const char *text, struct fp_reference *ret,
                                       struct fp_error *err)
{
    cleanup_reference struct fp_reference reference = {0};
    FP_TRY(fp_reference_parse(text, &reference, err));
    if (reference.registry == NULL) {
        /* Like docker, refuse an image's digest without its "sha256:". */
        size_t len = strlen(reference.repository);
        if (len == 64 && strspn(reference.repository, "0123456789abcdef") == len)
            return fp_fail(
                err, FP_E_USAGE,
                "image name '%.100s' is a bare digest: expected REPOSITORY@sha256:DIGEST", text);
        reference.registry = fp_xstrdup(DOCKER_HUB);
        FP_TRY(apply_hub_names(text, &reference, err));
    }
    *ret = steal_value(&reference);
    return FP_OK;
}

char *fp_reference_name(const struct fp_reference *reference)
{
    if (reference->registry == NULL)
        return fp_xstrdup(reference->repository);
    return fp_xasprintf("%s/%s", reference->registry, reference->repository);
}

char *fp_reference_text(const struct fp_reference *reference)
{
    cleanup_free char *name = fp_reference_name(reference);
    return fp_xasprintf("%s%s%s%s%s", name, reference->tag != NULL ? ":" : "",
                        reference->tag != NULL ? reference->tag : "",
                        fp_digest_is_set(&reference->digest) ? "@" : "", reference->digest.text);
}

const char *fp_reference_target(const struct fp_reference *reference)
{
    if (fp_digest_is_set(&reference->digest))
        return reference->digest.text;
    return reference->tag != NULL ? reference->tag : FP_TAG_DEFAULT;
}

char *fp_reference_full(const struct fp_reference *reference)
{
    char *text = fp_reference_text(reference);
    if (reference->tag != NULL || fp_digest_is_set(&reference->digest))
        return text;
    cleanup_free char *bare = text;
    return fp_xasprintf("%s:%s", bare, FP_TAG_DEFAULT);
}

struct fp_reference fp_reference_copy(const struct fp_reference *reference)
{
    return (struct fp_reference){
        .registry = fp_xstrdup(reference->registry),
        .repository = fp_xstrdup(reference->repository),
        .tag = fp_xstrdup(reference->tag),
        .digest = reference->digest,
    };
}

void fp_reference_clear(struct fp_reference *reference)
{
    free(reference->registry);
    free(reference->repository);
    free(reference->tag);
    *reference = (struct fp_reference){0};
}
