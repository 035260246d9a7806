#include "auth_file.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "flinkpack/registry.h"

#define FILE_MAX_BYTES    ((size_t) 1 << 20)
#define HELPER_MAX_BYTES  ((size_t) 64 << 10)
#define HELPER_TIMEOUT_MS 30000

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

/* A link is written through, not replaced by a file. */
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
    cleanup_buf struct fp_buf text = FP_BUF_INIT(FILE_MAX_BYTES);
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

/* Locks hold for processes that rename what they lock, so another file is locked. Where none can be
 * made there, nothing will be written either. */
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
        return fp_interrupt_check(err);
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

/* Tabs, as docker writes it, so that its next login does not change every line. */
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
    cleanup_free char *text = tab_indented(file->document);
    if (text == NULL)
        return fp_fail(err, FP_E_INPUT, "%s: not valid UTF-8", file->path);
    enum fp_code code = folder[0] != '\0' ? fp_mkdir_p(folder, 0700, err) : FP_OK;
    if (code == FP_OK)
        code = fp_file_write(file->path, text, strlen(text), 0600, err);
    explicit_bzero(text, strlen(text));
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

static enum fp_code fail_helper(const char *program, const char *verb, const struct fp_buf *output,
                                int status, struct fp_error *err)
{
    cleanup_free char *said = fp_helper_words(fp_buf_text(output), output->len);
    if (*said == '\0')
        return fp_fail(err, FP_E_AUTH, "%s %s: it ended with status %d%s", program, verb, status,
                       output->len > 0 ? "; what it printed may be secret and is not shown" : "");
    return fp_fail(err, FP_E_AUTH, "%s %s: %s", program, verb, said);
}

static enum fp_code run_helper(const struct fp_auth_file *file, const char *helper,
                               const char *verb, const char *input, struct fp_error *err)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                  "._-";
    if (helper[strspn(helper, allowed)] != '\0')
        return fp_fail(err, FP_E_INPUT, "'%s' is no name of a credential helper", helper);
    cleanup_free char *program = fp_xasprintf("docker-credential-%s", helper);
    const char *const argv[] = {program, verb, NULL};
    cleanup_buf struct fp_buf output = FP_BUF_INIT(HELPER_MAX_BYTES);
    int status = 0;
    enum fp_code code =
        fp_process_run(argv, input, strlen(input), HELPER_TIMEOUT_MS, &output, &status, err);
    if (code == FP_E_NOT_FOUND)
        fp_hint(err, "install it, add its folder to PATH, or take it out of %s", file->path);
    if (code == FP_OK && status != 0)
        code = fp_hinted(fail_helper(program, verb, &output, status, err), err,
                         "mend that helper, or take it out of %s", file->path);
    return code;
}

static enum fp_code store_in_helper(const struct fp_auth_file *file, const char *helper,
                                    const char *key, const char *username, const char *password,
                                    struct fp_error *err)
{
    cleanup_json json_t *entry =
        json_pack("{s:s, s:s, s:s}", "ServerURL", key, "Username", username, "Secret", password);
    cleanup_free char *text = entry != NULL ? json_dumps(entry, JSON_COMPACT) : NULL;
    if (text == NULL)
        return fp_fail(err, FP_E_USAGE, "name or password are not valid UTF-8");
    enum fp_code code = run_helper(file, helper, "store", text, err);
    explicit_bzero(text, strlen(text));
    return code;
}

/* Take out all that would be found for the whole registry, whatever form its key has: it would
 * stand beside what is kept now, and other programs may find it first. Whether there was any. */
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
    cleanup_free char *pair = fp_xasprintf("%s:%s", username, password);
    cleanup_free char *encoded = fp_base64_encode(pair);
    json_t *entry = json_pack("{s:s}", "auth", encoded);
    explicit_bzero(pair, strlen(pair));
    explicit_bzero(encoded, strlen(encoded));
    if (!json_is_object(json_object_get(file->document, "auths")))
        (void) json_object_set_new(file->document, "auths", json_object());
    if (json_object_set_new(json_object_get(file->document, "auths"), key, entry) != 0)
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
    enum fp_code code =
        helper != NULL ? store_in_helper(file, helper, key, username, password, err) : FP_OK;
    if (code != FP_OK)
        return code;
    bool had_any = forget(file, host);
    if (helper == NULL)
        code = store_in_file(file, key, username, password, err);
    else if (had_any)
        code = write_file(file, err);
    if (code == FP_OK)
        *ret_where = steal_pointer(&where);
    return code;
}

/* "credentials not found": the words of docker-credential-helpers where there are none. */
static enum fp_code erase_in_helper(const struct fp_auth_file *file, const char *helper,
                                    const char *key, bool *ret_any, struct fp_error *err)
{
    struct fp_error failure = {0};
    enum fp_code code = run_helper(file, helper, "erase", key, &failure);
    *ret_any = code == FP_OK;
    if (code == FP_E_AUTH && strstr(failure.text, "credentials not found") != NULL)
        return FP_OK;
    if (code != FP_OK && err != NULL)
        *err = failure;
    return code;
}

enum fp_code fp_auth_file_erase(struct fp_auth_file *file, const char *host, bool *ret_any,
                                struct fp_error *err)
{
    const char *helper = fp_credential_helper(file->document, host, "");
    *ret_any = false;
    enum fp_code code = FP_OK;
    if (helper != NULL)
        code = erase_in_helper(file, helper, fp_credential_key(host), ret_any, err);
    if (code != FP_OK || !forget(file, host))
        return code;
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
    /* While it is locked: whoever waited for it makes a new one. */
    if (file->lock_path != NULL) {
        (void) unlink(file->lock_path);
        (void) close(file->lock);
    }
    free(file->lock_path);
    free(file->path);
    json_decref(file->document);
    *file = (struct fp_auth_file){0};
}
