/** @file All operations on an untrusted index.json. */
#include <string.h>

#include "../../builder/store/layout_index.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fp_error err = {0};
    cleanup_layout_index struct fp_layout_index index = {0};
    cleanup_descriptor struct fp_descriptor found = {0};
    cleanup_layout_names struct fp_layout_names names = {0};
    if (fp_layout_index_parse((const char *) data, size, "index.json", &index, &err) != FP_OK)
        return 0;
    if (fp_layout_index_find(&index, NULL, "oci:x", &found, &err) == FP_OK)
        fp_layout_index_set(&index, &found, "moved");
    (void) !fp_layout_index_list(&index, "oci:x", &names, &err);
    (void) fp_layout_index_forget(&index, "app:1");
    /* A written index can be read again. */
    cleanup_free char *bytes = fp_layout_index_bytes(&index);
    cleanup_layout_index struct fp_layout_index again = {0};
    if (fp_layout_index_parse(bytes, strlen(bytes), "index.json", &again, &err) != FP_OK)
        abort();
    return 0;
}
