/* What is said of names that the local store does not have. */
#include <string.h>

#include "session.h"

/* How many names a hint lists. */
#define LISTED_NAMES 8

/* "there are: a, b and 3 more; " or nothing. The caller owns it. */
static char *names_text(const struct fp_layout_names *names)
{
    cleanup_strv struct fp_strv list = {0};
    for (size_t i = 0; i < names->len; i++)
        fp_strv_add(&list, names->items[i].name);
    cleanup_free char *text = fp_strv_join_first(&list, LISTED_NAMES);
    return names->len > 0 ? fp_xasprintf("there are: %s; ", text) : fp_xstrdup("");
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
    cleanup_layout_names struct fp_layout_names names = {0};
    if (fp_layout_is_there(session->store))
        FP_TRY(fp_layout_list(session->store, &names, err));
    cleanup_free char *listed = names_text(&names);
    enum fp_code code = fp_fail(err, FP_E_NOT_FOUND, "the local store (%s) %s image '%s'",
                                session->store, names.len > 0 ? "has no" : "is empty: no", name);
    hint_for(text, listed, err);
    return code;
}
