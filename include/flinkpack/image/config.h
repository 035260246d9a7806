/**
 * @file
 * Image configurations (OCI image-spec 1.1: config.md). A transform takes a configuration and
 * gives a new one; the input is never changed.
 */
#ifndef FLINKPACK_IMAGE_CONFIG_H
#define FLINKPACK_IMAGE_CONFIG_H

#include "flinkpack/image/descriptor.h"

/** What a configuration says, for reading. Owns its members; release with fp_config_clear(). */
struct fp_config {
    json_t *document;            /**< the whole of it, a new reference */
    struct fp_platform platform; /**< empty as far as it is not stated */
    struct fp_digest *diff_ids;  /**< one a layer, bottom first */
    size_t diff_id_count;
    char *created; /**< RFC 3339 as written, or NULL */
};

/** A layer that is put on top: its history entry and diff_id. Strings are borrowed. */
struct fp_config_layer {
    struct fp_digest diff_id;
    const char *created_by; /**< "flinkpack build # job" */
    const char *comment;    /**< NULL: none */
    const char *created;    /**< RFC 3339; NULL: when the image was */
};

/** What the new configuration says beside what the base's said. Everything is borrowed. */
struct fp_config_change {
    const struct fp_config_layer *layers; /**< put on top, bottom first */
    size_t layer_count;
    const json_t *env;           /**< object NAME -> value: merged by name, the base's order kept;
                                      null takes one away */
    const json_t *labels;        /**< object: merged; null takes one away */
    const json_t *entrypoint;    /**< array; NULL keeps the base's */
    const json_t *cmd;           /**< array; NULL keeps the base's */
    const json_t *exposed_ports; /**< object "8081/tcp" -> {}: merged; NULL: none */
    const char *user;            /**< NULL keeps the base's */
    const char *working_dir;     /**< NULL keeps the base's */
    const char *created;         /**< RFC 3339 */
    bool keeps_all;              /**< what is said of the base goes for the whole: see below */
};

/**
 * Parse; the number of diff_ids is checked against `layer_count`. A history may tell of more or of
 * fewer layers, as it is only informative.
 * @return FP_OK or FP_E_INPUT naming `name`.
 */
FP_CHECKED enum fp_code fp_config_parse(const char *text, size_t len, size_t layer_count,
                                        const char *name, struct fp_config *ret,
                                        struct fp_error *err);
/**
 * Let `platform` stand where the configuration names no os or no architecture, as that of an image
 * that was put on nothing at all may not.
 * @return Whether something was missing.
 */
bool fp_config_complete(struct fp_config *config, const struct fp_platform *platform);
/** The platform as an index states it: as fp_config_bytes() writes it, whose variant need not be
 * how it is compared. A new reference. */
json_t *fp_config_stated_platform(const struct fp_config *config);
/** A configuration without layers for a platform, for bases that have none (rootfs). */
struct fp_config fp_config_empty(const struct fp_platform *platform);
/**
 * The base's configuration with `change` applied. Without `keeps_all` Healthcheck, OnBuild and the
 * base's org.opencontainers.image.* labels are dropped.
 * @return The bytes to store, canonical JSON. The caller owns them.
 */
char *fp_config_bytes(const struct fp_config *base, const struct fp_config_change *change);
/** How many layers the history tells of. */
size_t fp_config_told_layers(const struct fp_config *config);
/** The value of an environment variable in config.Env, or NULL. The caller owns it. */
char *fp_config_env(const struct fp_config *config, const char *name);
/** Release the members. */
void fp_config_clear(struct fp_config *config);

/** Declare a struct fp_config that is cleared at the end of its scope. */
#define cleanup_config __attribute__((cleanup(fp_config_clear)))

#endif
