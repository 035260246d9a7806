/* An untrusted config.json or auth.json. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "registry/credential.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cleanup_json json_t *config = NULL;
    cleanup_credential struct fp_credential found = {0};
    struct fp_error err = {0};
    struct fp_credential_query query = {"r.example:5000", "team/orders", NULL};
    if (fp_json_parse((const char *) data, size, "fuzz", &config, &err) != FP_OK)
        return 0;
    /* The fuzz target must not start programs that the file names. */
    (void) json_object_del(config, "credsStore");
    (void) json_object_del(config, "credHelpers");
    if (fp_docker_config_find(config, "fuzz", &query, &found, &err) == FP_OK &&
        fp_credential_is_set(&found) != (found.source != NULL))
        abort();
    return 0;
}
