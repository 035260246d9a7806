/* Releases credentials, and says whether there are any. */
#include "credential.h"

bool fp_credential_is_set(const struct fp_credential *credential)
{
    return credential->username != NULL || credential->identity_token != NULL ||
           credential->registry_token != NULL;
}

void fp_credential_clear(struct fp_credential *credential)
{
    fp_free_secret(credential->username);
    fp_free_secret(credential->password);
    fp_free_secret(credential->identity_token);
    fp_free_secret(credential->registry_token);
    free(credential->source);
    free(credential->problem);
    *credential = (struct fp_credential){0};
}
