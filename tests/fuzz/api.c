/*
 * An index of classes from a cache: whatever is accepted is asked without reading beyond its bytes
 * or going round in circles.
 */
#include <stdint.h>
#include <stdlib.h>

#include "flinkpack/judge.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ask(const struct fp_api *api, const char *name)
{
    enum fp_api_answer class_there = fp_api_find(api, name, NULL, NULL);
    enum fp_api_answer there = fp_api_find(api, name, "map", "(Ljava/lang/Object;)V");
    if (class_there == FP_API_NO_CLASS && there != FP_API_NO_CLASS)
        abort();
    (void) fp_api_find(api, name, "FIELD", "I");
    (void) fp_api_find(api, name, "<init>", "()V");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cleanup_api struct fp_api *api = NULL;
    cleanup_api struct fp_api *other = NULL;
    struct fp_error err = {0};
    if (fp_api_parse(data, size, "fuzz", &api, &err) != FP_OK) {
        if (api != NULL || err.text[0] == '\0')
            abort();
        return 0;
    }
    ask(api, "a/A");
    ask(api, "a/B");
    if (fp_api_parse(data, size, "fuzz", &other, &err) != FP_OK)
        abort();
    fp_api_join(api, steal_pointer(&other));
    ask(api, "a/C");
    ask(api, "[[La/A;");
    return 0;
}
