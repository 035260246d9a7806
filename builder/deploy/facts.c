/* Facts that the image's configuration states: entrypoint, version, type, class and user. */
#include <ctype.h>
#include <string.h>

#include "deployment.h"
#include "text.h"

const char *fp_image_env(const struct fp_deployment *d, const char *name)
{
    const json_t *env = json_object_get(d->image->config, "Env");
    size_t len = strlen(name);
    for (size_t i = 0; i < json_array_size(env); i++) {
        const char *entry = json_string_value(json_array_get(env, i));
        if (entry != NULL && strncmp(entry, name, len) == 0 && entry[len] == '=')
            return entry + len + 1;
    }
    return NULL;
}

const char *fp_image_label(const struct fp_deployment *d, const char *name)
{
    return fp_json_string(json_object_get(d->image->config, "Labels"), name);
}

/* Whether mounts, scripts and printed commands can contain the path without quotes. */
static bool is_plain_directory(const char *path)
{
    size_t len = strlen(path);
    return len > 1 && len < 256 && path[0] == '/' && strstr(path, "..") == NULL &&
           strspn(path, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/._-") ==
               len;
}

/* The entrypoint determines the verbs and how settings are passed. */
static enum fp_code read_entrypoint(struct fp_deployment *d, struct fp_error *err)
{
    const json_t *entrypoint = json_object_get(d->image->config, "Entrypoint");
    const char *program = json_string_value(json_array_get(entrypoint, 0));
    bool known = program != NULL && json_array_size(entrypoint) == 1 &&
                 strcmp(fp_path_base(program), "docker-entrypoint.sh") == 0;
    if (!known || fp_image_env(d, "FLINK_INSTALL_PATH") != NULL ||
        fp_image_env(d, "FLINK_HOME") == NULL)
        return fp_hinted(
            fp_fail(err, FP_E_INPUT,
                    "%s: neither an image that flinkpack built nor Flink's official one",
                    d->image->name),
            err, "build it with 'flinkpack build'");
    d->is_official = fp_image_env(d, "FLINK_TGZ_URL") != NULL ||
                     fp_image_label(d, "flinkpack.flink-version") == NULL;
    d->home = fp_xstrdup(fp_image_env(d, "FLINK_HOME"));
    if (!is_plain_directory(d->home))
        return fp_fail(err, FP_E_INPUT,
                       "%s: its FLINK_HOME is '%s'; a folder such as /opt/flink was expected",
                       d->image->name, d->home);
    return FP_OK;
}

/* Official images state their version only in the URL of Flink's archive:
 * .../flink-2.2.0/flink-2.2.0-bin-scala_2.12.tgz */
static char *version_of_address(const char *address)
{
    const char *file = address != NULL ? fp_path_base(address) : "";
    if (strncmp(file, "flink-", 6) != 0)
        return NULL;
    const char *end = strstr(file, "-bin");
    return end != NULL ? fp_xstrndup(file + 6, (size_t) (end - file - 6)) : NULL;
}

static enum fp_code read_version(struct fp_deployment *d, struct fp_error *err)
{
    const char *label = fp_image_label(d, "flinkpack.flink-version");
    const char *given = d->options->flink_version;
    cleanup_free char *found =
        label != NULL ? fp_xstrdup(label) : version_of_address(fp_image_env(d, "FLINK_TGZ_URL"));
    if (given == NULL && found == NULL)
        return fp_hinted(fp_fail(err, FP_E_USAGE, "%s: the image does not say its Flink version",
                                 d->image->name),
                         err, "--flink-version, for example 1.20.4");
    if (given != NULL && found != NULL && strcmp(given, found) != 0)
        return fp_fail(err, FP_E_USAGE, "--flink-version %s: the image %s has Flink %s", given,
                       d->image->name, found);
    FP_TRY(fp_flink_version_parse(given != NULL ? given : found, &d->version, err));
    d->traits = fp_flink_traits(&d->version);
    return FP_OK;
}

/* Whether it is a Java class name. Its letters can be any of Unicode, but no ASCII separators. */
static bool is_class_name(const char *name)
{
    for (const unsigned char *p = (const unsigned char *) name; *p != '\0'; p++) {
        if (*p < 0x80 && !isalnum(*p) && *p != '_' && *p != '$' && *p != '.')
            return false;
    }
    return strlen(name) < 512 && name[0] != '.' && !isdigit((unsigned char) name[0]);
}

static enum fp_code read_class(struct fp_deployment *d, struct fp_error *err)
{
    const char *given = d->options->job_classname;
    const char *name = given != NULL ? given : fp_image_label(d, "flinkpack.job-class");
    if (name == NULL || *name == '\0')
        return FP_OK;
    d->classname = fp_xstrdup(name);
    if (is_class_name(name))
        return FP_OK;
    if (given != NULL)
        return fp_fail(err, FP_E_USAGE, "--job-classname: '%s' is not the name of a class", name);
    return fp_fail(err, FP_E_INPUT, "%s: its label flinkpack.job-class is '%s', no name of a class",
                   d->image->name, name);
}

static enum fp_code read_type(struct fp_deployment *d, struct fp_error *err)
{
    const char *label = fp_image_label(d, "flinkpack.type");
    const char *given = d->options->type;
    const char *type = given != NULL ? given : label != NULL ? label : "session";
    if (strcmp(type, "job") != 0 && strcmp(type, "session") != 0)
        return fp_fail(err, FP_E_USAGE, "--type: expected job or session, not '%s'", type);
    d->is_job = strcmp(type, "job") == 0;
    bool has_job = label != NULL ? strcmp(label, "job") == 0 : d->options->job_classname != NULL;
    if (d->is_job && !has_job)
        return fp_hinted(
            fp_fail(err, FP_E_USAGE, "--type job: there is no job in the image %s", d->image->name),
            err, "%s",
            d->is_official ? "--job-classname says that its jar was added to this image; "
                             "'flinkpack build --from-image ... --job-jar FILE' adds one"
                           : "build it with --job-jar FILE, or use --type session");
    const char *jars = fp_image_label(d, "flinkpack.job-jars");
    if (jars != NULL && *jars != '\0')
        d->jar = fp_xstrndup(jars, strcspn(jars, ","));
    return FP_OK;
}

/* Users such as "9999", "9999:0", "flink" or "": runAsNonRoot only accepts a number. */
static void read_user(struct fp_deployment *d)
{
    const char *user = fp_json_string(d->image->config, "User");
    struct fp_split split = fp_split_at(user != NULL ? user : "", ':');
    int64_t uid = 0;
    int64_t gid = 0;
    d->is_numeric_user = fp_parse_count(split.first, &uid) && uid > 0;
    d->image_uid = d->is_numeric_user ? uid : 0;
    d->image_gid = split.rest != NULL && fp_parse_count(split.rest, &gid) ? gid : FP_DEPLOY_UID;
    free(split.first);
}

enum fp_code fp_deployment_read_image(struct fp_deployment *d, struct fp_error *err)
{
    const struct fp_deploy_image *image = d->image;
    /* Use the digest without the tag, because not every runtime accepts both. */
    const char *base = fp_path_base(image->name);
    size_t len = (size_t) (base - image->name) + strcspn(base, ":");
    cleanup_free char *untagged = fp_xstrndup(image->name, len);
    d->image_text = image->digest != NULL ? fp_xasprintf("%s@%s", untagged, image->digest)
                                          : fp_xstrdup(image->name);
    FP_TRY(read_entrypoint(d, err));
    FP_TRY(read_version(d, err));
    FP_TRY(read_type(d, err));
    FP_TRY(read_class(d, err));
    read_user(d);
    return FP_OK;
}
