/* What is said of names that the local store does not have. */
#include <string.h>

#include "session.h"

/* How many names a hint lists. */
#define LISTED_NAMES 8

/* "there are: a, b and 3 more; " or nothing. The caller owns it. */
static char *names_text(const struct fp_layout_name *names, size_t len)
{
    cleanup_strv struct fp_strv list = {0};
    for (size_t i = 0; i < len; i++)
        fp_strv_add(&list, names[i].name);
    cleanup_free char *text = fp_strv_join_first(&list, LISTED_NAMES);
    return len > 0 ? fp_xasprintf("there are: %s; ", text) : fp_xstrdup("");
}

/* What was meant: a file, an image of a registry, or one of those that there are. */
static void hint_for(const char *text, const char *listed, struct fp_error *err)
{
    cleanup_reference struct fp_reference reference = {0};
    struct fp_digest digest = {0};
    cleanup_free char *hub = fp_hub_name(text);
    if (fp_path_exists(text))
        fp_hint(err, "for the file: %s:%s", fp_path_is_dir(text) ? "oci" : "oci-archive", text);
    else if (fp_digest_parse(text, "", &digest, NULL) == FP_OK)
        fp_hint(err, "%sflinkpack images", listed);
    else if (fp_reference_parse(text, &reference, NULL) == FP_OK && reference.registry != NULL)
        fp_hint(err, "%sflinkpack pull %s", listed, text);
    else
        fp_hint(err, "%son Docker Hub: %s", listed, hub);
}

enum fp_code fp_session_not_stored(const struct fp_session *session, const char *text,
                                   const char *name, struct fp_error *err)
{
    struct fp_layout_name *names = NULL;
    size_t len = 0;
    enum fp_code code = fp_layout_is_there(session->store)
                            ? fp_layout_list(session->store, &names, &len, err)
                            : FP_OK;
    if (code != FP_OK)
        return code;
    cleanup_free char *listed = names_text(names, len);
    code = len > 0 ? fp_fail(err, FP_E_NOT_FOUND, "the local store (%s) has no image '%s'",
                             session->store, name)
                   : fp_fail(err, FP_E_NOT_FOUND, "the local store (%s) is empty: no image '%s'",
                             session->store, name);
    hint_for(text, listed, err);
    fp_layout_names_free(names, len);
    return code;
}
