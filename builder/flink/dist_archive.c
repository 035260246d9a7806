/* Making the layer of a distribution in an archive, either unchanged or repacked. */
#include <stdio.h>
#include <string.h>

#include "dist_steps.h"

/* The reason, from the first bytes or the options, to repack the archive in one pass; or NULL. */
static const char *repack_at_once(const struct fp_distribution_options *options,
                                  const unsigned char *head, size_t len)
{
    enum fp_codec codec = fp_codec_sniff(head, len);
    if (options->slim)
        return "--slim leaves out a part of it";
    return codec == FP_CODEC_GZIP ? NULL : "it is not compressed with gzip";
}

static enum fp_code read_head(struct fp_input *input, unsigned char *head, size_t cap,
                              size_t *ret_len, struct fp_error *err)
{
    const char *path = input->path;
    cleanup_source struct fp_source *in = NULL;
    FP_TRY(fp_input_source(input, &in, err));
    FP_TRY(fp_source_read_full(in, head, cap, ret_len, err));
    /* A download may have saved an error page under the name of an archive, which is common enough
     * for a message of its own. */
    size_t start = 0;
    while (start < *ret_len && strchr(" \t\r\n", head[start]) != NULL)
        start++;
    if (*ret_len == 0)
        return fp_fail(err, FP_E_INPUT, "%s: the file is empty", path);
    if (head[start < *ret_len ? start : 0] == '<')
        return fp_fail(err, FP_E_INPUT, "%s: not an archive but an HTML or XML page", path);
    if (*ret_len < 4 || memcmp(head, "PK\3\4", 4) != 0)
        return FP_OK;
    return fp_hinted(
        fp_fail(err, FP_E_INPUT, "%s: a zip or jar, not a tar archive with Flink in it", path), err,
        "a job's jar goes to --job-jar");
}

/* The layer is the archive, or a copy of it in another codec. */
static void use_as_layer(const struct fp_distribution_options *options,
                         const struct fp_dist_archive_facts *facts, struct fp_blob *copy,
                         struct fp_distribution *ret)
{
    struct fp_input *input = options->input;
    struct fp_descriptor descriptor = {.media_type = FP_MEDIA_OCI_LAYER_GZIP, .size = input->bytes};
    (void) snprintf(descriptor.digest.text, sizeof(descriptor.digest.text), "sha256:%s",
                    ret->sha256);
    ret->layer.diff_id = facts->diff_id;
    ret->layer.tar_bytes = facts->tar.tar_bytes;
    ret->as_is = copy == NULL;
    if (copy == NULL)
        ret->layer.blob = fp_blob_file(&descriptor, input->path, input->fd, 0);
    else
        ret->layer.blob = fp_blob_ref(copy);
    if (copy != NULL)
        ret->repack_reason = fp_xasprintf("--compression %s, not gzip",
                                          fp_codec_name(options->layer->compression.codec));
}

/* Read the archive a second time, now with a spool for the contents. */
static enum fp_code repack(const struct fp_distribution_options *options, const char *root,
                           struct fp_distribution *ret, struct fp_error *err)
{
    cleanup_dist_list struct fp_dist_list list = {0};
    cleanup_dist_spool struct fp_dist_spool spool = {0};
    struct fp_dist_archive_facts facts = {0};
    struct fp_distribution_options again = *options;
    again.jars = NULL; /* they were received before */
    FP_TRY(fp_dist_spool_open(options->layer->folder, &spool, err));
    FP_TRY(fp_dist_archive_scan(&again, &spool, NULL, &list, &facts, err));
    return fp_dist_pack(options, &list, root, &spool, NULL, ret, err);
}

/* Read the archive once with a spool, and repack it from there. */
static enum fp_code read_and_repack(const struct fp_distribution_options *options,
                                    struct fp_distribution *ret, struct fp_error *err)
{
    cleanup_dist_list struct fp_dist_list list = {0};
    cleanup_dist_spool struct fp_dist_spool spool = {0};
    cleanup_free char *root = NULL;
    struct fp_dist_archive_facts facts = {0};
    FP_TRY(fp_dist_spool_open(options->layer->folder, &spool, err));
    FP_TRY(fp_dist_archive_scan(options, &spool, NULL, &list, &facts, err));
    FP_TRY(fp_dist_locate(&list, options->archive, options->reporter, ret, &root, err));
    FP_TRY(fp_dist_pack(options, &list, root, &spool, NULL, ret, err));
    return fp_dist_take_files(&list, options->archive, root, ret, err);
}

/* Read the archive once, and copy its tar if the layer is to have another codec: its diff_id stays,
 * and with it what nodes have of it already. The caller owns `*ret_copy`. */
static enum fp_code scan_and_copy(const struct fp_distribution_options *options,
                                  struct fp_dist_list *list, struct fp_dist_archive_facts *facts,
                                  struct fp_blob **ret_copy, struct fp_error *err)
{
    cleanup_blob_writer struct fp_blob_writer blob = {0};
    if (options->layer->compression.codec == FP_CODEC_GZIP)
        return fp_dist_archive_scan(options, NULL, NULL, list, facts, err);
    FP_TRY(fp_blob_writer_open(options->layer, &blob, err));
    FP_TRY(fp_dist_archive_scan(options, NULL, blob.tar, list, facts, err));
    return fp_blob_writer_finish(&blob, ret_copy, err);
}

/* Read the archive once; its tar is the layer unless its content makes it unfit. */
static enum fp_code read_as_it_is(const struct fp_distribution_options *options,
                                  struct fp_distribution *ret, struct fp_dist_archive_facts *facts,
                                  struct fp_blob **ret_copy, struct fp_error *err)
{
    cleanup_dist_list struct fp_dist_list list = {0};
    cleanup_free char *root = NULL;
    FP_TRY(scan_and_copy(options, &list, facts, ret_copy, err));
    FP_TRY(fp_dist_locate(&list, options->archive, options->reporter, ret, &root, err));
    FP_TRY(fp_dist_take_files(&list, options->archive, root, ret, err));
    ret->repack_reason = fp_dist_unfit(&list, facts, root, ret->top);
    if (ret->repack_reason != NULL)
        return repack(options, root, ret, err);
    ret->tree = fp_tree_new();
    for (size_t i = 0; i < list.len; i++)
        FP_TRY(fp_tree_put(ret->tree, &list.entries[i].meta, err));
    return FP_OK;
}

static enum fp_code read_input(const struct fp_distribution_options *options,
                               struct fp_distribution *ret, struct fp_error *err)
{
    unsigned char head[512] = {0};
    size_t head_len = 0;
    struct fp_dist_archive_facts facts = {0};
    cleanup_blob struct fp_blob *copy = NULL;
    FP_TRY(read_head(options->input, head, sizeof(head), &head_len, err));
    ret->repack_reason = fp_xstrdup(repack_at_once(options, head, head_len));
    FP_TRY(ret->repack_reason != NULL ? read_and_repack(options, ret, err)
                                      : read_as_it_is(options, ret, &facts, &copy, err));
    FP_TRY(fp_input_sha256(options->input, ret->sha256, err));
    if (ret->repack_reason == NULL)
        use_as_layer(options, &facts, copy, ret);
    return FP_OK;
}

static enum fp_code scan_jars(const struct fp_distribution_options *options,
                              struct fp_distribution *ret, struct fp_error *err)
{
    cleanup_dist_list struct fp_dist_list list = {0};
    cleanup_free char *root = NULL;
    unsigned char head[512] = {0};
    size_t head_len = 0;
    FP_TRY(read_head(options->input, head, sizeof(head), &head_len, err));
    FP_TRY(fp_dist_archive_scan(options, NULL, NULL, &list, NULL, err));
    return fp_dist_locate(&list, options->archive, options->reporter, ret, &root, err);
}

/* Let one of the steps above read the archive, which is opened unless it is open. */
static enum fp_code read_opened(const struct fp_distribution_options *options,
                                enum fp_code (*step)(const struct fp_distribution_options *,
                                                     struct fp_distribution *, struct fp_error *),
                                struct fp_distribution *ret, struct fp_error *err)
{
    cleanup_input struct fp_input *own = NULL;
    struct fp_distribution_options opened = *options;
    if (options->input != NULL)
        return step(options, ret, err);
    FP_TRY(fp_input_open(options->archive, &own, err));
    opened.input = own;
    return step(&opened, ret, err);
}

enum fp_code fp_distribution_read_jars(const struct fp_distribution_options *options,
                                       struct fp_strv *ret_jars, struct fp_error *err)
{
    cleanup_distribution struct fp_distribution dist = {0};
    FP_TRY(read_opened(options, scan_jars, &dist, err));
    *ret_jars = dist.lib_jars;
    dist.lib_jars = (struct fp_strv){0};
    return FP_OK;
}

enum fp_code fp_dist_from_archive(const struct fp_distribution_options *options,
                                  struct fp_distribution *ret, struct fp_error *err)
{
    return read_opened(options, read_input, ret, err);
}
