/* The properties of jars; a jar that did not change is not read again. */
#include <string.h>

#include "flinkpack/flink/jar_ask.h"
#include "flinkpack/layer/zip.h"
#include "job_read.h"

static enum fp_code read_and_hash(const char *path, struct fp_jar *ret, struct fp_error *err)
{
    __attribute__((cleanup(fp_jar_clear))) struct fp_jar jar = {0};
    FP_TRY(fp_jar_read(path, &jar, err));
    FP_TRY(fp_file_hash(path, FP_SHA256, jar.size, jar.sha256, NULL, err));
    *ret = steal_value(&jar);
    return FP_OK;
}

static enum fp_code read_and_remember(const struct fp_jar_question *question, struct fp_jar *ret,
                                      struct fp_error *err)
{
    FP_TRY(fp_jar_read(question->path, ret, err));
    memcpy(ret->sha256, question->sha256, sizeof(ret->sha256));
    fp_jar_answer(question, fp_jar_json(ret));
    return FP_OK;
}

/* A large file that is no jar is not hashed. What is remembered of a jar has to be read after it
 * was hashed, so it is opened again then. */
enum fp_code fp_jar_inspect(struct fp_cache *cache, const char *path, struct fp_jar *ret,
                            struct fp_error *err)
{
    cleanup_zip struct fp_zip *probe = NULL;
    cleanup_json json_t *known = NULL;
    struct fp_jar_question question = {0};
    if (cache == NULL)
        return read_and_hash(path, ret, err);
    FP_TRY(fp_zip_open(path, &probe, err));
    FP_TRY(fp_jar_ask(cache, path, "properties", &question, &known, err));
    if (known != NULL && fp_jar_parse(known, path, ret, NULL) == FP_OK) {
        if (strcmp(ret->sha256, question.sha256) == 0)
            return FP_OK;
        fp_jar_clear(ret);
    }
    return read_and_remember(&question, ret, err);
}
