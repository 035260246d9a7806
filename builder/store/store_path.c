/* The path of the local store, and the check that it belongs to us alone. */
#include "flinkpack/store/layout.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Whether `path` is writable or, if it does not exist, can be made below its nearest ancestor. */
static bool is_writable(const char *path)
{
    cleanup_free char *at = fp_xstrdup(path);
    for (char *slash = strrchr(at, '/'); !fp_path_exists(at) && slash != NULL && slash != at;
         slash = strrchr(at, '/'))
        *slash = '\0';
    return access(fp_path_exists(at) ? at : "/", W_OK | X_OK) == 0;
}

enum fp_code fp_store_check(const char *path, struct fp_error *err)
{
    static const char *const parts[] = {"oci-layout", "index.json", "blobs", "blobs/sha256",
                                        "blobs/sha512"};
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        cleanup_free char *part = fp_path_join(path, parts[i]);
        FP_TRY(fp_kept_check(part, err));
    }
    return FP_OK;
}

/* NULL if HOME is "/" or not writable, as often in a container without a passwd entry. */
static char *home_store(void)
{
    const char *data = fp_env("XDG_DATA_HOME");
    if (data != NULL && data[0] == '/')
        return fp_path_join(data, "flinkpack/store");
    const char *home = fp_env("HOME");
    if (home == NULL || home[0] != '/')
        return NULL;
    cleanup_free char *path = fp_xasprintf("%s/.local/share/flinkpack/store", home);
    return is_writable(path) ? steal_pointer(&path) : NULL;
}

/* Return the problem with the store or its parent directory, such as "DIR belongs to another user",
 * or NULL if both are ours alone. */
static char *reason_against(const char *store)
{
    cleanup_free char *parent = fp_xstrndup(store, (size_t) (fp_path_base(store) - store) - 1);
    const char *places[] = {parent, store};
    for (size_t i = 0; i < 2; i++) {
        const char *flaw = fp_kept_dir_flaw(places[i]);
        if (flaw != NULL)
            return fp_xasprintf("%s %s", places[i], flaw);
    }
    return NULL;
}

static bool is_fit(const char *path)
{
    struct stat st = {0};
    return lstat(path, &st) == 0 && S_ISDIR(st.st_mode) && fp_kept_dir_flaw(path) == NULL;
}

/* Find our own "NAME.XXXXXX", which an earlier run made because another user has taken NAME. If
 * there are several, the first one is returned. NULL: none. */
static char *find_own(const char *directory, const char *name)
{
    cleanup_strv struct fp_strv names = {0};
    cleanup_free char *pattern = fp_xasprintf("%s.*", name);
    (void) fp_dir_names(directory, pattern, SIZE_MAX, &names);
    for (size_t i = 0; i < names.len; i++) {
        cleanup_free char *path = fp_path_join(directory, names.items[i]);
        if (is_fit(path))
            return steal_pointer(&path);
    }
    return NULL;
}

/* TMPDIR is shared: a directory that another user made there cannot be trusted, so another name is
 * used. Returns false with errno if no directory can be made; *ret is set in any case. */
static bool make_temp(char **ret)
{
    const char *temp = fp_env("TMPDIR") != NULL ? fp_env("TMPDIR") : "/tmp";
    cleanup_free char *name = fp_xasprintf("flinkpack-%ju", (uintmax_t) geteuid());
    *ret = fp_path_join(temp, name);
    if (mkdir(*ret, FP_KEPT_DIR_MODE) != 0) {
        if (errno != EEXIST)
            return false;
        if (is_fit(*ret))
            return true;
        char *own = find_own(temp, name);
        free(*ret);
        *ret = own != NULL ? own : fp_xasprintf("%s/%s.XXXXXX", temp, name);
        if (own == NULL && mkdtemp(*ret) == NULL)
            return false;
    }
    /* The umask may have removed even the owner's permissions. */
    return chmod(*ret, FP_KEPT_DIR_MODE) == 0;
}

static enum fp_code temp_store(char **ret, struct fp_error *err)
{
    cleanup_free char *path = NULL;
    if (make_temp(&path)) {
        *ret = steal_pointer(&path);
        return FP_OK;
    }
    enum fp_code code =
        fp_hinted(fp_fail_errno(err, FP_E_IO, "%s: cannot make the local store", path), err,
                  "set FLINKPACK_STORE to a folder that can be written to");
    /* A missing TMPDIR is a problem of this machine, and not of a path that the user named. */
    if (err != NULL)
        err->code = FP_E_IO;
    return code == FP_E_NOT_FOUND ? FP_E_IO : code;
}

enum fp_code fp_store_path(char **ret, char **ret_reason, struct fp_error *err)
{
    const char *store = fp_env("FLINKPACK_STORE");
    *ret_reason = NULL;
    *ret = store != NULL ? fp_xstrdup(store) : home_store();
    if (store == NULL && *ret != NULL)
        *ret_reason = reason_against(*ret);
    if (*ret != NULL && *ret_reason == NULL)
        return FP_OK;
    free(*ret);
    *ret = NULL;
    return temp_store(ret, err);
}
