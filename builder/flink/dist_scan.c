/* The pass over an archive, which reads entries, digests, and the contents to keep. */
#include <string.h>

#include "dist_steps.h"

/* A distribution consists of jars, so it inflates to little more than its size. An archive beyond
 * these limits is a bomb, and is rejected before it fills a disk. */
#define MAX_RATIO     64
#define MIN_TAR_BYTES ((uint64_t) 64 << 20)
#define MAX_TAR_BYTES ((uint64_t) 16 << 30)

/* One pass over an archive. */
struct dist_pass {
    const struct fp_distribution_options *options;
    struct fp_dist_spool *spool;
    struct fp_dist_list *list;
    char *top; /* of the first entry; --slim uses it before Flink is found */
};

/* Guess the directory of the distribution from the first name. */
static char *guess_top(const char *path)
{
    static const char *const OWN[] = {"bin",      "conf",     "lib",       "opt",
                                      "examples", "licenses", "log",       "plugins",
                                      "LICENSE",  "NOTICE",   "README.txt"};
    size_t len = strcspn(path, "/");
    for (size_t i = 0; i < sizeof(OWN) / sizeof(OWN[0]); i++)
        if (strlen(OWN[i]) == len && strncmp(path, OWN[i], len) == 0)
            return fp_xstrdup("");
    return fp_xstrndup(path, len);
}

static bool is_spelled_alike(const char *raw, const char *clean)
{
    size_t len = strlen(clean);
    return strncmp(raw, clean, len) == 0 && (raw[len] == '\0' || strcmp(raw + len, "/") == 0);
}

/* Whether a path in the distribution is a jar that Flink's scripts put on the class path. */
static bool is_lib_jar(const char *below)
{
    return below != NULL && strncmp(below, "lib/", 4) == 0 && strchr(below + 4, '/') == NULL &&
           fp_text_ends_with(below, ".jar");
}

/* Copy the content of an entry to the spool, to the receiver of jars, to both, or nowhere. */
static enum fp_code pass_on(struct dist_pass *pass, struct fp_source *take_content,
                            struct fp_dist_entry *entry, bool is_spooled, struct fp_error *err)
{
    cleanup_source struct fp_source *content = take_content;
    cleanup_sink struct fp_sink *jar = NULL;
    const struct fp_jar_receiver *receiver = pass->options->jars;
    const char *below = fp_dist_below(entry->path, pass->top);
    if (receiver != NULL && is_lib_jar(below))
        FP_TRY(receiver->open(receiver->context, below, &jar, err));
    if (jar != NULL && is_spooled)
        content = fp_source_teed(steal_pointer(&content), jar);
    if (is_spooled)
        FP_TRY(fp_dist_spool_add(pass->spool, content, &entry->spool_offset, err));
    else if (jar != NULL)
        FP_TRY(fp_stream_copy(content, jar, NULL, err));
    return jar != NULL ? fp_sink_finish(jar, err) : FP_OK;
}

/* Copy the content of an entry to the spool, to memory, or both. */
static enum fp_code take_content(struct dist_pass *pass, struct fp_scan *scan,
                                 struct fp_dist_entry *entry, struct fp_error *err)
{
    const char *below = fp_dist_below(entry->path, pass->top);
    bool spooled =
        pass->spool != NULL && (below == NULL || !fp_dist_is_slimmed(pass->options, below));
    if (!fp_dist_list_wants(pass->list, &entry->meta))
        return pass_on(pass, fp_scan_source(scan), entry, spooled, err);
    cleanup_source struct fp_source *content = fp_scan_source(scan);
    const struct fp_dist_file *file = NULL;
    FP_TRY(fp_dist_list_keep(pass->list, &entry->meta, content, &file, err));
    if (!spooled)
        return FP_OK;
    cleanup_source struct fp_source *again = fp_source_memory(file->data, file->len);
    return fp_dist_spool_add(pass->spool, again, &entry->spool_offset, err);
}

static enum fp_code visit(void *context, struct fp_scan *scan, const struct fp_entry *entry,
                          const char *raw_path, enum fp_scan_action *ret_action,
                          struct fp_error *err)
{
    struct dist_pass *pass = context;
    struct fp_dist_entry *added = NULL;
    *ret_action = FP_SCAN_SKIP;
    if (entry->path[0] == '\0') {
        pass->list->has_root_entry = true;
        return FP_OK;
    }
    if (pass->top == NULL)
        pass->top = guess_top(entry->path);
    FP_TRY(fp_dist_list_add(pass->list, entry, pass->options->archive, &added, err));
    added->has_odd_name = !is_spelled_alike(raw_path, entry->path);
    return entry->kind == FP_ENTRY_FILE ? take_content(pass, scan, added, err) : FP_OK;
}

static uint64_t tar_limit(uint64_t archive_bytes)
{
    uint64_t limit =
        archive_bytes > MAX_TAR_BYTES / MAX_RATIO ? MAX_TAR_BYTES : archive_bytes * MAX_RATIO;
    return limit < MIN_TAR_BYTES ? MIN_TAR_BYTES : limit;
}

/* Read the bytes after the compressed data, because they are part of the archive, too. */
static enum fp_code read_rest(struct fp_source *raw, struct fp_error *err)
{
    cleanup_sink struct fp_sink *nowhere = fp_sink_null();
    return fp_stream_copy(raw, nowhere, NULL, err);
}

/* A failure to process the bytes may be caused by a change of the archive since an earlier read. */
static enum fp_code explain(const struct fp_distribution_options *options, struct fp_source *raw,
                            enum fp_code failed, struct fp_error *err)
{
    struct fp_error changed = {0};
    if (!options->input->is_pinned || failed == FP_E_INTERRUPTED ||
        read_rest(raw, &changed) != FP_E_VERIFY)
        return fp_input_blame(options->input, failed, err);
    return fp_fail_as(err, &changed);
}

enum fp_code fp_dist_archive_scan(const struct fp_distribution_options *options,
                                  struct fp_dist_spool *spool, struct fp_sink *copy,
                                  struct fp_dist_list *list, struct fp_dist_archive_facts *facts,
                                  struct fp_error *err)
{
    const char *name = options->archive;
    uint64_t size = options->input->bytes;
    struct fp_source *file = NULL;
    struct fp_stage stage = {0};
    struct fp_dist_archive_facts own = {0};
    struct fp_dist_archive_facts *to = facts != NULL ? facts : &own;
    FP_TRY(fp_input_source(options->input, &file, err));
    cleanup_hash struct fp_hash *tar_hash = fp_hash_new(FP_SHA256);
    fp_stage_begin(&stage, options->reporter, "read", fp_path_base(name), size);
    struct fp_source *raw = fp_source_staged(file, &stage);
    struct fp_source *tar = fp_source_inflate(raw, name, tar_limit(size), &to->info);
    if (facts != NULL)
        tar = fp_source_hashed(tar, tar_hash);
    cleanup_source struct fp_source *all = copy != NULL ? fp_source_teed(tar, copy) : tar;
    struct dist_pass pass = {.options = options, .spool = spool, .list = list};
    enum fp_code code = fp_scan_tar_summary(all, name, false, visit, &pass, &to->tar, err);
    free(pass.top);
    code = code == FP_OK ? read_rest(raw, err) : explain(options, raw, code, err);
    FP_TRY(fp_stage_close(&stage, code, "done"));
    to->diff_id = fp_digest_finish(tar_hash, FP_SHA256);
    return FP_OK;
}
