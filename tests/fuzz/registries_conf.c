/* registries.conf: an image always has a bounded number of valid locations. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "flinkpack/registry.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A location is a full name with the requested tag, and is the same after writing and reading. */
static void check_place(const struct fp_reference *place)
{
    cleanup_reference struct fp_reference again = {0};
    cleanup_free char *text = fp_reference_text(place);
    struct fp_error err = {0};
    if (place->registry == NULL || strcmp(place->tag, "1") != 0 ||
        fp_reference_parse(text, &again, &err) != FP_OK ||
        strcmp(again.registry, place->registry) != 0 ||
        strcmp(again.repository, place->repository) != 0 || strcmp(again.tag, "1") != 0)
        abort();
}

static void check_choice(const struct fp_mirrors *mirrors, const char *name)
{
    cleanup_reference struct fp_reference reference = {0};
    struct fp_reference found[FP_MIRRORS_MAX_CANDIDATES + 1] = {0};
    struct fp_error err = {0};
    size_t len = 0;
    if (fp_reference_parse(name, &reference, &err) != FP_OK)
        abort();
    enum fp_code code = fp_mirrors_choose(mirrors, &reference, found, &len, &err);
    if ((code == FP_OK) != (len > 0) || len > FP_MIRRORS_MAX_CANDIDATES + 1 ||
        (code != FP_OK && (code != FP_E_INPUT || err.text[0] == '\0')))
        abort();
    for (size_t i = 0; i < len; i++) {
        check_place(&found[i]);
        fp_reference_clear(&found[i]);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cleanup_free char *text = fp_xstrndup((const char *) data, size);
    cleanup_mirrors struct fp_mirrors mirrors = {0};
    struct fp_error err = {0};
    enum fp_code code = fp_mirrors_read_text(&mirrors, "fuzz", text, &err);
    if (code != FP_OK && code != FP_E_INPUT)
        abort();
    check_choice(&mirrors, "docker.io/library/flink:1");
    check_choice(&mirrors, "x.example.com/a:1");
    return 0;
}
