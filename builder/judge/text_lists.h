/**
 * @file
 * Small texts in jars: lists of services, and properties.
 */
#ifndef FLINKPACK_JUDGE_TEXT_LISTS_H
#define FLINKPACK_JUDGE_TEXT_LISTS_H

#include "flinkpack/support.h"

/**
 * The classes that a list of services names, as java.util.ServiceLoader reads it: one a line, with
 * comments from '#' on. A mark of byte order stays, as Java takes it for a part of the name.
 * @param most Of them; the rest is left out.
 */
void fp_services_read(const char *text, size_t most, struct fp_strv *ret);
/** The value of a key in a text of java.util.Properties, the last if it is there twice; NULL: none.
 * Escapes stay as they are, but for a backslash before another character than u. The caller owns
 * it. */
char *fp_properties_get(const char *text, const char *key);

#endif
