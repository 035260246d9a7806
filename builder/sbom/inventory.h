/**
 * @file
 * The parts of an inventory, for the files that read them out of a layer.
 *
 * An inventory is {"layout": 1, "jars": [JAR], "databases": {PATH: [PACKAGE]}, "os": {"id",
 * "version", "name"}, "java": [{"path", "version", "vendor"}], "removed": [PATH], "opaque":
 * [PATH]}. A JAR is {"path", "sha256", "size", "title", "version", "artifacts": [ARTIFACT]}, an
 * ARTIFACT
 * {"group", "artifact", "version", "inside", "from"}, with the jar inside of the jar that has it,
 * and "NOTICE" if only the NOTICE names it. A PACKAGE is {"type": "apk" or "deb", "name",
 * "version", "architecture", "license", "source", "depends", "provides"}; what is not known is
 * missing.
 */
#ifndef FLINKPACK_SBOM_INVENTORY_H
#define FLINKPACK_SBOM_INVENTORY_H

#include "flinkpack/sbom.h"

/** The most jars of a layer, and Maven artifacts in all of them. */
#define FP_INVENTORY_MAX_JARS      5000
#define FP_INVENTORY_MAX_ARTIFACTS 20000
/** The most bytes of jars inside of jars that are inflated in a layer: a few seconds. */
#define FP_INVENTORY_NESTED_BYTES ((uint64_t) 2 << 30)
/** The most packages of a database, and paths that a layer removes. */
#define FP_INVENTORY_MAX_PACKAGES 20000
#define FP_INVENTORY_MAX_REMOVED  20000

/** What was read of the jars of a layer so far. */
struct fp_jars_read {
    uint64_t nested_bytes; /**< inflated of jars inside of jars; what exceeds
                                FP_INVENTORY_NESTED_BYTES is not looked into */
    size_t artifacts;      /**< at most FP_INVENTORY_MAX_ARTIFACTS; more are left out */
};

/**
 * Read what a jar says of itself.
 * @param path   The file.
 * @param folder For jars inside of it.
 * @param so_far Of the layer; it is counted on.
 * @return A new reference to a JAR without "path" and "sha256". A file that is no jar, or damaged,
 *         has no artifacts. Errors of the disk, and FP_E_INTERRUPTED.
 */
FP_CHECKED enum fp_code fp_jar_inventory(const char *path, const char *folder,
                                         struct fp_jars_read *so_far, json_t **ret,
                                         struct fp_error *err);
/** The packages of apk's or dpkg's database of installed packages, as a list; a new reference. What
 * cannot be read as such is left out. `text` is terminated. */
json_t *fp_packages_of_apk(const char *text);
json_t *fp_packages_of_dpkg(const char *text);

#endif
