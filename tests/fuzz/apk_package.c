/* The members of a package, which is an unverified archive at this point. */
#include <stdint.h>
#include <string.h>

#include "flinkpack/alpine.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* The identity of the package in the corpus, so that its control part is accepted. */
    struct fp_apk_package package = {
        .fields = {[FP_APK_IDENTITY] = "Q1K1lPMLwpYtWtedYY6LiUN+Ttcq0=",
                   [FP_APK_NAME] = "a",
                   [FP_APK_VERSION] = "1-r0"}};
    struct fp_apk_contents contents = {0};
    struct fp_apk_spool spool = {.fd = -1};
    char *folder = NULL;
    char *text = NULL;
    struct fp_apk_keys *keys = fp_apk_keys_new();
    if (fp_temp_dir("/tmp", &folder, NULL) == FP_OK &&
        fp_apk_spool_open(folder, &spool, NULL) == FP_OK) {
        (void) !fp_apk_package_read(fp_source_memory(data, size), "fuzz", &package, &spool,
                                    &contents, NULL);
        (void) !fp_apk_index_read(fp_source_memory(data, size), "fuzz", keys, &text, NULL, NULL);
    }
    free(text);
    fp_apk_keys_free(keys);
    fp_apk_contents_clear(&contents);
    fp_apk_spool_clear(&spool);
    fp_temp_remove(folder);
    return 0;
}
