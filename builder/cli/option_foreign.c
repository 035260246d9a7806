/* Finds keys of other charts and templates in a --values file, and suggests replacements. */
#include <stdlib.h>
#include <string.h>

#include "option_store.h"
#include "option_values.h"

#define NOTHING "nothing"
#define SIZES   "jobmanager-memory, jobmanager-cpu, taskmanager-memory and taskmanager-cpu"
#define OBJECT  NOTHING " (this is an object of Kubernetes: --patch FILE changes what is generated)"
#define COMMAND "job-classname: CLASS and arguments: [ARGUMENT, ...]"

/* Keys of old charts (command, replicaCount), of "helm create", of our own charts, and variables of
 * the classic templates. A path leaves out the segments "resources", "requests" and "limits".
 */
static const struct foreign_key {
    const char *path;
    const char *instead; /* if it ends with ':', the value or else the example is appended */
    const char *example;
} foreign[] = {
    {"release", "name:", "NAME"},
    {"nameOverride", "name:", "NAME"},
    {"fullnameOverride", "name:", "NAME"},
    {"flink.release", "name:", "NAME"},
    {"config_file", "the keys of that file, here", NULL},
    {"flink.config_file", "the keys of that file, here", NULL},
    {"image.pullPolicy", NOTHING " (it is IfNotPresent; --patch FILE changes it)", NULL},
    {"imagePullPolicy", NOTHING " (it is IfNotPresent; --patch FILE changes it)", NULL},
    {"image.registry", "image.repository, which begins with it", NULL},
    {"image.pullSecrets", "pull-secret:", "[NAME]"},
    {"imagePullSecrets", "pull-secret:", "[NAME]"},
    {"image.digestOf", NOTHING " (image.digest is taken as it is)", NULL},
    {"command", COMMAND, NULL},
    {"args", COMMAND, NULL},
    {"jobmanager.command", COMMAND, NULL},
    {"jobmanager.args", COMMAND, NULL},
    {"taskmanager.command", NOTHING " (the image knows it)", NULL},
    {"taskmanager.args", NOTHING " (the image knows it)", NULL},
    {"replicaCount", "replicas:", "N"},
    {"taskmanager.replicaCount", "replicas:", "N"},
    {"taskmanager.replicas", "replicas:", "N"},
    {"taskmanager.slots", "slots:", "N"},
    {"jobmanager.replicaCount", NOTHING " (there is one)", NULL},
    {"jobmanager.replicas", NOTHING " (there is one)", NULL},
    {"resources", SIZES, NULL},
    {"memory", "jobmanager-memory and taskmanager-memory", NULL},
    {"cpu", "jobmanager-cpu and taskmanager-cpu", NULL},
    {"jobmanager.memory", "jobmanager-memory:", "SIZE"},
    {"jobmanager.memoryMiB", "jobmanager-memory: SIZE, such as 1600Mi", NULL},
    {"jobmanager.cpu", "jobmanager-cpu:", "CPU"},
    {"taskmanager.memory", "taskmanager-memory:", "SIZE"},
    {"taskmanager.memoryMiB", "taskmanager-memory: SIZE, such as 1728Mi", NULL},
    {"taskmanager.cpu", "taskmanager-cpu:", "CPU"},
    {"nodeSelector", "node-selector:", "{KEY: VALUE}"},
    {"tolerations", "toleration:", "[KEY=VALUE:EFFECT]"},
    {"affinity", NOTHING " (--patch FILE adds it)", NULL},
    {"livenessProbe", "probes:", "on or off"},
    {"readinessProbe", "probes:", "on or off"},
    {"startupProbe", "probes:", "on or off"},
    {"autoscaling", "autoscale:", "MIN:MAX"},
    {"extraEnv", "env:", "{NAME: VALUE}"},
    {"extraEnvVars", "env:", "{NAME: VALUE}"},
    {"commonLabels", "label:", "{KEY: VALUE}"},
    {"labels", "label:", "{KEY: VALUE}"},
    {"commonAnnotations", "annotation:", "{KEY: VALUE}"},
    {"annotations", "annotation:", "{KEY: VALUE}"},
    {"podAnnotations", "annotation:", "{KEY: VALUE}"},
    {"podLabels", "label:", "{KEY: VALUE}"},
    {"serviceAccount", "service-account:", "NAME"},
    {"serviceAccountName", "service-account:", "NAME"},
    {"securityContext", "run-as-user: UID and fs-group: GID", NULL},
    {"podSecurityContext", "run-as-user: UID and fs-group: GID", NULL},
    {"service", "node-port:", "PORT"},
    {"ingress", "ingress:", "HOST"},
    {"httpRoute", "ingress:", "HOST"},
    {"persistence", "claim:", "[NAME:SIZE:PATH]"},
    {"volumes", "volume:", "[KIND:NAME:PATH]"},
    {"volumeMounts", "volume:", "[KIND:NAME:PATH]"},
    {"configuration", "conf:", "{KEY: VALUE}"},
    {"flinkConfiguration", "conf:", "{KEY: VALUE}"},
    {"flinkProperties", "conf:", "{KEY: VALUE}"},
    {"job.classname", "job-classname:", "CLASS"},
    {"job.arguments", "arguments:", "[ARGUMENT, ...]"},
    {"job.parallelism", "parallelism:", "N"},
    {"job.clusterId", "conf:", "{high-availability.cluster-id: ID}"},
    {"job.id", "job-id:", "HEX"},
    {"job.fromSavepoint", "from-savepoint:", "PATH"},
    {"job.allowNonRestoredState", "allow-non-restored-state:", "true"},
    {"job.annotations", "annotation:", "{KEY: VALUE}"},
    {"job.retries", "retries:", "N"},
    {"job.replaceOnUpgrade", NOTHING " (it is a value of the chart that is generated)", NULL},
    {"FLINK_IMAGE_NAME", "image:", "IMAGE"},
    {"FLINK_JOB", "job-classname:", "CLASS"},
    {"FLINK_JOB_PARALLELISM", "parallelism:", "N"},
    {"FLINK_JOB_ARGUMENTS", "arguments:", "[ARGUMENT, ...]"},
    {"apiVersion", OBJECT, NULL},
    {"kind", OBJECT, NULL},
    {"metadata", OBJECT, NULL},
    {"spec", OBJECT, NULL},
};

/* The keys that were found and are not accepted. */
struct strange {
    fp_option_groups groups;
    const char *file;
    struct fp_strv told;
    struct fp_strv unknown; /* keys that mean nothing */
};

static const struct foreign_key *find(const char *path)
{
    for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++) {
        if (strcmp(foreign[i].path, path) == 0)
            return &foreign[i];
    }
    return NULL;
}

/* Shorten "resources.taskmanager.requests.cpu" to "taskmanager.cpu". The caller owns it. */
static char *plain_path(const char *path)
{
    static const char *const layers[] = {"resources", "requests", "limits"};
    cleanup_strv struct fp_strv parts = {0};
    cleanup_buf struct fp_buf plain = FP_BUF_INIT(SIZE_MAX);
    fp_strv_split(&parts, path, '.');
    for (size_t i = 0; i < parts.len; i++) {
        const char *part = parts.items[i];
        if (strcmp(part, layers[0]) != 0 && strcmp(part, layers[1]) != 0 &&
            strcmp(part, layers[2]) != 0)
            fp_buf_putf(&plain, "%s%s", plain.len > 0 ? "." : "", part);
    }
    return fp_buf_take(&plain);
}

/* Whether a hint can repeat a value: it has to be short, a plain YAML scalar, and in range. */
static bool is_fitting(const struct strange *s, const struct foreign_key *known, const char *text)
{
    const struct fp_option *option =
        fp_option_find(s->groups, known->instead, strlen(known->instead) - 1);
    bool is_number = option != NULL && option->kind == FP_OPTION_NUMBER;
    char *end = NULL;
    long long number = is_number && text != NULL ? strtoll(text, &end, 10) : 0;
    return text != NULL && *text != '\0' && strlen(text) < 64 && strstr(text, ": ") == NULL &&
           strstr(text, " #") == NULL &&
           (!is_number || (*end == '\0' && number >= option->min && number <= option->max));
}

static void tell(struct strange *s, const char *path, const struct foreign_key *known,
                 const json_t *value)
{
    cleanup_free char *text = fp_option_text_of(value);
    bool with_value = known->instead[strlen(known->instead) - 1] == ':';
    fp_strv_addf(&s->told, "%s: %s%s%s", path, known->instead, with_value ? " " : "",
                 !with_value                  ? ""
                 : is_fitting(s, known, text) ? text
                                              : known->example);
}

/* Add an unknown key. It replaces all listed keys below it. */
static void add_unknown(struct strange *s, const char *path)
{
    size_t len = strlen(path);
    struct fp_strv *list = &s->unknown;
    while (list->len > 0 && strncmp(list->items[list->len - 1], path, len) == 0 &&
           list->items[list->len - 1][len] == '.')
        free(list->items[--list->len]);
    fp_strv_add(list, path);
}

static void look_below(struct strange *s, const char *path, const json_t *value);

/* Check the members of a mapping, except for `keys`, a list of known keys with blanks between. */
static void look_into(struct strange *s, const char *path, const json_t *mapping, const char *keys)
{
    cleanup_strv struct fp_strv taken = {0};
    const char *key = NULL;
    json_t *member = NULL;
    fp_strv_split(&taken, keys, ' ');
    json_object_foreach((json_t *) (uintptr_t) mapping, key, member)
    {
        cleanup_free char *longer = fp_xasprintf("%s.%s", path, key);
        if (!fp_strv_has(&taken, key))
            look_below(s, longer, member);
    }
}

/* Check a key that is no option, and the keys below it. It is unknown if all of them are. */
static void look_below(struct strange *s, const char *path, const json_t *value)
{
    cleanup_free char *plain = plain_path(path);
    const struct foreign_key *known = find(*plain != '\0' ? plain : "resources");
    size_t before = s->told.len;
    if (known == NULL || (json_is_object(value) && *plain == '\0'))
        look_into(s, path, value, "");
    if (s->told.len == before && known != NULL)
        tell(s, path, known, value);
    if (s->told.len == before)
        add_unknown(s, path);
}

static void look_at(struct strange *s, const char *key, const json_t *value)
{
    const struct fp_option *option = fp_option_find(s->groups, key, strlen(key));
    bool is_odd = option != NULL && json_is_object(value) && option->kind != FP_OPTION_MAP;
    if (strcmp(key, "image") == 0 && json_is_object(value))
        look_into(s, key, value, "repository tag digest");
    else if (strcmp(key, "flink") == 0)
        look_into(s, key, value, "type version parallelism");
    else if (option == NULL || (is_odd && find(key) != NULL))
        look_below(s, key, value);
}

static enum fp_code fail_unknown(const struct strange *s, struct fp_error *err)
{
    const char *unknown = s->unknown.items[0];
    const char *dot = strchr(unknown, '.');
    if (dot != NULL)
        return fp_fail(err, FP_E_USAGE, "%s: %.*s: %s: there is no such value", s->file,
                       (int) (dot - unknown), unknown, dot + 1);
    enum fp_code code =
        fp_fail(err, FP_E_USAGE, "%s: %s: there is no such option", s->file, unknown);
    struct fp_suggestion suggestion = fp_suggestion_for(unknown);
    fp_suggestion_consider_options(&suggestion, s->groups);
    return suggestion.best != NULL ? fp_hinted(code, err, "%s", suggestion.best) : code;
}

static enum fp_code fail_foreign(const struct strange *s, struct fp_error *err)
{
    cleanup_buf struct fp_buf text = FP_BUF_INIT(sizeof(err->text) - 256);
    for (size_t i = 0; i < s->told.len; i++)
        fp_buf_putf(&text, "%s%s", i > 0 ? "; for " : "", s->told.items[i]);
    for (size_t i = 0; i < s->unknown.len; i++)
        fp_buf_putf(&text, "%s%s",
                    i > 0 ? ", " : "; there is no such value: ", s->unknown.items[i]);
    return fp_fail(err, FP_E_USAGE,
                   "%s: keys of another chart or template, in place of which to write: for %s%s",
                   s->file, fp_buf_text(&text), text.is_full ? " ..." : "");
}

enum fp_code fp_values_check(fp_option_groups groups, const json_t *document, const char *file,
                             struct fp_error *err)
{
    struct strange s = {.groups = groups, .file = file};
    const char *key = NULL;
    json_t *value = NULL;
    enum fp_code code = FP_OK;
    json_object_foreach((json_t *) (uintptr_t) document, key, value)
    {
        look_at(&s, key, value);
    }
    if (s.told.len > 0)
        code = fail_foreign(&s, err);
    else if (s.unknown.len > 0)
        code = fail_unknown(&s, err);
    fp_strv_clear(&s.told);
    fp_strv_clear(&s.unknown);
    return code;
}
