/* Finds credentials in the files and variables of docker, podman and CI systems, in order. */
#include "credential.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* If `query` is NULL, it only checks that the text is a config.json. */
static enum fp_code find_in_text(const char *text, size_t len, const char *source,
                                 const struct fp_credential_query *query, struct fp_credential *ret,
                                 struct fp_error *err)
{
    cleanup_json json_t *config = NULL;
    FP_TRY(fp_json_parse(text, len, source, &config, err));
    if (!json_is_object(config))
        return fp_fail(err, FP_E_INPUT, "%s: not a JSON object", source);
    return query != NULL ? fp_docker_config_find(config, source, query, ret, err) : FP_OK;
}

static void warn_if_open(const char *path, const struct fp_credential_query *query)
{
    struct stat st;
    if (stat(path, &st) == 0 && st.st_uid == geteuid() && (st.st_mode & 077) != 0)
        fp_report(query->reporter, FP_EVENT_WARNING,
                  "%s holds credentials and can be read by others: chmod 600 %s", path, path);
}

static enum fp_code find_in_file(const char *path, const struct fp_credential_query *query,
                                 struct fp_credential *ret, struct fp_error *err)
{
    cleanup_secret_buf struct fp_buf text = FP_BUF_INIT(FP_REGISTRY_MAX_CONFIG);
    FP_TRY(fp_file_read(path, &text, err));
    FP_TRY(find_in_text(fp_buf_text(&text), text.len, path, query, ret, err));
    if (query != NULL && (ret->password != NULL || ret->identity_token != NULL) &&
        ret->source != NULL && strcmp(ret->source, path) == 0)
        warn_if_open(path, query);
    return FP_OK;
}

/* `folder` is NULL if its variable is unset; then there is no such file. */
static void add_place(struct fp_strv *places, const char *folder, const char *name)
{
    if (folder != NULL)
        fp_strv_take(places, fp_path_join(folder, name));
}

static void usual_places(struct fp_strv *places)
{
    const char *home = fp_env("HOME");
    const char *docker = fp_env("DOCKER_CONFIG");
    const char *runtime = fp_env("XDG_RUNTIME_DIR");
    const char *config = fp_env("XDG_CONFIG_HOME");
    if (docker != NULL)
        add_place(places, docker, "config.json");
    else
        add_place(places, home, ".docker/config.json");
    if (runtime != NULL)
        add_place(places, runtime, "containers/auth.json");
    else
        fp_strv_addf(places, "/run/containers/%u/auth.json", (unsigned int) geteuid());
    if (config != NULL)
        add_place(places, config, "containers/auth.json");
    else
        add_place(places, home, ".config/containers/auth.json");
    add_place(places, home, ".dockercfg");
}

/* A broken file that the user did not name does not stop a build, which may need no credentials. */
static enum fp_code find_in_usual_places(const struct fp_credential_query *query,
                                         struct fp_credential *ret, struct fp_error *err)
{
    cleanup_strv struct fp_strv places = {0};
    usual_places(&places);
    for (size_t i = 0; i < places.len && !fp_credential_is_set(ret); i++) {
        if (!fp_path_exists(places.items[i]))
            continue;
        enum fp_code code = find_in_file(places.items[i], query, ret, err);
        if (code == FP_E_INTERRUPTED)
            return code;
        if (code != FP_OK)
            fp_report(query->reporter, FP_EVENT_WARNING, "%s; left out",
                      err != NULL ? err->text : places.items[i]);
    }
    return FP_OK;
}

static enum fp_code from_command_line(const struct fp_credentials_options *options,
                                      struct fp_credential *ret, struct fp_error *err)
{
    if (options->password == NULL)
        return fp_fail(err, FP_E_USAGE, "a user name needs a password");
    ret->username = fp_xstrdup(options->username);
    ret->password = fp_xstrdup(options->password);
    ret->source = fp_xstrdup("the command line");
    return FP_OK;
}

/* Look in the sources that are the only ones, or the first. If `query` is NULL, they are only read.
 * `*ret_more`: there are other sources. */
static enum fp_code find_in_named_places(const struct fp_credentials_options *options,
                                         const struct fp_credential_query *query,
                                         struct fp_credential *ret, bool *ret_more,
                                         struct fp_error *err)
{
    const char *only = fp_env("REGISTRY_AUTH_FILE");
    const char *inlined = fp_env("DOCKER_AUTH_CONFIG");
    *ret_more = false;
    if (options->authfile != NULL)
        return find_in_file(options->authfile, query, ret, err);
    if (only != NULL) {
        enum fp_code code = find_in_file(only, query, ret, err);
        return fp_context(code, err, "REGISTRY_AUTH_FILE");
    }
    *ret_more = true;
    if (inlined == NULL)
        return FP_OK;
    enum fp_code code =
        strlen(inlined) > FP_REGISTRY_MAX_CONFIG
            ? fp_fail(err, FP_E_INPUT, "DOCKER_AUTH_CONFIG: too long")
            : find_in_text(inlined, strlen(inlined), "DOCKER_AUTH_CONFIG", query, ret, err);
    if (code == FP_E_INPUT && inlined[strspn(inlined, " \t\r\n")] != '{')
        fp_hint(err, "it holds the JSON of a config.json itself, not the file's name; "
                     "for a file there is REGISTRY_AUTH_FILE");
    return code;
}

enum fp_code fp_credentials_check(const struct fp_credentials_options *options,
                                  struct fp_error *err)
{
    bool more = false;
    return options->username != NULL ? FP_OK
                                     : find_in_named_places(options, NULL, NULL, &more, err);
}

enum fp_code fp_credential_find(const struct fp_credentials_options *options,
                                const struct fp_credential_query *query, struct fp_credential *ret,
                                struct fp_error *err)
{
    bool more = false;
    if (options->username != NULL)
        return from_command_line(options, ret, err);
    enum fp_code code = find_in_named_places(options, query, ret, &more, err);
    if (code != FP_OK || !more || fp_credential_is_set(ret))
        return code;
    return find_in_usual_places(query, ret, err);
}
