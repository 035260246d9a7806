/**
 * @file
 * The formats of bills of materials, each written from the list of components.
 */
#ifndef FLINKPACK_SBOM_FORMATS_H
#define FLINKPACK_SBOM_FORMATS_H

#include "components.h"

/** The document in one of the formats; a new reference. */
json_t *fp_sbom_cyclonedx(const struct fp_sbom_subject *subject, const json_t *components);
json_t *fp_sbom_spdx(const struct fp_sbom_subject *subject, const json_t *components);
/** A UUID that the components determine (RFC 9562, version 8), as the same image is to have the
 * same bill of materials. The caller owns it. */
char *fp_sbom_uuid(const json_t *components);

#endif
