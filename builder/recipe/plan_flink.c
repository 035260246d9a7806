/* --from-...: the source of Flink, and the options of each source. */
#include "plan_parts.h"

static enum fp_code check_release_only(const struct fp_build_options *options, struct fp_error *err)
{
    const struct {
        const char *option;
        bool given;
    } only[] = {{"--scala-version", options->scala_version != NULL},
                {"--hadoop-version", options->hadoop_version != NULL},
                {"--flink-mirror", options->flink_mirrors.len > 0},
                {"--maven-repository", options->maven_repository != NULL}};
    if (options->flink_checksum != NULL && options->from_archive == NULL)
        return fp_fail(err, FP_E_USAGE,
                       "--flink-checksum goes with --from-release and --from-archive only");
    for (size_t i = 0; i < sizeof(only) / sizeof(only[0]); i++) {
        if (only[i].given)
            return fp_fail(err, FP_E_USAGE, "%s goes with --from-release only", only[i].option);
    }
    return FP_OK;
}

static enum fp_code plan_release(struct fp_plan *plan, const struct fp_build_options *options,
                                 struct fp_error *err)
{
    plan->source = FP_FROM_RELEASE;
    if (options->flink_version == NULL) {
        return fp_hinted(fp_fail(err, FP_E_USAGE, "--from-release needs --flink-version"), err,
                         "for example --flink-version 1.20.4");
    }
    plan->release.scala_version = fp_plan_copy(options->scala_version);
    plan->release.hadoop_version = fp_plan_copy(options->hadoop_version);
    plan->release.maven_repository = fp_plan_copy(options->maven_repository);
    fp_strv_add_all(&plan->release.mirrors, &options->flink_mirrors);
    return fp_flink_version_parse(options->flink_version, &plan->version, err);
}

static enum fp_code plan_archive(struct fp_plan *plan, const char *path, struct fp_error *err)
{
    plan->source = FP_FROM_ARCHIVE;
    plan->flink_path = fp_xstrdup(path);
    if (fp_path_is_dir(path)) {
        return fp_hinted(
            fp_fail(err, FP_E_INPUT, "--from-archive '%s': a folder, not an archive", path), err,
            "--from-local-dist %s", path);
    }
    return fp_plan_check_file("--from-archive", path, err);
}

static enum fp_code plan_image(struct fp_plan *plan, const struct fp_build_options *options,
                               struct fp_error *err)
{
    plan->source = FP_FROM_IMAGE;
    if (options->base != NULL) {
        return fp_hinted(fp_fail(err, FP_E_USAGE, "--base does not go with --from-image"), err,
                         "the image that has Flink is the base");
    }
    return options->slim ? fp_fail(err, FP_E_USAGE, "--slim does not go with --from-image") : FP_OK;
}

static enum fp_code plan_signature(struct fp_plan *plan, const struct fp_build_options *options,
                                   struct fp_error *err)
{
    plan->release.keys = fp_plan_copy(options->flink_keys);
    plan->release.requires_signature = options->require_signature || options->flink_keys != NULL;
    if (!plan->release.requires_signature)
        return FP_OK;
    if (!options->from_release && options->from_archive == NULL)
        return fp_hinted(fp_fail(err, FP_E_USAGE,
                                 "--require-signature: only a release or an archive can have one"),
                         err, "--from-release, or --from-archive FILE");
    return options->flink_keys != NULL
               ? fp_plan_check_file("--flink-keys", options->flink_keys, err)
               : FP_OK;
}

enum fp_code fp_plan_flink(struct fp_plan *plan, const struct fp_build_options *options,
                           struct fp_error *err)
{
    int count = (int) options->from_release + (int) (options->from_archive != NULL) +
                (int) options->from_local_dist + (int) (options->from_image != NULL);
    if (count != 1) {
        return fp_hinted(fp_fail(err, FP_E_USAGE,
                                 count == 0 ? "nothing says where Flink comes from"
                                            : "Flink can come from one place only"),
                         err,
                         "give one of --from-release --flink-version V, --from-archive FILE, "
                         "--from-local-dist [DIR], --from-image IMAGE");
    }
    plan->slim = options->slim;
    plan->release.checksum = fp_plan_copy(options->flink_checksum);
    FP_TRY(plan_signature(plan, options, err));
    if (options->from_release)
        return plan_release(plan, options, err);
    FP_TRY(check_release_only(options, err));
    plan->said_version = fp_plan_copy(options->flink_version);
    if (options->from_archive != NULL)
        return plan_archive(plan, options->from_archive, err);
    if (options->from_image != NULL)
        return plan_image(plan, options, err);
    plan->source = FP_FROM_LOCAL_DIST;
    plan->flink_path = fp_plan_copy(options->local_dist);
    return FP_OK;
}
