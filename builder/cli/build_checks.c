/* What of a build's options can be told to be a slip before anything is done. */
#include "build_checks.h"

#include <string.h>

static bool is_file(const char *path)
{
    return fp_path_exists(path) && !fp_path_is_dir(path);
}

/* A name without a registry has to be in the local store, unless it is short, as those of Docker's
 * official images are. */
static enum fp_code check_stored(const struct fp_session *session, const char *option,
                                 const char *text, const char *prefix, struct fp_error *err)
{
    cleanup_found struct fp_found found = {0};
    if (!is_file(text) && strchr(text, '/') == NULL && !session->context.offline)
        return FP_OK;
    enum fp_code code = fp_session_find(session, text, FP_FIND_STORE, &found, err);
    if (code == FP_OK)
        return FP_OK;
    if (is_file(text))
        fp_hint(err, "for the file: %s %s%s", option, prefix, text);
    return fp_context(code, err, "%s", option);
}

static bool names_the_store(const char *text)
{
    struct fp_location location = {0};
    enum fp_code code = fp_location_parse(text, &location, NULL);
    bool names = code == FP_OK ? location.kind == FP_AT_STORE : is_file(text);
    fp_location_clear(&location);
    return names;
}

enum fp_code fp_check_images(const struct fp_session *session,
                             const struct fp_build_options *options, struct fp_error *err)
{
    const char *base = options->base;
    const char *from = options->from_image;
    /* Without any of these it is a name of the catalogue. */
    bool is_image = base != NULL && strpbrk(base, "/:@.") != NULL;
    enum fp_code code = FP_OK;
    if (from != NULL && names_the_store(from))
        code = check_stored(session, "--from-image", from, "oci-archive:", err);
    if (code == FP_OK && is_image && names_the_store(base))
        code = check_stored(session, "--base", base, "rootfs:", err);
    return code;
}
