/**
 * @file
 * Image configurations (OCI image-spec 1.1: config.md). A transform takes a configuration and
 * returns a new one; it never changes its input.
 */
#ifndef FLINKPACK_IMAGE_CONFIG_H
#define FLINKPACK_IMAGE_CONFIG_H

#include "flinkpack/image/descriptor.h"

/** A parsed configuration, for reading. Owns its members; release with fp_config_clear(). */
struct fp_config {
    json_t *document;            /**< the whole document, a new reference */
    struct fp_platform platform; /**< members that are not stated are empty */
    struct fp_digest *diff_ids;  /**< one for each layer, bottom first */
    size_t diff_id_count;
    char *created; /**< RFC 3339 as written, or NULL */
};

/** A layer that is added on top: its history entry and diff_id. Strings are borrowed. */
struct fp_config_layer {
    struct fp_digest diff_id;
    const char *created_by; /**< "flinkpack build # job" */
    const char *comment;    /**< NULL: none */
    const char *created;    /**< RFC 3339; NULL: the same as the image's */
};

/** The changes that make a new configuration from the base's. Everything is borrowed. */
struct fp_config_change {
    const struct fp_config_layer *layers; /**< added on top, bottom first */
    size_t layer_count;
    const json_t *env;           /**< object NAME -> value: merged by name in the base's order;
                                      null removes one */
    const json_t *labels;        /**< object: merged; null removes one */
    const json_t *entrypoint;    /**< array; NULL keeps the base's */
    const json_t *cmd;           /**< array; NULL keeps the base's */
    const json_t *exposed_ports; /**< object "8081/tcp" -> {}: merged; NULL: none */
    const char *user;            /**< NULL keeps the base's */
    const char *working_dir;     /**< NULL keeps the base's */
    const char *created;         /**< RFC 3339 */
    bool keeps_all;              /**< the base's description is still right: see below */
};

/**
 * Parse, and check the number of diff_ids against `layer_count`. The history may have more or
 * fewer layers, because it is only informative.
 * @return FP_OK or FP_E_INPUT naming `name`.
 */
FP_CHECKED enum fp_code fp_config_parse(const char *text, size_t len, size_t layer_count,
                                        const char *name, struct fp_config *ret,
                                        struct fp_error *err);
/**
 * Fill in `platform` if the configuration names no os or no architecture. The configuration of an
 * image without a base may lack them.
 * @return Whether something was missing.
 */
bool fp_config_complete(struct fp_config *config, const struct fp_platform *platform);
/** The platform for an index, as fp_config_bytes() writes it: its variant may differ from the
 * normalised one, which is used to compare. A new reference. */
json_t *fp_config_stated_platform(const struct fp_config *config);
/** A configuration without layers for a platform, for bases without a configuration (rootfs). */
struct fp_config fp_config_empty(const struct fp_platform *platform);
/**
 * Apply `change` to the base's configuration. Without `keeps_all`, Healthcheck, OnBuild and the
 * base's org.opencontainers.image.* labels are dropped.
 * @return The bytes to store, canonical JSON. The caller owns them.
 */
char *fp_config_bytes(const struct fp_config *base, const struct fp_config_change *change);
/** The number of layers in the history. */
size_t fp_config_told_layers(const struct fp_config *config);
/** The command in the history that made a layer, 0 the bottom one. Borrowed; NULL: it says none. */
const char *fp_config_layer_by(const struct fp_config *config, size_t layer);
/** The value of an environment variable in config.Env, or NULL. The caller owns it. */
char *fp_config_env(const struct fp_config *config, const char *name);
/** Release the members. */
void fp_config_clear(struct fp_config *config);

/** Declare a struct fp_config that is cleared at the end of its scope. */
#define cleanup_config __attribute__((cleanup(fp_config_clear)))

#endif
