/* The job that an image has, as the judge is told of it. */
#include "check_image.h"

#include <stdlib.h>
#include <string.h>

#include "flink_api.h"

/* Take the path of the copies' directory out of a text. */
static void take_out(char *text, const char *folder)
{
    size_t len = strlen(folder);
    for (char *at = text; at != NULL && (at = strstr(at, folder)) != NULL;)
        memmove(at, at + len, strlen(at + len) + 1);
}

void fp_image_case_tell(const struct fp_image_case *image, struct fp_findings *findings)
{
    const char *folder = image->jars.folder;
    for (size_t i = 0; folder != NULL && i < findings->len; i++) {
        struct fp_finding *finding = &findings->items[i];
        char *const texts[] = {finding->where, finding->entry, finding->what, finding->effect,
                               finding->advice};
        for (size_t k = 0; k < sizeof(texts) / sizeof(texts[0]); k++)
            take_out(texts[k], folder);
    }
}

/* A jar of the image that cannot be read is named by its path there. */
static enum fp_code tell_error(const struct fp_image_case *image, enum fp_code code,
                               struct fp_error *err)
{
    if (code != FP_OK && err != NULL && image->jars.folder != NULL)
        take_out(err->text, image->jars.folder);
    return code;
}

void fp_image_case_names(const struct fp_image_case *image, struct fp_strv *ret)
{
    for (size_t i = 0; i < image->jars.len; i++)
        if (image->jars.items[i].role == FP_JAR_JOB)
            fp_strv_add(ret, image->jars.items[i].path);
}

/* Flink's classes, with those of the jars in usrlib/, so that each is found by the others. */
static enum fp_code read_api(const struct fp_plan *plan, struct fp_flink *flink,
                             struct fp_bases *bases, struct fp_image_case *ret,
                             struct fp_error *err)
{
    struct fp_flink_origin none = {0};
    cleanup_api_builder struct fp_api_builder *builder = fp_api_builder_new();
    cleanup_buf struct fp_buf bytes = FP_BUF_INIT(FP_API_MAX_BYTES);
    struct fp_api *joined = NULL;
    FP_TRY(fp_flink_api(plan, flink, &none, bases, true, &ret->api, err));
    if (ret->api == NULL)
        return FP_OK;
    for (size_t i = 0; i < ret->jars.len; i++)
        if (ret->jars.items[i].role == FP_JAR_JOB)
            FP_TRY(tell_error(ret, fp_api_builder_add(builder, ret->jars.items[i].file, err), err));
    fp_api_builder_finish(steal_pointer(&builder), &bytes);
    FP_TRY(fp_buf_check(&bytes, err));
    FP_TRY(fp_api_parse(bytes.data, bytes.len, "the jars' classes", &joined, err));
    fp_api_join(ret->api, joined);
    return FP_OK;
}

/* Add the jars to what is judged, the job's first, and read their facts or recall them. */
static enum fp_code add_jars(const struct fp_plan *plan, struct fp_image_case *ret,
                             struct fp_error *err)
{
    struct fp_judge_case *judged = &ret->judged;
    size_t count = ret->jars.len;
    free(judged->jars);
    free(judged->facts);
    judged->jars = fp_xcalloc(count + 1, sizeof(*judged->jars));
    judged->facts = fp_xcalloc(count + 1, sizeof(json_t *));
    judged->input.jars = judged->jars;
    for (int is_lib = 0; is_lib < 2; is_lib++) {
        for (size_t i = 0; i < count; i++) {
            const struct fp_image_jar *jar = &ret->jars.items[i];
            bool is_job = jar->role == FP_JAR_JOB;
            if (is_job == (is_lib != 0))
                continue;
            size_t at = judged->input.jar_count;
            const char *entry = is_job ? ret->start.job_classname : NULL;
            FP_TRY(tell_error(
                ret, fp_jar_facts(plan->context->cache, jar->file, entry, &judged->facts[at], err),
                err));
            judged->jars[at] =
                (struct fp_judged_jar){jar->file, jar->role, jar->plugin, judged->facts[at]};
            judged->input.jar_count++;
        }
    }
    return FP_OK;
}

static void add_settings(struct fp_image_case *ret)
{
    struct fp_judge_case *judged = &ret->judged;
    const struct fp_image_start *start = &ret->start;
    size_t count = start->keys.len;
    free(judged->settings);
    judged->settings = fp_xcalloc(count + 1, sizeof(*judged->settings));
    for (size_t i = 0; i < count; i++)
        judged->settings[i] = (struct fp_judged_setting){
            start->keys.items[i], start->values.items[i], start->origins.items[i]};
    judged->input.settings = judged->settings;
    judged->input.setting_count = count;
}

/* Whether nothing that the image does not have can be on the class path, as far as it says. */
static bool is_whole(const struct fp_base_image *image, const struct fp_image_case *ret)
{
    cleanup_free char *hadoop = fp_config_env(&image->config, "HADOOP_CLASSPATH");
    bool is = ret->api != NULL && ret->start.is_known_entrypoint && hadoop == NULL;
    for (size_t i = 0; i < ret->start.keys.len; i++)
        is = is && !fp_judge_is_elsewhere(ret->start.keys.items[i]);
    return is;
}

enum fp_code fp_check_image(const struct fp_plan *plan, struct fp_flink *flink,
                            struct fp_bases *bases, struct fp_image_case *ret, struct fp_error *err)
{
    struct fp_base_image *image = &bases->images[0];
    FP_TRY(fp_base_need(plan, bases, image, err));
    FP_TRY(fp_base_fetch(plan, bases, image, err));
    const struct fp_judge_base base = {
        .name = bases->name, .java = image->facts.java, .facts = &image->facts};
    FP_TRY(fp_image_start_read(plan, image, flink, &ret->start, err));
    fp_image_jars_list(image, flink, &ret->start.jars, ret->start.starts_job, &ret->jars);
    FP_TRY(fp_image_jars_extract(image, plan->blob_folder, &ret->jars, err));
    FP_TRY(read_api(plan, flink, bases, ret, err));
    FP_TRY(fp_judge_case_make(plan, flink, &base, ret->api, &ret->judged, err));
    FP_TRY(add_jars(plan, ret, err));
    add_settings(ret);
    struct fp_judge_input *input = &ret->judged.input;
    input->job_classname = ret->start.job_classname;
    input->arguments = &ret->start.arguments;
    input->is_whole = is_whole(image, ret);
    return FP_OK;
}

void fp_image_case_clear(struct fp_image_case *image)
{
    fp_judge_case_clear(&image->judged);
    fp_image_jars_clear(&image->jars);
    fp_image_start_clear(&image->start);
    fp_api_free(image->api);
    *image = (struct fp_image_case){0};
}
