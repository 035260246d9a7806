/**
 * @file
 * The components of an image, which the formats are written from.
 *
 * They are a JSON array of objects {"ref", "kind", "name", "version", "group", "purl", "cpe",
 * "sha256", "license", "supplier", "path", "layer", "depends": [REF]}; what is not known is
 * missing. A kind is "image", "base", "os", "java", "flink", "jar", "artifact" (in a jar), "apk" or
 * "deb". The image itself is the first.
 */
#ifndef FLINKPACK_SBOM_COMPONENTS_H
#define FLINKPACK_SBOM_COMPONENTS_H

#include "flinkpack/sbom.h"

/** The merged inventories of an image's layers: what is there in the end. Owned JSON. */
struct fp_contents {
    json_t *jars;     /**< {PATH: JAR with "layer"} */
    json_t *java;     /**< {PATH: {"version", "vendor", "layer"}} */
    json_t *packages; /**< array of PACKAGE with "layer" */
    json_t *os;       /**< {"id", "version", "name", "layer"}; NULL: not known */
};

/** Put the layers upon each other. */
void fp_contents_merge(const struct fp_sbom_subject *subject, struct fp_contents *ret);
/** Release the members. */
void fp_contents_clear(struct fp_contents *contents);

/** The components of an image; a new reference. */
json_t *fp_sbom_components(const struct fp_sbom_subject *subject);
/** Add the packages of the operating system, and the ones that they depend on. Their refs are added
 * to `roots`. */
void fp_sbom_add_packages(const struct fp_contents *contents, json_t *components, json_t *roots);
/** Add the jars and what is in them. */
void fp_sbom_add_jars(const struct fp_contents *contents, json_t *components,
                      json_t *image_depends);

/** A part of a package URL (package-url's PURL-SPECIFICATION), percent-encoded. The caller owns it.
 */
char *fp_purl_part(const char *text);
/** Whether a licence of a package looks like an SPDX licence expression. */
bool fp_is_licence_expression(const char *text);

#endif
