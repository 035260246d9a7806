/*
 * Settings of Flink, judged: a line with the version, then lines KEY=VALUE. Whatever they are, the
 * findings are bounded, and the same the second time.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "flinkpack/judge/conf.h"

#define LINES_MAX 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cleanup_free char *text = fp_xstrndup((const char *) data, size);
    cleanup_strv struct fp_strv lines = {0};
    cleanup_findings struct fp_findings findings = {0};
    struct fp_judged_setting settings[LINES_MAX];
    struct fp_flink_version version;
    size_t count = 0;
    fp_strv_split(&lines, text, '\n');
    if (lines.len == 0 || fp_flink_version_parse(lines.items[0], &version, NULL) != FP_OK)
        return 0;
    for (size_t i = 1; i < lines.len && count < LINES_MAX; i++) {
        char *equals = strchr(lines.items[i], '=');
        if (equals == NULL)
            continue;
        *equals = '\0';
        settings[count++] = (struct fp_judged_setting){lines.items[i], equals + 1, "--conf"};
    }
    fp_judge_settings(&version, settings, count, (size & 1) != 0, &findings);
    size_t found = findings.len;
    fp_judge_settings(&version, settings, count, (size & 1) != 0, &findings);
    if (findings.len != found)
        abort();
    return 0;
}
