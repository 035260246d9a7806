/* Reads, locks, changes and writes the file where docker and podman keep credentials. */
#include "auth_file.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>

static enum fp_code hint_place(enum fp_code code, struct fp_error *err)
{
    fp_hint(err, "set DOCKER_CONFIG to a folder that can be written to, or give --authfile "
                 "FILE, for this and for what is run after it");
    return code;
}

static enum fp_code find_path(const char *path, char **ret, struct fp_error *err)
{
    const char *docker = fp_env("DOCKER_CONFIG");
    const char *home = fp_env("HOME");
    if (path == NULL)
        path = fp_env("REGISTRY_AUTH_FILE");
    if (path != NULL)
        *ret = fp_xstrdup(path);
    else if (docker != NULL)
        *ret = fp_path_join(docker, "config.json");
    else if (home != NULL)
        *ret = fp_path_join(home, ".docker/config.json");
    if (*ret != NULL)
        return FP_OK;
    return hint_place(
        fp_fail(err, FP_E_USAGE, "there is no place for credentials: HOME is not set"), err);
}

/* If the path is a link, its target is written and the link is kept. */
static enum fp_code resolve(const char *path, struct fp_auth_file *file, struct fp_error *err)
{
    cleanup_free char *named = NULL;
    FP_TRY(find_path(path, &named, err));
    return fp_output_path(named, &file->path, err);
}

static enum fp_code read_document(struct fp_auth_file *file, struct fp_error *err)
{
    if (!fp_path_exists(file->path)) {
        file->document = json_object();
        return FP_OK;
    }
    cleanup_secret_buf struct fp_buf text = FP_BUF_INIT(FP_REGISTRY_MAX_CONFIG);
    FP_TRY(fp_file_read(file->path, &text, err));
    if (text.len == 0)
        fp_buf_puts(&text, "{}");
    FP_TRY(fp_json_parse(fp_buf_text(&text), text.len, file->path, &file->document, err));
    if (!json_is_object(file->document))
        FP_TRY(fp_fail(err, FP_E_INPUT, "%s: expected a JSON object", file->path));
    return FP_OK;
}

enum fp_code fp_auth_file_read(const char *path, struct fp_auth_file *ret, struct fp_error *err)
{
    FP_TRY(resolve(path, ret, err));
    return read_document(ret, err);
}

/* A separate file is locked, because the credential file itself is replaced by a rename. If the
 * lock file cannot be made, the credential file cannot be written there either. */
static enum fp_code lock(struct fp_auth_file *file, struct fp_error *err)
{
    struct fp_error why = {0};
    cleanup_free char *folder =
        fp_xstrndup(file->path, (size_t) (fp_path_base(file->path) - file->path));
    cleanup_free char *name = fp_xasprintf("%s.lock", file->path);
    enum fp_code code = folder[0] != '\0' ? fp_mkdir_p(folder, 0700, &why) : FP_OK;
    if (code == FP_OK)
        code = fp_file_open_locked(name, &file->lock, &why);
    if (code == FP_E_INTERRUPTED)
        return fp_cancel_check(err);
    if (code == FP_OK)
        file->lock_path = steal_pointer(&name);
    return FP_OK;
}

enum fp_code fp_auth_file_lock(const char *path, struct fp_auth_file *ret, struct fp_error *err)
{
    FP_TRY(resolve(path, ret, err));
    FP_TRY(lock(ret, err));
    return read_document(ret, err);
}

/* Indents by tabs like docker, so that docker's next login does not change every line. */
static char *tab_indented(const json_t *document)
{
    char *text = json_dumps(document, JSON_INDENT(1));
    bool at_indent = true;
    for (char *p = text; p != NULL && *p != '\0'; p++) {
        if (*p == ' ' && at_indent)
            *p = '\t';
        else
            at_indent = *p == '\n';
    }
    return text;
}

static enum fp_code write_file(const struct fp_auth_file *file, struct fp_error *err)
{
    const char *base = fp_path_base(file->path);
    cleanup_free char *folder = fp_xstrndup(file->path, (size_t) (base - file->path));
    cleanup_secret char *text = tab_indented(file->document);
    if (text == NULL)
        return fp_fail(err, FP_E_INPUT, "%s: not valid UTF-8", file->path);
    enum fp_code code = folder[0] != '\0' ? fp_mkdir_p(folder, 0700, err) : FP_OK;
    if (code == FP_OK)
        code = fp_file_write(file->path, text, strlen(text), 0600, err);
    return code == FP_E_IO && err->hint[0] == '\0' ? hint_place(code, err) : code;
}

bool fp_auth_variable_has(const char *host)
{
    const char *inlined = fp_env("DOCKER_AUTH_CONFIG");
    cleanup_json json_t *document = NULL;
    const char *key = NULL;
    json_t *entry = NULL;
    bool has = false;
    if (inlined == NULL || fp_env("REGISTRY_AUTH_FILE") != NULL ||
        fp_json_parse(inlined, strlen(inlined), "DOCKER_AUTH_CONFIG", &document, NULL) != FP_OK)
        return false;
    json_object_foreach(json_object_get(document, "auths"), key, entry)
    {
        has = has || fp_credential_match(key, host, "") > 0;
    }
    return has;
}

/* Remove all entries for the whole registry, whatever form their keys have, because other programs
 * may find them before the new one. Returns whether there were any. */
static bool forget(struct fp_auth_file *file, const char *host)
{
    json_t *auths = json_object_get(file->document, "auths");
    const char *key = NULL;
    json_t *entry = NULL;
    void *next = NULL;
    bool any = false;
    json_object_foreach_safe(auths, next, key, entry)
    {
        if (fp_credential_match(key, host, "") == 0)
            continue;
        any = true;
        (void) json_object_del(auths, key);
    }
    return any;
}

static enum fp_code store_in_file(struct fp_auth_file *file, const char *key, const char *username,
                                  const char *password, struct fp_error *err)
{
    cleanup_secret char *pair = fp_xasprintf("%s:%s", username, password);
    cleanup_secret char *encoded = fp_base64_encode(pair, strlen(pair));
    json_t *entry = json_pack("{s:s}", "auth", encoded);
    if (!json_is_object(json_object_get(file->document, "auths")))
        (void) fp_json_set(file->document, "auths", json_object());
    if (!fp_json_set(json_object_get(file->document, "auths"), key, entry))
        return fp_fail(err, FP_E_USAGE, "'%s' is not valid UTF-8", key);
    return write_file(file, err);
}

enum fp_code fp_auth_file_store(struct fp_auth_file *file, const char *host, const char *username,
                                const char *password, char **ret_where, struct fp_error *err)
{
    const char *key = fp_credential_key(host);
    const char *helper = fp_credential_helper(file->document, host, "");
    cleanup_free char *where =
        helper != NULL ? fp_xasprintf("docker-credential-%s", helper) : fp_xstrdup(file->path);
    if (helper != NULL)
        FP_TRY(fp_helper_store(helper, file->path, key, username, password, err));
    bool had_any = forget(file, host);
    if (helper == NULL)
        FP_TRY(store_in_file(file, key, username, password, err));
    else if (had_any)
        FP_TRY(write_file(file, err));
    *ret_where = steal_pointer(&where);
    return FP_OK;
}

enum fp_code fp_auth_file_erase(struct fp_auth_file *file, const char *host, bool *ret_any,
                                struct fp_error *err)
{
    const char *helper = fp_credential_helper(file->document, host, "");
    *ret_any = false;
    if (helper != NULL)
        FP_TRY(fp_helper_erase(helper, file->path, fp_credential_key(host), ret_any, err));
    if (!forget(file, host))
        return FP_OK;
    *ret_any = true;
    return write_file(file, err);
}

const char *fp_auth_file_narrower(const struct fp_auth_file *file, const char *host)
{
    const char *key = NULL;
    json_t *entry = NULL;
    json_object_foreach(json_object_get(file->document, "auths"), key, entry)
    {
        const char *scheme_end = strstr(key, "://");
        const char *path = strchr(scheme_end != NULL ? scheme_end + 3 : key, '/');
        if (path != NULL && json_object_size(entry) > 0 &&
            fp_credential_match(key, host, path + 1) > 2)
            return key;
    }
    return NULL;
}

void fp_auth_file_clear(struct fp_auth_file *file)
{
    /* The lock file is removed while it is locked; waiting processes make a new one. */
    if (file->lock_path != NULL) {
        (void) unlink(file->lock_path);
        (void) close(file->lock);
    }
    free(file->lock_path);
    free(file->path);
    json_decref(file->document);
    *file = (struct fp_auth_file){0};
}
