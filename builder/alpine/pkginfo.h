/**
 * @file
 * .PKGINFO: what a package says of itself.
 */
#ifndef FLINKPACK_ALPINE_PKGINFO_H
#define FLINKPACK_ALPINE_PKGINFO_H

#include "flinkpack/support.h"

/** The most bytes of it. */
#define PKGINFO_MAX_BYTES ((size_t) 1 << 20)

/** What is used of it. Owned; release with fp_pkginfo_clear(). */
struct pkginfo {
    char *name;
    char *version;
    char *datahash;
    char *replaces; /* joined by blanks */
    char *replaces_priority;
    char *triggers;
};

/** Parse "key = value" lines; of keys that are used once the first counts. Never fails: what is
 * not there is NULL. */
void fp_pkginfo_parse(const char *text, struct pkginfo *ret);
/** Release the members. */
void fp_pkginfo_clear(struct pkginfo *info);

#endif
