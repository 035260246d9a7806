/* APKINDEX and the database of installed packages, and resolving packages with them. */
#include <stdint.h>
#include <string.h>

#include "flinkpack/alpine.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fp_apk_index index = {0};
    struct fp_apk_index installed = {0};
    cleanup_free char *text = fp_xstrndup((const char *) data, size);
    if (fp_apk_installed_parse(text, "installed", &installed, NULL) == FP_OK &&
        fp_apk_index_parse(fp_xstrdup(text), "index", &index, NULL) == FP_OK && index.count > 0) {
        const struct fp_apk_index *list[] = {&index};
        cleanup_strv struct fp_strv requests = {0};
        cleanup_apk_answer struct fp_apk_answer answer = {0};
        struct fp_error err = {0};
        fp_strv_add(&requests, index.packages[index.count - 1].fields[FP_APK_NAME]);
        struct fp_apk_question question = {.installed = &installed,
                                           .repositories = list,
                                           .repository_count = 1,
                                           .requests = &requests};
        (void) !fp_apk_resolve(&question, &answer, &err);
    }
    fp_apk_index_clear(&index);
    fp_apk_index_clear(&installed);
    return 0;
}
