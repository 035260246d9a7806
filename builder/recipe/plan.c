/* The options become a plan: where Flink comes from, the job, packages. */
#include "flinkpack/alpine.h"
#include "flinkpack/base.h"

#include "plan_parse.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static enum fp_code check_release_options(const struct fp_build_options *options,
                                          struct fp_error *err)
{
    static const char only[] = "goes with --from-release only";
    if (options->from_release && options->flink_version == NULL)
        return fp_hinted(fp_fail(err, FP_E_USAGE, "--from-release needs --flink-version"), err,
                         "for example --flink-version 1.20.4");
    if (options->from_release)
        return FP_OK;
    if (options->flink_checksum != NULL && options->from_archive == NULL)
        return fp_fail(err, FP_E_USAGE,
                       "--flink-checksum goes with --from-release and --from-archive only");
    if (options->scala_version != NULL)
        return fp_fail(err, FP_E_USAGE, "--scala-version %s", only);
    if (options->hadoop_version != NULL)
        return fp_fail(err, FP_E_USAGE, "--hadoop-version %s", only);
    if (options->flink_mirrors.len > 0)
        return fp_fail(err, FP_E_USAGE, "--flink-mirror %s", only);
    if (options->maven_repository != NULL)
        return fp_fail(err, FP_E_USAGE, "--maven-repository %s", only);
    return FP_OK;
}

static enum fp_code plan_source(struct fp_plan *plan, struct fp_error *err)
{
    const struct fp_build_options *options = plan->options;
    int count = (int) options->from_release + (int) (options->from_archive != NULL) +
                (int) options->from_local_dist + (int) (options->from_image != NULL);
    if (count != 1)
        return fp_hinted(fp_fail(err, FP_E_USAGE,
                                 count == 0 ? "nothing says where Flink comes from"
                                            : "Flink can come from one place only"),
                         err,
                         "give one of --from-release --flink-version V, --from-archive FILE, "
                         "--from-local-dist [DIR], --from-image IMAGE");
    FP_TRY(check_release_options(options, err));
    if (options->from_image != NULL && options->base != NULL)
        return fp_hinted(fp_fail(err, FP_E_USAGE, "--base does not go with --from-image"), err,
                         "the image that has Flink is the base");
    if (options->from_image != NULL && options->slim)
        return fp_fail(err, FP_E_USAGE, "--slim does not go with --from-image");
    plan->source = options->from_archive != NULL ? FP_FROM_ARCHIVE
                   : options->from_local_dist    ? FP_FROM_LOCAL_DIST
                   : options->from_image != NULL ? FP_FROM_IMAGE
                                                 : FP_FROM_RELEASE;
    if (options->from_archive != NULL && fp_path_is_dir(options->from_archive))
        return fp_hinted(fp_fail(err, FP_E_INPUT, "--from-archive '%s': a folder, not an archive",
                                 options->from_archive),
                         err, "--from-local-dist %s", options->from_archive);
    if (plan->source == FP_FROM_RELEASE)
        return fp_flink_version_parse(options->flink_version, &plan->version, err);
    cleanup_fd int fd = -1;
    uint64_t size = 0;
    if (plan->source != FP_FROM_ARCHIVE)
        return FP_OK;
    return fp_context(fp_file_open(options->from_archive, &fd, &size, err), err, "--from-archive");
}

/* Flink passes over what is not called *.jar, and then finds no job; and the label that lists the
 * job's files has commas between them. */
static void name_job(struct fp_plan *plan, const char *path, bool is_jar)
{
    const char *base = fp_path_base(path);
    size_t len = strlen(base);
    bool is_other = is_jar && !fp_text_ends_with(base, ".jar");
    bool shouts = is_other && len > 4 && strcasecmp(base + len - 4, ".jar") == 0;
    char *name =
        fp_xasprintf("%.*s%s", (int) (shouts ? len - 4 : len), base, is_other ? ".jar" : "");
    for (char *comma = strchr(name, ','); comma != NULL; comma = strchr(comma, ','))
        *comma = '_';
    if (strcmp(name, base) != 0)
        fp_report(plan->context->reporter, FP_EVENT_INFO, "%s: called %s in the image, as %s", path,
                  name, is_other ? "Flink takes *.jar only" : "commas stand between names");
    fp_strv_take(&plan->job_names, name);
}

/* An artifact may be any file; one with a main class is the job, whatever it is called. */
static enum fp_code plan_artifact(struct fp_plan *plan, const char *path, struct fp_jar *ret,
                                  struct fp_error *err)
{
    uint64_t size = 0;
    cleanup_fd int fd = -1;
    FP_TRY(fp_file_open(path, &fd, &size, err));
    bool is_job = fp_jar_inspect(path, ret, NULL) == FP_OK && ret->main_class != NULL;
    if (!is_job)
        fp_jar_clear(ret);
    name_job(plan, path, is_job);
    return FP_OK;
}

/* The image holds the jars flat, so their names have to differ. */
static enum fp_code check_job_names(const struct fp_plan *plan, struct fp_error *err)
{
    for (size_t i = 0; i < plan->job_jars.len; i++) {
        for (size_t k = 0; k < i; k++) {
            if (strcmp(plan->job_names.items[k], plan->job_names.items[i]) == 0) {
                return fp_fail(err, FP_E_USAGE,
                               "'%s' and '%s' would have the same name in the image",
                               plan->job_jars.items[k], plan->job_jars.items[i]);
            }
        }
    }
    return FP_OK;
}

static enum fp_code plan_job(struct fp_plan *plan, struct fp_error *err)
{
    const struct fp_build_options *options = plan->options;
    for (size_t i = 0; i < options->job_jars.len; i++) {
        if (options->job_jars.items[i][0] == '\0')
            return fp_fail(err, FP_E_USAGE, "--job-jar needs a file");
        fp_strv_add(&plan->job_jars, options->job_jars.items[i]);
    }
    for (size_t i = 0; i < options->job_artifacts.len; i++)
        fp_plan_files(options->job_artifacts.items[i], &plan->job_jars);
    if (options->job_artifacts.len > 0 && plan->job_jars.len == options->job_jars.len)
        return fp_fail(err, FP_E_USAGE, "--job-artifacts needs a file");
    if (options->job_classname != NULL && plan->job_jars.len == 0)
        return fp_fail(err, FP_E_USAGE, "--job-classname needs --job-jar");
    plan->jars = fp_xcalloc(plan->job_jars.len + 1, sizeof(*plan->jars));
    for (size_t i = 0; i < plan->job_jars.len; i++) {
        const char *path = plan->job_jars.items[i];
        bool is_jar = i < options->job_jars.len || fp_text_ends_with(path, ".jar");
        FP_TRY(is_jar ? fp_jar_inspect(path, &plan->jars[i], err)
                      : plan_artifact(plan, path, &plan->jars[i], err));
        if (is_jar)
            name_job(plan, path, true);
    }
    return check_job_names(plan, err);
}

static enum fp_code plan_lists(struct fp_plan *plan, struct fp_error *err)
{
    const struct fp_build_options *options = plan->options;
    enum fp_code code = FP_OK;
    plan->plugins = fp_xcalloc(options->plugins.len + 1, sizeof(*plan->plugins));
    for (size_t i = 0; i < options->plugins.len && code == FP_OK; i++) {
        code = fp_plan_plugin_parse(options->plugins.items[i], &plan->plugins[i], err);
        plan->plugin_count += code == FP_OK;
    }
    if (code == FP_OK)
        code = fp_plan_adds(plan, err);
    for (size_t i = 0; i < options->conf.len && code == FP_OK; i++)
        code = fp_plan_conf(plan, options->conf.items[i], err);
    return code == FP_OK ? fp_plan_look(plan, err) : code;
}

static bool is_url(const char *text)
{
    return strncmp(text, "http://", 7) == 0 || strncmp(text, "https://", 8) == 0;
}

/* Such a value may hold a password that was meant for nobody to see. */
static enum fp_code refuse_url(const char *option, const char *value, struct fp_error *err)
{
    cleanup_free char *shown = fp_url_display(value);
    return fp_fail(err, FP_E_USAGE, "%s '%s': expected an http or https URL", option, shown);
}

/* What is asked for lands in the image's /etc/apk/world, and apk reads no world that has a word
 * which it does not know. */
static enum fp_code check_requests(const struct fp_build_options *options, struct fp_error *err)
{
    for (size_t i = 0; i < options->packages.len; i++) {
        const char *request = options->packages.items[i];
        if (fp_apk_request_check(request, err) == FP_OK)
            continue;
        return fp_context(FP_E_USAGE, err, "--package '%s'", request);
    }
    if (options->base == NULL || options->from_image != NULL || !fp_base_is_name(options->base))
        return FP_OK;
    struct fp_base_entry entry = {0};
    enum fp_code code = fp_base_find(&options->base_folders, options->base, &entry, err);
    for (size_t i = 0; i < entry.packages.len && code == FP_OK; i++) {
        const char *request = entry.packages.items[i];
        code = fp_apk_request_check(request, err);
        if (code != FP_OK)
            code = fp_context(code, err, "%s: package '%s'", options->base, request);
    }
    fp_base_entry_clear(&entry);
    return fp_context(code, err, "--base");
}

/* User and password in a URL are sent to whoever listens, where it is of plain HTTP. */
static enum fp_code check_user(struct fp_reporter *reporter, const char *option, const char *url,
                               struct fp_error *err)
{
    cleanup_free char *bare = NULL;
    cleanup_free char *authorization = NULL;
    enum fp_code code = fp_url_split_user(url, &bare, &authorization, err);
    if (code != FP_OK)
        return fp_context(code, err, "%s", option);
    if (authorization != NULL && fp_http_check_plain(NULL, bare, NULL) != FP_OK)
        fp_report(reporter, FP_EVENT_WARNING,
                  "%s %s: its password goes over plain HTTP, where others can read it", option,
                  bare);
    return FP_OK;
}

/* Of this machine or another one; what would be passed over in a file is an error here. */
static enum fp_code check_repository(struct fp_reporter *reporter, const char *line,
                                     struct fp_error *err)
{
    struct fp_apk_repositories found = {0};
    enum fp_code code = FP_OK;
    fp_apk_repositories_read(
        &(struct fp_apk_repositories_source){
            .text = line, .name = "--repository", .arch = "x86_64", .is_here = true},
        &found);
    if (found.passed.len > 0 || found.urls.len == 0)
        code = fp_fail(err, FP_E_USAGE, "%s",
                       found.passed.len > 0 ? found.passed.items[0] : "--repository names none");
    for (size_t i = 0; i < found.urls.len && code == FP_OK; i++) {
        const char *url = found.urls.items[i];
        if (url[0] != '/')
            code = check_user(reporter, "--repository", url, err);
        else if (strstr(line, "${") == NULL && access(url, F_OK) != 0)
            code = fp_fail_errno(err, FP_E_IO, "--repository %s", url);
    }
    fp_apk_repositories_clear(&found);
    return code;
}

static enum fp_code check_packages(const struct fp_build_options *options,
                                   const struct fp_build_context *context, struct fp_error *err)
{
    enum fp_code code = check_requests(options, err);
    if (code != FP_OK)
        return code;
    for (size_t i = 0; i < options->repositories.len && code == FP_OK; i++)
        code = check_repository(context->reporter, options->repositories.items[i], err);
    if (code == FP_OK && options->apk_mirror != NULL && !is_url(options->apk_mirror))
        code = refuse_url("--apk-mirror", options->apk_mirror, err);
    if (code == FP_OK && options->apk_mirror != NULL)
        code = check_user(context->reporter, "--apk-mirror", options->apk_mirror, err);
    if (code != FP_OK)
        return code;
    cleanup_apk_keys struct fp_apk_keys *keys = fp_apk_keys_new();
    code = fp_apk_keys_read(keys, &options->keys, err);
    return fp_context(code, err, "--key");
}

enum fp_code fp_plan_make(const struct fp_build_options *options,
                          const struct fp_build_context *context, struct fp_plan *ret,
                          struct fp_error *err)
{
    cleanup_plan struct fp_plan plan = {.options = options,
                                        .context = context,
                                        .verb = "build",
                                        .uid = FP_FLINK_UID,
                                        .gid = FP_FLINK_GID};
    FP_TRY(plan_source(&plan, err));
    FP_TRY(fp_plan_platforms(&plan, err));
    if (options->user != NULL)
        FP_TRY(fp_plan_user(options->user, &plan.uid, &plan.gid, err));
    FP_TRY(check_packages(options, context, err));
    FP_TRY(fp_plan_outputs(&plan, err));
    FP_TRY(plan_lists(&plan, err));
    FP_TRY(plan_job(&plan, err));
    FP_TRY(fp_plan_check(&plan, err));
    plan.blob_folder = fp_layout_blob_folder(context->store_folder);
    *ret = plan;
    memset(&plan, 0, sizeof(plan));
    return FP_OK;
}

void fp_plan_clear(struct fp_plan *plan)
{
    for (size_t i = 0; plan->jars != NULL && i < plan->job_jars.len; i++)
        fp_jar_clear(&plan->jars[i]);
    for (size_t i = 0; i < plan->plugin_count; i++) {
        free(plan->plugins[i].name);
        fp_strv_clear(&plan->plugins[i].files);
    }
    for (size_t i = 0; i < plan->add_count; i++) {
        free(plan->adds[i].source);
        free(plan->adds[i].dest);
    }
    for (size_t i = 0; i < plan->output_count; i++) {
        fp_location_clear(&plan->outputs[i].location);
        fp_strv_clear(&plan->outputs[i].names);
    }
    free(plan->jars);
    free(plan->plugins);
    free(plan->adds);
    free(plan->outputs);
    free(plan->platforms);
    fp_strv_clear(&plan->job_jars);
    fp_strv_clear(&plan->job_names);
    fp_strv_clear(&plan->conf_keys);
    fp_strv_clear(&plan->conf_values);
    free(plan->title);
    json_decref(plan->labels);
    json_decref(plan->annotations);
    json_decref(plan->env);
    free(plan->blob_folder);
    memset(plan, 0, sizeof(*plan));
}
