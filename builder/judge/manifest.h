/**
 * @file
 * Manifests and signature files, read as java.util.jar.Manifest does. (JAR File Specification.)
 */
#ifndef FLINKPACK_JUDGE_MANIFEST_H
#define FLINKPACK_JUDGE_MANIFEST_H

#include "flinkpack/support.h"

/**
 * Called for each attribute, in order.
 * @param section 0: the main section; those of the entries follow, each with a "Name" first.
 * @param value   With its blanks, of which Java keeps all but the one after the colon.
 */
typedef void fp_manifest_visitor(void *context, size_t section, const char *name,
                                 const char *value);

/**
 * Read a manifest, up to the place where Java would refuse it. A last line that does not end is
 * left out, as Java does.
 * @param ret_line The line of the fault.
 * @return What Java refuses, in the words of its exception; NULL: nothing. Static.
 */
const char *fp_manifest_read(const char *text, size_t len, fp_manifest_visitor *visitor,
                             void *context, size_t *ret_line);

#endif
