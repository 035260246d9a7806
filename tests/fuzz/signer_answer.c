/** @file What a program of --signer answers. */
#include <stdlib.h>

#include "../../builder/trust/piece.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct fp_digest image = {
        .text = "sha256:1111111111111111111111111111111111111111111111111111111111111111"};
    cleanup_pieces struct fp_pieces pieces = {0};
    struct fp_error err = {0};
    if (fp_signer_parse((const char *) data, size, &image, &pieces, &err) == FP_OK &&
        pieces.len == 0)
        abort();
    return 0;
}
