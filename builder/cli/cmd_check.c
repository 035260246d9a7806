/* check tells whether a job can run: what is found wrong with it, for people or programs. */
#include <string.h>

#include "format.h"
#include "session.h"

/* Whether the command line itself has an option; an operand stands for --job-jar there. */
static bool is_typed(const struct fp_run *run, const char *name)
{
    const struct fp_settings *settings = run->settings;
    for (size_t i = 0; i < settings->len; i++)
        if (settings->items[i].origin == FP_FROM_COMMAND_LINE &&
            strcmp(settings->items[i].option->name, name) == 0)
            return true;
    return false;
}

/* Jars that are named replace those of file and environment. */
static void take_operands(struct fp_run *run)
{
    struct fp_build_options *build = &run->args.build;
    if (run->operands.len == 0)
        return;
    if (!is_typed(run, "job-jar"))
        fp_strv_clear(&build->job_jars);
    if (!is_typed(run, "job-artifacts"))
        fp_strv_clear(&build->job_artifacts);
    fp_strv_add_all(&build->job_jars, &run->operands);
}

/* An image is judged by what it has: options of other images, from files too, do not count. */
static enum fp_code take_image(const struct fp_run *run, struct fp_build_options *ret,
                               struct fp_error *err)
{
    static const char *const OTHERS[] = {
        "job-jar",       "job-artifacts", "job-classname", "lib",  "plugin",
        "conf",          "add",           "slim",          "base", "user",
        "flink-version", "package",       "with-python3",  "env",  "allow-musl-natives"};
    const struct fp_build_options *build = &run->args.build;
    if (run->operands.len > 0)
        return fp_hinted(fp_fail(err, FP_E_USAGE, "--image judges the jars that the image has"),
                         err, "--from-image judges another jar with an image's Flink");
    for (size_t i = 0; i < sizeof(OTHERS) / sizeof(OTHERS[0]); i++)
        if (is_typed(run, OTHERS[i]))
            return fp_hinted(fp_fail(err, FP_E_USAGE,
                                     "--%s does not go with --image, which is judged as it is",
                                     OTHERS[i]),
                             err, "--from-image judges a job with an image's Flink");
    *ret = (struct fp_build_options){.from_image = run->args.image,
                                     .judges_only = true,
                                     .judges_image = true,
                                     .allow = build->allow,
                                     .platforms = build->platforms,
                                     .base_folders = build->base_folders,
                                     .no_cache = build->no_cache,
                                     .cache_max_bytes = build->cache_max_bytes};
    return FP_OK;
}

static enum fp_code check_options(struct fp_run *run, struct fp_error *err)
{
    struct fp_build_options *build = &run->args.build;
    bool has_source = build->from_release || build->from_archive != NULL ||
                      build->from_local_dist || build->from_image != NULL;
    take_operands(run);
    build->judges_only = true;
    build->from_release = build->from_release || (!has_source && build->flink_version != NULL);
    if (!has_source && build->flink_version == NULL)
        return fp_hinted(fp_fail(err, FP_E_USAGE, "check: nothing says which Flink the job is for"),
                         err,
                         "--flink-version V, --from-archive FILE, --from-local-dist [DIR] or "
                         "--from-image IMAGE; --image IMAGE judges the job in it");
    if (build->job_jars.len == 0 && build->job_artifacts.len == 0 && build->conf.len == 0)
        return fp_hinted(fp_fail(err, FP_E_USAGE, "check: no jar is named"), err,
                         "flinkpack check JAR --flink-version V");
    return FP_OK;
}

/* A piece of a line, whatever bytes it has. The caller owns it. */
static char *shown(const char *text)
{
    char *copy = fp_xstrdup(text != NULL ? text : "");
    fp_make_printable(copy);
    return copy;
}

static void put_finding(struct fp_run *run, const struct fp_finding *finding)
{
    cleanup_free char *where = shown(finding->where);
    cleanup_free char *entry = shown(finding->entry);
    cleanup_free char *what = shown(finding->what);
    cleanup_free char *effect = shown(finding->effect);
    cleanup_free char *advice = shown(finding->advice);
    bool has_entry = *entry != '\0' && strstr(what, entry) == NULL;
    fp_buf_putf(&run->out, "%s: %s%s%s%s%s [%s]\n", fp_severity_name(finding->severity), where,
                *where != '\0' ? ": " : "", has_entry ? entry : "", has_entry ? ": " : "", what,
                finding->name);
    if (*effect != '\0')
        fp_buf_putf(&run->out, "    %s\n", effect);
    if (*advice != '\0')
        fp_buf_putf(&run->out, "    => %s\n", advice);
}

static char *counted(size_t count, const char *noun)
{
    return fp_xasprintf("%zu %s%s", count, noun, count == 1 ? "" : "s");
}

/* "job.jar: 2 errors, 1 warning with Flink 1.20.4 on Java 17" */
static char *verdict(const struct fp_judgement *judgement)
{
    const struct fp_findings *findings = &judgement->findings;
    size_t errors = fp_findings_count(findings, FP_SEVERITY_ERROR);
    size_t warnings = fp_findings_count(findings, FP_SEVERITY_WARNING);
    cleanup_free char *jars = fp_strv_join(&judgement->jars, ", ", 200);
    cleanup_free char *worse = counted(errors, "error");
    cleanup_free char *worst = counted(warnings, "warning");
    cleanup_free char *on = judgement->java > 0
                                ? fp_xasprintf(" on Java %u (%s)", judgement->java, judgement->base)
                                : fp_xstrdup("");
    cleanup_free char *what =
        errors + warnings > 0 ? fp_xasprintf("%s, %s", worse, worst) : fp_xstrdup("nothing wrong");
    return fp_xasprintf("%s: %s with Flink %s%s%s", *jars != '\0' ? jars : "no jar", what,
                        judgement->version.text, on,
                        judgement->has_flink_classes ? "" : "; Flink's classes were not at hand");
}

static void put_text(struct fp_run *run, const struct fp_judgement *judgement)
{
    const struct fp_findings *findings = &judgement->findings;
    cleanup_free char *last = verdict(judgement);
    cleanup_free char *line = shown(last);
    size_t infos = fp_findings_count(findings, FP_SEVERITY_INFO);
    for (size_t i = 0; i < findings->len; i++)
        if (findings->items[i].severity != FP_SEVERITY_INFO || run->args.verbose)
            put_finding(run, &findings->items[i]);
    fp_buf_puts(&run->out, line);
    if (judgement->allowed > 0)
        fp_buf_putf(&run->out, "; --allow passed over %zu", judgement->allowed);
    if (infos > 0 && !run->args.verbose)
        fp_buf_putf(&run->out, "; -v shows %zu more that known-good jobs have too", infos);
    fp_buf_puts(&run->out, "\n");
}

static void put_json(struct fp_run *run, const struct fp_judgement *judgement)
{
    const struct fp_findings *findings = &judgement->findings;
    cleanup_json json_t *all = json_pack(
        "{s:{s:s, s:b}, s:o, s:o, s:I, s:I, s:I}", "flink", "version", judgement->version.text,
        "classes", (int) judgement->has_flink_classes, "jars", fp_json_texts(&judgement->jars),
        "findings", fp_findings_json(findings), "allowed", (json_int_t) judgement->allowed,
        "errors", (json_int_t) fp_findings_count(findings, FP_SEVERITY_ERROR), "warnings",
        (json_int_t) fp_findings_count(findings, FP_SEVERITY_WARNING));
    fp_json_set_text(all, "base", judgement->base);
    if (judgement->java > 0)
        fp_json_set(all, "java", json_integer(judgement->java));
    fp_run_put_json(run, all);
}

static enum fp_code end(const struct fp_run *run, const struct fp_judgement *judgement,
                        struct fp_error *err)
{
    const struct fp_findings *findings = &judgement->findings;
    size_t warnings = fp_findings_count(findings, FP_SEVERITY_WARNING);
    cleanup_strv struct fp_strv names = {0};
    for (size_t i = 0; i < findings->len; i++)
        if (findings->items[i].severity == FP_SEVERITY_ERROR &&
            !fp_strv_has(&names, findings->items[i].name))
            fp_strv_add(&names, findings->items[i].name);
    cleanup_free char *spaced = fp_strv_join(&names, ", ", 400);
    cleanup_free char *joined = fp_strv_join(&names, ",", 400);
    if (names.len > 0)
        return fp_hinted(fp_fail(err, FP_E_INPUT, "the job cannot run as it is: %s", spaced), err,
                         "mend that; --allow %s is for what you know to run all the same", joined);
    if (warnings > 0 && run->args.fail_on_warning)
        return fp_fail(err, FP_E_INPUT, "there are warnings, and --fail-on-warning");
    return FP_OK;
}

enum fp_code fp_run_check(struct fp_run *run, struct fp_error *err)
{
    cleanup_session struct fp_session session = {0};
    cleanup_judgement struct fp_judgement judgement = {0};
    const char *format = run->args.format;
    struct fp_build_options image = {0};
    bool is_image = run->args.image != NULL;
    FP_TRY(is_image ? take_image(run, &image, err) : check_options(run, err));
    FP_TRY(fp_session_open_build(run, &session, err));
    FP_TRY(fp_judge_job(is_image ? &image : &run->args.build, &session.context, &judgement, err));
    run->is_partial = true;
    if (format != NULL && strcmp(format, "json") == 0)
        put_json(run, &judgement);
    else
        put_text(run, &judgement);
    return end(run, &judgement, err);
}
