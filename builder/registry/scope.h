/**
 * @file
 * Scopes of tokens, such as "repository:team/orders:pull,push".
 */
#ifndef BUILDER_REGISTRY_SCOPE_H
#define BUILDER_REGISTRY_SCOPE_H

#include "flinkpack/support.h"

/** Add "TYPE:NAME:ACTION,..." to a list, merging actions of the same resource; nonsense is left
 * out. */
void fp_scope_add(struct fp_strv *scopes, const char *scope);
/** Whether a token for `have` serves where `want` is needed. */
bool fp_scope_covers(const struct fp_strv *have, const struct fp_strv *want);

#endif
