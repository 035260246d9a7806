/* Opens the local store, the cache and the registries for the commands. */
#include "session.h"

#include <stdint.h>
#include <string.h>
#include <unistd.h>

/* The default cache directory. NULL: there is no home directory to put it in. */
static char *usual_cache(void)
{
    const char *cache = fp_env("XDG_CACHE_HOME");
    if (cache != NULL && cache[0] == '/')
        return fp_path_join(cache, "flinkpack");
    const char *home = fp_env("HOME");
    if (home != NULL && home[0] == '/' && access(home, W_OK) == 0)
        return fp_xasprintf("%s/.cache/flinkpack", home);
    return NULL;
}

/* The reason not to use a cache that the user has not named; NULL: it can be used. */
static const char *flaw_of(const char *cache, bool is_read_only)
{
    const char *flaw = fp_kept_dir_flaw(cache);
    bool is_writable = is_read_only || !fp_path_exists(cache) || access(cache, W_OK | X_OK) == 0;
    return flaw != NULL || is_writable ? flaw : "cannot be written to";
}

/* The cache holds Apache's checksums, so a cache that others can write to is used only if the user
 * has named it. */
static enum fp_code choose_cache(const struct fp_args *args, struct fp_session *session,
                                 struct fp_reporter *reporter, struct fp_error *err)
{
    cleanup_free char *usual = usual_cache();
    const char *flaw = NULL;
    if (args->cache != NULL) {
        session->cache = fp_xstrdup(args->cache);
        return FP_OK;
    }
    if (usual != NULL)
        flaw = flaw_of(usual, args->offline);
    if (usual != NULL && flaw == NULL) {
        session->cache = steal_pointer(&usual);
        return FP_OK;
    }
    session->cache = fp_path_join(session->store, "cache");
    if (flaw != NULL)
        fp_report(reporter, FP_EVENT_WARNING,
                  "the cache %s %s: it is not used, downloads are kept in %s; --cache DIR uses a "
                  "directory as it is",
                  usual, flaw, session->cache);
    flaw = flaw_of(session->cache, args->offline);
    if (flaw == NULL)
        return FP_OK;
    return fp_hinted(fp_fail(err, FP_E_IO, "the cache %s %s", session->cache, flaw), err,
                     "--cache DIR uses a directory as it is");
}

/* If no home directory is writable, fp_store_path() falls back to a directory of this name, or to
 * NAME.XXXXXX. */
static void tell_fallback(const char *store, const char *reason, struct fp_reporter *reporter)
{
    cleanup_free char *name = fp_xasprintf("flinkpack-%ju", (uintmax_t) geteuid());
    const char *home = fp_env("HOME");
    const char *base = fp_path_base(store);
    bool is_named_so = strncmp(base, name, strlen(name)) == 0 &&
                       (base[strlen(name)] == '\0' || base[strlen(name)] == '.');
    if (reason != NULL)
        fp_report(
            reporter, FP_EVENT_WARNING,
            "%s: the local store is %s; --store DIR or FLINKPACK_STORE uses a directory as it "
            "is",
            reason, store);
    else if (is_named_so)
        fp_report(reporter, FP_EVENT_WARNING,
                  "HOME %s: the local store is %s; --store DIR or FLINKPACK_STORE names another",
                  home == NULL ? "is not set" : "cannot be written to", store);
}

/* If no other directory is writable, the store goes into the cache directory. */
static enum fp_code store_in_cache(const struct fp_args *args, struct fp_session *session,
                                   struct fp_reporter *reporter, const struct fp_error *why)
{
    cleanup_free char *usual = usual_cache();
    const char *cache = args->cache != NULL ? args->cache : usual;
    if (why->code != FP_E_IO || cache == NULL ||
        fp_mkdir_p(cache, FP_KEPT_DIR_MODE, NULL) != FP_OK || access(cache, W_OK | X_OK) != 0)
        return why->code;
    session->store = fp_path_join(cache, "store");
    fp_report(reporter, FP_EVENT_WARNING,
              "%s: it is in the cache, %s; --store DIR or FLINKPACK_STORE names another", why->text,
              session->store);
    return FP_OK;
}

static enum fp_code choose_store(const struct fp_run *run, struct fp_session *session,
                                 struct fp_error *err)
{
    const struct fp_args *args = &run->args;
    cleanup_free char *reason = NULL;
    enum fp_code code = FP_OK;
    if (args->store != NULL) {
        if (fp_path_exists(args->store) && !fp_path_is_dir(args->store))
            return fp_fail(err, FP_E_INPUT, "--store: %s: a file, not a folder", args->store);
        session->store = fp_xstrdup(args->store);
    } else {
        code = fp_store_path(&session->store, &reason, err);
        if (code == FP_OK)
            tell_fallback(session->store, reason, run->reporter);
        else
            code = store_in_cache(args, session, run->reporter, err);
        if (code != FP_OK)
            return code;
    }
    session->context.places.store = session->store;
    return fp_store_check(session->store, err);
}

enum fp_code fp_session_open_local(const struct fp_run *run, struct fp_session *ret,
                                   struct fp_error *err)
{
    ret->context.reporter = run->reporter;
    ret->context.places.registry.reporter = run->reporter;
    ret->context.source_date_epoch = -1;
    ret->context.offline = true;
    return choose_store(run, ret, err);
}

static struct fp_build_context make_context(const struct fp_session *session,
                                            const struct fp_args *args,
                                            struct fp_reporter *reporter)
{
    return (struct fp_build_context){
        .http = session->http,
        .places = {.registry =
                       {
                           .http = session->http,
                           .credentials = {.authfile = args->authfile},
                           .plain_http_hosts = &session->insecure,
                           .token_hosts = &args->token_hosts,
                           .chunk_bytes = (uint64_t) args->chunk_bytes,
                           .reporter = reporter,
                       },
                   .mirrors = &session->mirrors,
                   .store = session->store},
        .apache_url = args->apache_url,
        .archive_url = args->archive_url,
        .checksum_url = args->checksum_url,
        .threads = (unsigned) args->threads,
        .source_date_epoch = args->source_date_epoch,
        .offline = args->offline,
        .reporter = reporter,
    };
}

static enum fp_code read_mirrors(const struct fp_args *args, struct fp_session *session,
                                 struct fp_reporter *reporter, struct fp_error *err)
{
    for (size_t i = 0; i < args->mirrors.len; i++)
        FP_TRY(fp_mirrors_add(&session->mirrors, args->mirrors.items[i], err));
    fp_mirrors_read(&session->mirrors, reporter);
    for (size_t i = 0; i < args->insecure.len; i++)
        fp_strv_add(&session->insecure, args->insecure.items[i]);
    for (size_t i = 0; i < session->mirrors.insecure.len; i++)
        fp_strv_add(&session->insecure, session->mirrors.insecure.items[i]);
    return FP_OK;
}

/* Round up, because a timeout of 0 would mean no timeout. */
static int seconds(int64_t ms)
{
    return (int) ((ms + 999) / 1000);
}

enum fp_code fp_session_open_remote(const struct fp_run *run, struct fp_session *ret,
                                    struct fp_error *err)
{
    const struct fp_args *args = &run->args;
    FP_TRY(read_mirrors(args, ret, run->reporter, err));
    struct fp_http_options http = {
        .user_agent = "flinkpack/" FLINKPACK_VERSION,
        .ca_file = args->ca_file,
        .insecure_hosts = &ret->insecure,
        .plain_hosts = &args->plain_http,
        .connect_timeout_s = seconds(args->connect_timeout_ms),
        .stall_timeout_s = seconds(args->stall_timeout_ms),
        .max_attempts = (int) args->retry + 1,
        .first_pause_ms = (int) args->retry_delay_ms,
        .reporter = run->reporter,
    };
    enum fp_code code = fp_http_new(&http, &ret->http, err);
    if (code != FP_OK && code != FP_E_INTERNAL)
        code = fp_context(code, err, "--ca-file");
    if (code == FP_OK)
        ret->context = make_context(ret, args, run->reporter);
    return code;
}

enum fp_code fp_session_open(const struct fp_run *run, struct fp_session *ret, struct fp_error *err)
{
    const struct fp_args *args = &run->args;
    if (args->platform != NULL) {
        FP_TRY(fp_platform_parse(args->platform, &ret->platform, err));
        ret->only = &ret->platform;
    }
    if (args->authfile != NULL && !fp_path_exists(args->authfile))
        return fp_fail(err, FP_E_NOT_FOUND, "--authfile: %s: no such file", args->authfile);
    FP_TRY(choose_store(run, ret, err));
    return fp_session_open_remote(run, ret, err);
}

/* A cache that cannot be used is no failure: the layers are made anew. */
static void open_layers(const struct fp_run *run, struct fp_session *session)
{
    struct fp_error failure = {0};
    const struct fp_build_options *options = &run->args.build;
    if (options->no_cache)
        return;
    if (fp_cache_open(session->cache, (uint64_t) options->cache_max_bytes, &session->layers,
                      &failure) != FP_OK)
        fp_report(run->reporter, FP_EVENT_INFO, "no cache of layers: %s", failure.text);
    session->context.cache = session->layers;
}

enum fp_code fp_session_open_build(const struct fp_run *run, struct fp_session *ret,
                                   struct fp_error *err)
{
    FP_TRY(fp_session_open(run, ret, err));
    FP_TRY(choose_cache(&run->args, ret, run->reporter, err));
    ret->context.cache_folder = ret->cache;
    open_layers(run, ret);
    return FP_OK;
}

void fp_session_look_into_cache(const struct fp_run *run, struct fp_session *session)
{
    const char *named = run->args.cache;
    session->cache = named != NULL ? fp_xstrdup(named) : usual_cache();
    if (session->cache != NULL &&
        fp_cache_open(session->cache, UINT64_MAX, &session->layers, NULL) != FP_OK)
        session->layers = NULL;
}

enum fp_code fp_session_open_cache(const struct fp_run *run, struct fp_session *ret,
                                   struct fp_error *err)
{
    FP_TRY(fp_session_open_local(run, ret, err));
    FP_TRY(choose_cache(&run->args, ret, run->reporter, err));
    return fp_cache_open(ret->cache, UINT64_MAX, &ret->layers, err);
}

void fp_session_close(struct fp_session *session)
{
    fp_http_free(session->http);
    fp_cache_free(session->layers);
    free(session->store);
    free(session->cache);
    fp_mirrors_clear(&session->mirrors);
    fp_strv_clear(&session->insecure);
    *session = (struct fp_session){0};
}

enum fp_code fp_session_copy(const struct fp_session *session, const struct fp_found *from,
                             struct fp_target *to, const struct fp_target *before,
                             struct fp_descriptor *ret, struct fp_error *err)
{
    const struct fp_push_options options = {
        .names = &to->names,
        .before = before != NULL ? before->push : NULL,
        .threads = session->context.threads,
        .one_of_several = to->one_of_several,
        .reporter = session->context.reporter,
    };
    struct fp_push_result result = {0};
    to->push = fp_push_new(to->repo, &options);
    FP_TRY(fp_copy_image(from->repo, &from->root, session->only, to->push, &result, err));
    *ret = result.root;
    return FP_OK;
}
