/* Records of distributions and of jars: what is accepted is the same after writing and reading, and
 * a distribution has clean paths below its top. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "flinkpack/flink.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

static void check_distribution(const json_t *json)
{
    cleanup_distribution struct fp_distribution dist = {0};
    cleanup_distribution struct fp_distribution again = {0};
    struct fp_error err = {0};
    enum fp_code code = fp_distribution_parse(json, "record", &dist, &err);
    require(code == FP_OK || (code == FP_E_INPUT && err.text[0] != '\0'));
    if (code != FP_OK)
        return;
    require(fp_tree_get(dist.tree, dist.top) != NULL && strchr(dist.top, '/') == NULL);
    for (size_t i = 0; i < dist.file_count; i++)
        require(strstr(dist.files[i].path, "../") == NULL);
    cleanup_json json_t *written = fp_distribution_json(&dist);
    require(written != NULL && fp_distribution_parse(written, "again", &again, &err) == FP_OK);
    cleanup_json json_t *twice = fp_distribution_json(&again);
    require(json_equal(written, twice));
}

static void check_facts(const json_t *json)
{
    cleanup_distribution struct fp_distribution dist = {0};
    cleanup_distribution struct fp_distribution again = {0};
    if (fp_distribution_facts_parse(json, "facts", &dist, NULL) != FP_OK)
        return;
    cleanup_json json_t *written = fp_distribution_facts(&dist);
    require(fp_distribution_facts_parse(written, "again", &again, NULL) == FP_OK);
    require(strcmp(dist.top, again.top) == 0 && dist.newest_mtime_s == again.newest_mtime_s);
}

static void check_jar(const json_t *json)
{
    __attribute__((cleanup(fp_jar_clear))) struct fp_jar jar = {0};
    __attribute__((cleanup(fp_jar_clear))) struct fp_jar again = {0};
    if (fp_jar_parse(json, "jar", &jar, NULL) != FP_OK)
        return;
    cleanup_json json_t *written = fp_jar_json(&jar);
    require(written != NULL && fp_jar_parse(written, "again", &again, NULL) == FP_OK);
    cleanup_json json_t *twice = fp_jar_json(&again);
    require(json_equal(written, twice));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cleanup_json json_t *json = NULL;
    if (fp_json_parse((const char *) data, size, "input", &json, NULL) != FP_OK)
        return 0;
    check_distribution(json);
    check_facts(json);
    check_jar(json);
    return 0;
}
