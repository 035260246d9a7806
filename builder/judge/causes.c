/* Groups references that nothing satisfies by their cause, and tells each cause once. */
#include "causes.h"

#include <string.h>

#include "flinkpack/flink/job.h"
#include "flinkpack/layer/zip.h"

static void cause_clear(struct fp_cause *cause)
{
    free(cause->key);
    free(cause->by);
    free(cause->subject);
    free(cause->trouble);
    free(cause->effect);
    free(cause->advice);
    json_decref(cause->subjects);
}

static struct fp_cause *find(const struct fp_causes *causes, const struct fp_cause *like)
{
    for (size_t i = 0; i < causes->len; i++)
        if (strcmp(causes->items[i].name, like->name) == 0 &&
            strcmp(causes->items[i].key, like->key) == 0)
            return &causes->items[i];
    return NULL;
}

void fp_causes_add(struct fp_causes *causes, struct fp_cause take)
{
    struct fp_cause *cause = find(causes, &take);
    if (cause == NULL) {
        causes->items = fp_xreallocarray(causes->items, causes->len + 1, sizeof(*causes->items));
        cause = &causes->items[causes->len++];
        *cause = take;
        cause->subjects = json_object();
        fp_json_set(cause->subjects, cause->subject, json_true());
        return;
    }
    fp_json_set(cause->subjects, take.subject, json_true());
    if (take.severity > cause->severity) {
        take.subjects = json_incref(cause->subjects);
        cause_clear(cause);
        *cause = take;
        return;
    }
    cause_clear(&take);
}

void fp_causes_tell(const struct fp_causes *causes, const char *jar, struct fp_findings *ret)
{
    for (size_t i = 0; i < causes->len; i++) {
        const struct fp_cause *cause = &causes->items[i];
        size_t others = json_object_size(cause->subjects);
        others -= others > 0;
        cleanup_free char *by = fp_class_dots(cause->by);
        cleanup_free char *more = others > 0 ? fp_xasprintf(" and %zu more", others) : NULL;
        fp_findings_add(
            ret, (struct fp_finding){.name = fp_finding_name(cause->name),
                                     .severity = cause->severity,
                                     .where = fp_xstrdup(jar),
                                     .entry = fp_xstrdup(by),
                                     .what = fp_xasprintf("%s uses %s%s%s", by, cause->subject,
                                                          more != NULL ? more : "", cause->trouble),
                                     .effect = fp_xstrdup(cause->effect),
                                     .advice = fp_xstrdup(cause->advice)});
    }
}

void fp_causes_clear(struct fp_causes *causes)
{
    for (size_t i = 0; i < causes->len; i++)
        cause_clear(&causes->items[i]);
    free(causes->items);
    *causes = (struct fp_causes){0};
}

enum fp_severity fp_reference_severity(const struct fp_judge_input *input,
                                       const struct fp_judged_jar *jar, const json_t *reference)
{
    const json_t *entry = json_object_get(jar->facts, "entry");
    if (jar->role != FP_JAR_JOB || !json_is_true(json_object_get(entry, "there")))
        return FP_SEVERITY_INFO;
    /* A session also loads the jars that lie in a job's jar. */
    bool is_whole = input->is_whole && json_array_size(json_object_get(jar->facts, "nested")) == 0;
    if (json_is_true(json_object_get(reference, "sure")))
        return is_whole ? FP_SEVERITY_ERROR : FP_SEVERITY_WARNING;
    bool is_used = json_is_true(json_object_get(reference, "reached")) &&
                   json_is_true(json_object_get(reference, "own"));
    return is_used ? FP_SEVERITY_WARNING : FP_SEVERITY_INFO;
}

/* The name without "META-INF/versions/11/" before it. */
static const char *without_version(const char *name)
{
    static const char VERSIONS[] = "META-INF/versions/";
    size_t len = strlen(VERSIONS);
    if (strncmp(name, VERSIONS, len) != 0)
        return name;
    const char *slash = strchr(name + len, '/');
    return slash != NULL ? slash + 1 : name;
}

static enum fp_code drop(void *context, struct fp_zip *zip, const struct fp_zip_entry *entry,
                         struct fp_error *err)
{
    (void) zip;
    (void) err;
    if (!fp_text_ends_with(entry->name, ".class"))
        return FP_OK;
    const char *name = without_version(entry->name);
    cleanup_free char *class_name = fp_xstrndup(name, strlen(name) - strlen(".class"));
    (void) json_object_del(context, class_name);
    return FP_OK;
}

enum fp_code fp_drop_present(const struct fp_judge_input *input, json_t *classes,
                             struct fp_error *err)
{
    size_t visible = 0;
    for (size_t i = 0; i < input->jar_count; i++)
        visible += input->jars[i].role != FP_JAR_PLUGIN;
    for (size_t i = 0; i < input->jar_count && visible > 1 && json_object_size(classes) > 0; i++) {
        cleanup_zip struct fp_zip *zip = NULL;
        if (input->jars[i].role == FP_JAR_PLUGIN)
            continue;
        FP_TRY(fp_zip_open(input->jars[i].path, &zip, err));
        FP_TRY(fp_zip_each(zip, drop, classes, err));
    }
    return FP_OK;
}
