#include "outputs.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* One upload: to the repository of one output. */
struct fp_early_upload {
    const struct fp_plan *plan;
    struct fp_early *early;
    struct fp_repo *repo;
    struct fp_repo *neighbour; /* of the same registry, and has it before; or NULL */
};

/* Only what begins like a release archive is sent before all of it has been looked at. */
static bool begins_like_release(struct fp_input *archive)
{
    struct fp_source *raw = NULL;
    char block[512];
    size_t len = 0;
    if (fp_input_source(archive, &raw, NULL) != FP_OK)
        return false;
    struct fp_inflate_info info = {0};
    cleanup_source struct fp_source *tar =
        fp_source_inflate(raw, archive->path, sizeof(block) * 128, &info);
    return fp_source_read_full(tar, block, sizeof(block), &len, NULL) == FP_OK &&
           len == sizeof(block) && info.codec == FP_CODEC_GZIP &&
           strncmp(block, "flink-", strlen("flink-")) == 0 &&
           memcmp(block + 257, "ustar", strlen("ustar")) == 0;
}

/* The first task: the reading beside it need not wait for the digest. What is sent under a digest
 * here is part of the image only where that reading sees the same bytes. */
static enum fp_code make_blob(void *context, struct fp_error *err)
{
    struct fp_early *self = context;
    const struct fp_input *archive = self->archive;
    struct fp_descriptor descriptor = {.media_type = FP_MEDIA_OCI_LAYER_GZIP,
                                       .size = archive->bytes};
    char hex[FP_HASH_HEX_MAX];
    FP_TRY(fp_input_sha256(self->archive, hex, err));
    (void) snprintf(descriptor.digest.text, sizeof(descriptor.digest.text), "sha256:%s", hex);
    self->blob = fp_blob_file(&descriptor, archive->path, archive->fd, 0);
    return FP_OK;
}

static enum fp_code upload(void *context, struct fp_error *err)
{
    struct fp_early_upload *self = context;
    const struct fp_descriptor *descriptor = fp_blob_descriptor(self->early->blob);
    static const char *const words[] = {[FP_PUSH_EXISTING] = "existing",
                                        [FP_PUSH_MOUNTED] = "mounted",
                                        [FP_PUSH_UPLOADED] = "pushed"};
    struct fp_stage stage;
    enum fp_push_outcome outcome = FP_PUSH_EXISTING;
    bool several = self->plan->output_count > 1;
    cleanup_free char *text = fp_xasprintf("layer %.19s%s%s", descriptor->digest.text,
                                           several ? " to " : "", several ? self->repo->title : "");
    fp_stage_begin(&stage, self->plan->context->reporter, "push", text, descriptor->size);
    enum fp_code code = fp_repo_put_blob(self->repo, descriptor, self->early->blob, self->neighbour,
                                         &stage, &outcome, err);
    if (code == FP_OK) {
        fp_stage_end(&stage, words[outcome]);
        return FP_OK;
    }
    fp_stage_fail(&stage);
    return code == FP_E_VERIFY ? fp_input_blame(self->early->archive, code, err) : code;
}

/* Uploads go one after the other, so what is before one has been sent when its turn comes. */
static struct fp_repo *find_neighbour(const struct fp_early *early, size_t index)
{
    const struct fp_registry *ours = early->uploads[index].repo->registry;
    for (size_t i = 0; i < index; i++) {
        struct fp_repo *other = early->uploads[i].repo;
        if (other != NULL && fp_registry_same_host(other->registry, ours))
            return other;
    }
    return NULL;
}

enum fp_code fp_early_start(struct fp_early *early, const struct fp_plan *plan,
                            const struct fp_flink_origin *origin, struct fp_group *owner,
                            struct fp_error *err)
{
    enum fp_code code = FP_OK;
    if (origin->archive == NULL)
        return FP_OK;
    early->archive = origin->archive;
    early->group = fp_group_new(owner, 1);
    fp_group_go(early->group, make_blob, early);
    if (plan->slim || plan->dry_run || !begins_like_release(origin->archive))
        return FP_OK;
    early->count = plan->output_count;
    early->uploads = fp_xcalloc(early->count, sizeof(*early->uploads));
    for (size_t i = 0; i < early->count && code == FP_OK; i++) {
        struct fp_early_upload *self = &early->uploads[i];
        if (plan->outputs[i].location.kind != FP_AT_REGISTRY)
            continue;
        *self = (struct fp_early_upload){.plan = plan, .early = early};
        code = fp_location_create(&plan->outputs[i].location, &plan->context->places, &self->repo,
                                  err);
        if (code != FP_OK)
            break;
        self->neighbour = find_neighbour(early, i);
        fp_group_go(early->group, upload, self);
    }
    return code;
}

enum fp_code fp_early_wait(struct fp_early *early, struct fp_error *err)
{
    return early->group != NULL ? fp_group_wait(early->group, err) : FP_OK;
}

struct fp_repo *fp_early_take_repo(struct fp_early *early, size_t output)
{
    return output < early->count ? steal_pointer(&early->uploads[output].repo) : NULL;
}

void fp_early_clear(struct fp_early *early)
{
    fp_group_free(early->group);
    for (size_t i = 0; i < early->count; i++)
        fp_repo_free(early->uploads[i].repo);
    free(early->uploads);
    fp_blob_unref(early->blob);
    memset(early, 0, sizeof(*early));
}
