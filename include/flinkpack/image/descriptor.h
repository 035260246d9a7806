/**
 * @file
 * Media types, platforms and descriptors (OCI image-spec 1.1: descriptor.md, media-types.md,
 * image-index.md; Docker's equivalents from distribution's manifest-v2-2).
 */
#ifndef FLINKPACK_IMAGE_DESCRIPTOR_H
#define FLINKPACK_IMAGE_DESCRIPTOR_H

#include <stdint.h>

#include "flinkpack/image/digest.h"

#define FP_MEDIA_OCI_INDEX         "application/vnd.oci.image.index.v1+json"
#define FP_MEDIA_OCI_MANIFEST      "application/vnd.oci.image.manifest.v1+json"
#define FP_MEDIA_OCI_CONFIG        "application/vnd.oci.image.config.v1+json"
#define FP_MEDIA_OCI_LAYER         "application/vnd.oci.image.layer.v1.tar"
#define FP_MEDIA_OCI_LAYER_GZIP    "application/vnd.oci.image.layer.v1.tar+gzip"
#define FP_MEDIA_OCI_LAYER_ZSTD    "application/vnd.oci.image.layer.v1.tar+zstd"
#define FP_MEDIA_OCI_EMPTY         "application/vnd.oci.empty.v1+json"
#define FP_MEDIA_DOCKER_LIST       "application/vnd.docker.distribution.manifest.list.v2+json"
#define FP_MEDIA_DOCKER_MANIFEST   "application/vnd.docker.distribution.manifest.v2+json"
#define FP_MEDIA_DOCKER_CONFIG     "application/vnd.docker.container.image.v1+json"
#define FP_MEDIA_DOCKER_LAYER_GZIP "application/vnd.docker.image.rootfs.diff.tar.gzip"
#define FP_MEDIA_DOCKER_LAYER      "application/vnd.docker.image.rootfs.diff.tar"

/** Longest media type that is accepted (RFC 6838 allows 255). */
#define FP_MEDIA_TYPE_MAX 128

/** Whether it is an OCI index or a Docker manifest list. */
bool fp_media_is_index(const char *media_type);
/** Whether it is an OCI or Docker schema 2 manifest. */
bool fp_media_is_manifest(const char *media_type);
/** Whether it is a distributable layer that flinkpack can read: tar, plain, gzip or zstd. */
bool fp_media_is_layer(const char *media_type);
/**
 * The OCI media type for one of Docker's; an OCI media type is returned unchanged.
 * @return NULL if there is none, as for foreign layers. Static or borrowed from the argument.
 */
const char *fp_media_to_oci(const char *media_type);

/** A normalised platform: linux/amd64, linux/arm/v7. An empty architecture is not stated. Two
 * platforms can be compared by memcmp(), because the bytes after each text are zero. */
struct fp_platform {
    char os[16];
    char architecture[16];
    char variant[16];
    char os_version[64]; /**< Windows only; kept for display */
};

/**
 * Parse OS/ARCH[/VARIANT] and normalise it (x86_64 is amd64, aarch64 arm64, arm64/v8 arm64).
 * @return FP_OK or FP_E_USAGE.
 */
FP_CHECKED enum fp_code fp_platform_parse(const char *text, struct fp_platform *ret,
                                          struct fp_error *err);
/** Normalise in place (containerd's platforms database). */
void fp_platform_normalize(struct fp_platform *platform);
/** Whether an image for `have` runs on `want`; both are normalised. */
bool fp_platform_matches(const struct fp_platform *want, const struct fp_platform *have);
/** "linux/arm/v7". The caller owns it. */
char *fp_platform_text(const struct fp_platform *platform);

/** A descriptor. A value; its holder says whether the JSON members are borrowed or owned. */
struct fp_descriptor {
    char media_type[FP_MEDIA_TYPE_MAX];
    struct fp_digest digest;
    uint64_t size;
    struct fp_platform platform; /**< members that are not stated are empty */
    json_t *stated_platform;     /**< `platform` as it was read and is written again, or NULL */
    json_t *annotations;         /**< an object, or NULL */
    json_t *artifact_type;       /**< a string, or NULL; only in lists of manifests */
};

/**
 * Read a descriptor. Bad digests, negative sizes, over-long media types and `urls` are refused
 * (foreign content is never fetched).
 * @param ret Release with fp_descriptor_clear().
 * @return FP_OK or FP_E_INPUT, naming `name`.
 */
FP_CHECKED enum fp_code fp_descriptor_parse(const json_t *object, const char *name,
                                            struct fp_descriptor *ret, struct fp_error *err);
/** As JSON. A new reference. */
json_t *fp_descriptor_json(const struct fp_descriptor *descriptor);
/** A copy with references of its own. */
struct fp_descriptor fp_descriptor_copy(const struct fp_descriptor *descriptor);
/** Drop the references. */
void fp_descriptor_clear(struct fp_descriptor *descriptor);

/** Declare a descriptor that is cleared at the end of its scope. */
#define cleanup_descriptor __attribute__((cleanup(fp_descriptor_clear)))

#endif
