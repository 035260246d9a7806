/* Judges references to Flink's own classes and members that this Flink does not have: by the index
 * of its classes, or without one by what is known of its history. */
#include <string.h>

#include "causes.h"
#include "flinkpack/flink/job.h"
#include "history.h"
#include "homes.h"
#include "judge.h"
#include "signature.h"

/* A reference of the facts, and what is missing. */
struct reference {
    const char *class_name;
    const char *member; /* NULL: the class */
    const char *descriptor;
    bool is_field;
    const json_t *json;
};

static struct reference read_reference(const json_t *json)
{
    return (struct reference){.class_name = fp_json_string(json, "class"),
                              .member = fp_json_string(json, "member"),
                              .descriptor = fp_json_string(json, "descriptor"),
                              .is_field = json_is_true(json_object_get(json, "field")),
                              .json = json};
}

/* What is missing, in words: "org.apache.flink.x.Y" or "org.apache.flink.x.Y.open(Configuration)".
 */
static char *words_of(const struct reference *reference, bool is_class)
{
    cleanup_free char *class_name = fp_class_dots(reference->class_name);
    if (is_class)
        return steal_pointer(&class_name);
    cleanup_free char *member =
        fp_signature_words(reference->member, reference->is_field ? NULL : reference->descriptor);
    return fp_xasprintf("%s.%s", class_name, member);
}

static char *package_of(const char *class_name)
{
    const char *slash = strrchr(class_name, '/');
    return fp_xstrndup(class_name, slash != NULL ? (size_t) (slash - class_name) : 0);
}

/* The API was removed: the references to all of it have one cause. */
static void explain_removed(const struct fp_api_change *change, struct fp_cause *cause)
{
    cause->name = "flink-api-removed";
    cause->key = fp_xstrdup(change->api);
    cause->trouble =
        fp_xasprintf(": Flink %u.%u removed %s", change->major, change->minor, change->api);
    cause->advice = fp_xasprintf("use %s; or run the job on a Flink before %u.%u", change->instead,
                                 change->major, change->minor);
}

static void explain_later(const struct fp_judge_input *input, const struct fp_api_change *change,
                          const struct reference *reference, bool is_class, struct fp_cause *cause)
{
    cause->name = is_class ? "flink-class" : "flink-member";
    cleanup_free char *package = package_of(reference->class_name);
    cause->key = fp_xasprintf("%s %u.%u", is_class ? package : reference->class_name, change->major,
                              change->minor);
    cause->trouble = fp_xasprintf(", which Flink %s does not have: it came with Flink %u.%u",
                                  input->version->text, change->major, change->minor);
    cause->advice = fp_xasprintf("run the job on Flink %u.%u or later, or build it for Flink %s",
                                 change->major, change->minor, input->version->text);
}

/* Nothing is known of its history. */
static void explain_missing(const struct fp_judge_input *input, const struct reference *reference,
                            bool is_class, struct fp_cause *cause)
{
    const struct fp_home *home =
        is_class ? fp_class_home(input->version, reference->class_name) : NULL;
    cause->name = is_class ? "flink-class" : "flink-member";
    cause->key = home != NULL ? fp_xstrdup(home->jar)
                 : is_class   ? package_of(reference->class_name)
                              : fp_xstrdup(reference->class_name);
    cause->trouble = home != NULL
                         ? fp_xasprintf(", which neither the job's jars nor Flink %s have: it is "
                                        "part of %s",
                                        input->version->text, home->jar)
                         : fp_xasprintf(", which Flink %s does not have", input->version->text);
    cause->advice = home != NULL
                        ? fp_class_home_advice(home)
                        : fp_xasprintf("build the job for Flink %s, with libraries made for it",
                                       input->version->text);
}

/* Ask the index. A member whose receiver inherits from several classes may be in any of them. */
static enum fp_api_answer ask(const struct fp_api *api, const struct reference *reference)
{
    const json_t *others = json_object_get(reference->json, "or");
    enum fp_api_answer answer =
        fp_api_find(api, reference->class_name, reference->member, reference->descriptor);
    for (size_t i = 0; i < json_array_size(others) && answer == FP_API_NO_MEMBER; i++) {
        const char *other = json_string_value(json_array_get(others, i));
        if (other != NULL &&
            fp_api_find(api, other, reference->member, reference->descriptor) != FP_API_NO_MEMBER)
            answer = FP_API_UNKNOWN;
    }
    return answer;
}

/* What removed a class, or, without `is_class`, a member by its name or as it is called. */
static const struct fp_api_change *removal_of(const struct fp_judge_input *input,
                                              const struct reference *reference, bool is_class)
{
    const char *class_name = reference->class_name;
    const struct fp_api_change *found =
        fp_api_removed(input->version, class_name, is_class ? NULL : reference->member);
    if (found != NULL || is_class || reference->descriptor == NULL || reference->is_field)
        return found;
    cleanup_free char *method = fp_xasprintf("%s%s", reference->member, reference->descriptor);
    return fp_api_removed(input->version, class_name, method);
}

/* Whether the index, or without one the history, says that it is missing, and whether that is the
 * whole class. */
static bool is_missing(const struct fp_judge_input *input, const struct reference *reference,
                       bool *ret_class)
{
    const char *class_name = reference->class_name;
    if (input->api != NULL) {
        enum fp_api_answer answer = ask(input->api, reference);
        *ret_class = answer == FP_API_NO_CLASS;
        return answer == FP_API_NO_CLASS || answer == FP_API_NO_MEMBER;
    }
    *ret_class = true;
    const struct fp_home *home = fp_class_home(input->version, class_name);
    if (removal_of(input, reference, true) != NULL ||
        fp_api_not_yet(input->version, class_name, NULL) != NULL ||
        (home != NULL && home->is_foreign && input->is_whole))
        return true;
    *ret_class = false;
    return reference->member != NULL && json_object_get(reference->json, "or") == NULL &&
           (removal_of(input, reference, false) != NULL ||
            fp_api_not_yet(input->version, class_name, reference->member) != NULL);
}

/* Whether a method's own descriptor has a class that is missing: then that class is the cause. */
static bool is_consequence(const struct fp_judge_input *input, const struct reference *reference)
{
    const char *at = reference->descriptor != NULL ? reference->descriptor : "";
    bool found = false;
    while (input->api != NULL && !found && (at = strstr(at, "Lorg/apache/flink/")) != NULL) {
        cleanup_free char *name = fp_xstrndup(at + 1, strcspn(at + 1, ";"));
        found = fp_api_find(input->api, name, NULL, NULL) == FP_API_NO_CLASS;
        at++;
    }
    return found;
}

static void add(const struct fp_judge_input *input, const struct fp_judged_jar *jar,
                const struct reference *reference, bool is_class, struct fp_causes *causes)
{
    const char *member = is_class ? NULL : reference->member;
    const char *by = fp_json_string(reference->json, "by");
    const struct fp_api_change *gone = removal_of(input, reference, is_class);
    const struct fp_api_change *later =
        fp_api_not_yet(input->version, reference->class_name, member);
    struct fp_cause cause = {
        .severity = fp_reference_severity(input, jar, reference->json),
        .by = fp_xstrdup(by != NULL ? by : "a class"),
        .subject = words_of(reference, is_class),
    };
    if (gone != NULL)
        explain_removed(gone, &cause);
    else if (later != NULL)
        explain_later(input, later, reference, is_class, &cause);
    else
        explain_missing(input, reference, is_class, &cause);
    cause.effect = fp_xasprintf("%s ends with %s",
                                cause.severity == FP_SEVERITY_ERROR ? "the job" : "what gets there",
                                is_class              ? "NoClassDefFoundError"
                                : reference->is_field ? "NoSuchFieldError"
                                                      : "NoSuchMethodError");
    fp_causes_add(causes, cause);
}

/* The classes of Flink that a jar refers to and no other jar has, as keys. */
static enum fp_code find_open(const struct fp_judge_input *input, const json_t *references,
                              json_t *ret, struct fp_error *err)
{
    for (size_t i = 0; i < json_array_size(references); i++) {
        const char *class_name = fp_json_string(json_array_get(references, i), "class");
        if (class_name != NULL)
            fp_json_set(ret, class_name, json_true());
    }
    return fp_drop_present(input, ret, err);
}

enum fp_code fp_judge_references(const struct fp_judge_input *input, struct fp_findings *ret,
                                 struct fp_error *err)
{
    for (size_t i = 0; i < input->jar_count; i++) {
        const struct fp_judged_jar *jar = &input->jars[i];
        const json_t *references = json_object_get(jar->facts, "flink");
        cleanup_json json_t *open = json_object();
        cleanup_causes struct fp_causes causes = {0};
        bool is_class = false;
        if (jar->role == FP_JAR_PLUGIN)
            continue;
        FP_TRY(find_open(input, references, open, err));
        for (size_t k = 0; k < json_array_size(references); k++) {
            struct reference reference = read_reference(json_array_get(references, k));
            if (reference.class_name != NULL &&
                json_object_get(open, reference.class_name) != NULL &&
                is_missing(input, &reference, &is_class) &&
                (is_class || !is_consequence(input, &reference)))
                add(input, jar, &reference, is_class, &causes);
        }
        fp_causes_tell(&causes, jar->path, ret);
    }
    return FP_OK;
}
