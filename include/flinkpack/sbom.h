/**
 * @file
 * What is inside an image, and its bill of materials: jars with their Maven coordinates, packages
 * of the operating system, Java and Flink.
 *
 * Each layer is read once; what was found is its inventory, JSON that can be remembered under the
 * layer's diff_id. The inventories of an image's layers make its list of components, which both
 * formats are written from: CycloneDX 1.6 and SPDX 2.3, both as JSON.
 */
#ifndef FLINKPACK_SBOM_H
#define FLINKPACK_SBOM_H

#include "flinkpack/layer.h"

/** Part of whatever remembers inventories; increase it when the same layer gives another one. */
#define FP_INVENTORY_LAYOUT 1

/**
 * Read the inventory of a layer: its jars, its databases of packages, os-release and the release
 * files of Java, and which paths of lower layers it removes. Memory does not grow with the layer,
 * and jars are spooled to an unnamed file in `folder`, one at a time. Jars inside of jars are
 * looked into three levels deep.
 * @param blob      The layer; it is verified.
 * @param diff_id   What its content has to have.
 * @param max_bytes The limit of its uncompressed size; a larger layer is FP_E_INPUT.
 * @param ret       A new reference.
 * @return FP_E_INPUT, FP_E_VERIFY, FP_E_IO.
 */
FP_CHECKED enum fp_code fp_inventory_read(const struct fp_blob *blob,
                                          const struct fp_digest *diff_id, const char *folder,
                                          uint64_t max_bytes, json_t **ret, struct fp_error *err);
/** Whether JSON from elsewhere is an inventory of this layout, with nothing in it but texts, sizes
 * and lists within the limits of fp_inventory_read(). */
bool fp_inventory_is_valid(const json_t *inventory);

/** How many jars, artifacts and packages an inventory lists. */
size_t fp_inventory_count(const json_t *inventory);
/** The most of an image, all layers together. Real ones have some hundreds. */
#define FP_INVENTORY_MAX_COUNT 60000

/** The image that a bill of materials is about. Everything is borrowed. */
struct fp_sbom_subject {
    const char *name;                  /**< "registry.example.com/team/orders:1" or a title */
    const struct fp_descriptor *image; /**< of the manifest */
    const struct fp_config *config;    /**< its configuration */
    json_t *const *inventories;        /**< one for each layer, bottom first */
    size_t base_layers;                /**< how many of them are the base's; 0: not known */
    const char *base_name;             /**< NULL: not known */
    const struct fp_digest *base;      /**< the digest of the base; NULL: not known */
    const char *program_version;       /**< of flinkpack */
};

/** A format of bills of materials. */
enum fp_sbom_format { FP_SBOM_CYCLONEDX, FP_SBOM_SPDX };

/** The format of a name, "cyclonedx" or "spdx". Returns whether there is one. */
bool fp_sbom_format_parse(const char *name, enum fp_sbom_format *ret);
/** The media type of a format's documents. Static. */
const char *fp_sbom_media_type(enum fp_sbom_format format);
/** The predicate type of attestations with such a document (in-toto). Static. */
const char *fp_sbom_predicate_type(enum fp_sbom_format format);
/** The bill of materials. The same image gives the same one. A new reference. */
json_t *fp_sbom(const struct fp_sbom_subject *subject, enum fp_sbom_format format);

#endif
