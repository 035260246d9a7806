/* Indexing the classes of jars that come as streams. */
#include "api_spool.h"

#include <stdlib.h>
#include <string.h>

/* The most bytes of all jars; those of Flink have 200 MB. */
#define MAX_BYTES ((uint64_t) 2 << 30)

/* A jar that came whole. */
struct spooled_jar {
    struct fp_api_spool *spool;
    struct fp_newfile *file; /* NULL once it is indexed */
    char *path;
};

struct fp_api_spool {
    struct fp_jar_receiver receiver;
    const char *folder;
    struct fp_group *group; /* its one thread has the builder */
    struct fp_api_builder *builder;
    struct spooled_jar **jars;
    size_t jar_count;
    uint64_t bytes;
    struct fp_error why; /* the first failure to take a jar; no more are taken */
    enum fp_code failed;
};

/* A jar on its way. */
struct jar_sink {
    struct fp_sink base;
    struct spooled_jar *jar;
};

static void jar_free(struct spooled_jar *jar)
{
    if (jar == NULL)
        return;
    fp_newfile_free(jar->file);
    free(jar->path);
    free(jar);
}

/* Index a jar on the thread, and drop it. */
static enum fp_code index_jar(void *context, struct fp_error *err)
{
    struct spooled_jar *jar = context;
    cleanup_free char *path = fp_xasprintf("/proc/self/fd/%d", fp_newfile_fd(jar->file));
    struct fp_error why = {0};
    enum fp_code code = fp_api_builder_add(jar->spool->builder, path, &why);
    if (code != FP_OK)
        code = fp_fail(err, code, "%s: %s", jar->path, why.text);
    fp_newfile_free(jar->file);
    jar->file = NULL;
    return code;
}

/* A failure of its own is kept, and passes for success. */
static enum fp_code keep_failure(struct fp_api_spool *spool, enum fp_code code,
                                 const struct fp_error *why, struct fp_error *err)
{
    if (code == FP_OK || spool->failed != FP_OK)
        return FP_OK;
    if (code == FP_E_INTERRUPTED)
        return fp_fail_as(err, why);
    spool->failed = code;
    spool->why = *why;
    return FP_OK;
}

static enum fp_code write_jar(struct fp_sink *self, const void *data, size_t len,
                              struct fp_error *err)
{
    struct spooled_jar *jar = ((struct jar_sink *) self)->jar;
    struct fp_api_spool *spool = jar->spool;
    struct fp_error why = {0};
    enum fp_code code = FP_OK;
    if (spool->failed != FP_OK)
        return FP_OK;
    cleanup_sink struct fp_sink *file =
        fp_sink_fd(fp_newfile_fd(jar->file), "the temporary file of a jar");
    spool->bytes += len;
    if (spool->bytes > MAX_BYTES)
        code = fp_fail(&why, FP_E_INPUT, "the jars have more than 2 GiB");
    else
        code = fp_sink_write(file, data, len, &why);
    return keep_failure(spool, code, &why, err);
}

static enum fp_code finish_jar(struct fp_sink *self, struct fp_error *err)
{
    struct jar_sink *sink = (struct jar_sink *) self;
    struct fp_api_spool *spool = sink->jar->spool;
    (void) err;
    if (spool->failed != FP_OK)
        return FP_OK;
    struct spooled_jar *jar = steal_pointer(&sink->jar);
    spool->jars = fp_xreallocarray(spool->jars, spool->jar_count + 1, sizeof(struct spooled_jar *));
    spool->jars[spool->jar_count++] = jar;
    fp_group_go(spool->group, index_jar, jar);
    return FP_OK;
}

static void free_jar(struct fp_sink *self)
{
    jar_free(((struct jar_sink *) self)->jar);
    free(self);
}

static enum fp_code open_jar(void *context, const char *path, struct fp_sink **ret,
                             struct fp_error *err)
{
    static const struct fp_sink_ops OPS = {write_jar, finish_jar, free_jar};
    struct fp_api_spool *spool = context;
    struct fp_newfile *file = NULL;
    struct fp_error why = {0};
    *ret = NULL;
    if (spool->failed != FP_OK)
        return FP_OK;
    enum fp_code code = fp_newfile_open_in(spool->folder, 0600, &file, &why);
    if (code != FP_OK)
        return keep_failure(spool, code, &why, err);
    struct jar_sink *sink = fp_xcalloc(1, sizeof(*sink));
    sink->base.ops = &OPS;
    sink->jar = fp_xcalloc(1, sizeof(*sink->jar));
    *sink->jar = (struct spooled_jar){spool, file, fp_xstrdup(path)};
    *ret = &sink->base;
    return FP_OK;
}

struct fp_api_spool *fp_api_spool_new(const char *folder)
{
    struct fp_api_spool *spool = fp_xcalloc(1, sizeof(*spool));
    spool->receiver = (struct fp_jar_receiver){open_jar, spool};
    spool->folder = folder;
    spool->builder = fp_api_builder_new();
    spool->group = fp_group_new(NULL, 1);
    return spool;
}

const struct fp_jar_receiver *fp_api_spool_receiver(const struct fp_api_spool *spool)
{
    return spool != NULL ? &spool->receiver : NULL;
}

static bool has_come(const struct fp_api_spool *spool, const char *path)
{
    for (size_t i = 0; i < spool->jar_count; i++)
        if (strcmp(spool->jars[i]->path, path) == 0)
            return true;
    return false;
}

enum fp_code fp_api_spool_finish(struct fp_api_spool *spool, const struct fp_strv *paths,
                                 struct fp_buf *ret, struct fp_error *err)
{
    FP_TRY(fp_group_wait(spool->group, err));
    if (spool->failed != FP_OK)
        return fp_fail_as(err, &spool->why);
    for (size_t i = 0; i < paths->len; i++)
        if (fp_text_ends_with(paths->items[i], ".jar") && !has_come(spool, paths->items[i]))
            return fp_fail(err, FP_E_INPUT, "%s is no file", paths->items[i]);
    fp_api_builder_finish(steal_pointer(&spool->builder), ret);
    return fp_buf_check(ret, err);
}

void fp_api_spool_free(struct fp_api_spool *spool)
{
    if (spool == NULL)
        return;
    fp_group_free(spool->group);
    fp_api_builder_free(spool->builder);
    for (size_t i = 0; i < spool->jar_count; i++)
        jar_free(spool->jars[i]);
    free(spool->jars);
    free(spool);
}
