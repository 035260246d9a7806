/* A deployment: the options and the facts of the image, checked step by step. */

#include <ctype.h>
#include <string.h>

#include "format.h"
#include "text.h"

/* A name made of the image's: "orders" for registry.example.com/team/orders:1.2. */
static char *default_name(const char *image)
{
    const char *last = fp_path_base(image);
    char *name = fp_xstrndup(last, strcspn(last, ":@"));
    for (char *p = name; *p != '\0'; p++) {
        if (*p == '_' || *p == '.')
            *p = '-';
    }
    return name;
}

static enum fp_code check_name(struct fp_deployment *d, struct fp_error *err)
{
    const char *given = d->options->name;
    d->name = given != NULL ? fp_xstrdup(given) : default_name(d->image->name);
    if (fp_is_dns_label(d->name, FP_DEPLOY_NAME_MAX) && isalpha((unsigned char) d->name[0]))
        return FP_OK;
    enum fp_code code = fp_fail(err, FP_E_USAGE,
                                "--name: '%s' is no name for objects of Kubernetes: a letter, then "
                                "lower-case letters, digits and '-', at most %d characters",
                                d->name, FP_DEPLOY_NAME_MAX);
    if (given == NULL)
        return fp_hinted(code, err, "give one with --name");
    return code;
}

/* A tag can be moved to another image between the starts of two pods, and a cluster looks for a
 * name without a registry at Docker Hub. */
static void warn_of_name(struct fp_deployment *d)
{
    const char *name = d->image->name;
    if (d->image->digest != NULL)
        return;
    if (strchr(name, '/') == NULL)
        fp_strv_addf(&d->warnings,
                     "%s: names no registry, so a cluster looks for it at Docker Hub; "
                     "push it and use the name that it has there",
                     name);
    else
        fp_strv_addf(&d->warnings, "%s: has no digest, so what runs can change with the tag", name);
}

enum fp_code fp_deployment_make(const struct fp_deploy_options *options,
                                const struct fp_deploy_image *image, struct fp_deployment *ret,
                                struct fp_error *err)
{
    *ret = (struct fp_deployment){.own = *options, .options = &ret->own, .image = image};
    (void) memset(ret->revision, '0', FP_DEPLOY_REVISION_LEN);
    static fp_deployment_step *const steps[] = {
        fp_deployment_check_text,    fp_deployment_read_image,
        fp_deployment_check_place,   check_name,
        fp_deployment_check_names,   fp_deployment_check_log,
        fp_deployment_check_version, fp_deployment_size,
        fp_deployment_configure,     fp_deployment_mount,
        fp_deployment_environment,
    };
    FP_TRY(fp_format_find(options->format, &ret->format, err));
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
        FP_TRY(steps[i](ret, err));
    warn_of_name(ret);
    return FP_OK;
}

void fp_deployment_clear(struct fp_deployment *d)
{
    free(d->name);
    free(d->image_text);
    free(d->home);
    free(d->classname);
    free(d->jar);
    free(d->cluster_id);
    free(d->job_id);
    free(d->log_conf);
    json_decref(d->conf);
    json_decref(d->env);
    json_decref(d->env_from);
    json_decref(d->volumes);
    json_decref(d->mounts);
    fp_strv_clear(&d->left_out);
    fp_strv_clear(&d->warnings);
    fp_strv_clear(&d->remarks);
    *d = (struct fp_deployment){0};
}
