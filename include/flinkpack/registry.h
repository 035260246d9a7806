/**
 * @file
 * The registry protocol (OCI distribution-spec 1.1): authentication, blobs, manifests, tags.
 * Knows nothing of images beyond descriptors.
 */
#ifndef FLINKPACK_REGISTRY_H
#define FLINKPACK_REGISTRY_H

#include "flinkpack/http.h"
#include "flinkpack/layer.h"

/** Where credentials come from. Everything is borrowed while in use. */
struct fp_credentials_options {
    const char *username; /**< of the command line, with `password`; NULL: look in the files */
    const char *password; /**< from a file or standard input; never shown */
    const char *authfile; /**< --authfile: the only file looked at; NULL: the usual ones */
};

/** Settings. Everything is borrowed while the registry is open. */
struct fp_registry_options {
    struct fp_http *http;
    struct fp_credentials_options credentials;
    const struct fp_strv *plain_http_hosts; /**< HOST[:PORT] reached without TLS; loopback always */
    uint64_t chunk_bytes;                   /**< upload in pieces of that size; 0: whole blobs */
    struct fp_reporter *reporter;           /**< may be NULL */
};

/** One registry and one repository in it. Safe from every thread. */
struct fp_registry;

/**
 * Open a repository of a registry. Nothing is sent yet.
 * @param reference registry and repository; copied.
 */
FP_CHECKED enum fp_code fp_registry_open(const struct fp_registry_options *options,
                                         const struct fp_reference *reference,
                                         struct fp_registry **ret, struct fp_error *err);
/** Close and free; NULL is fine. */
void fp_registry_close(struct fp_registry *registry);

/**
 * Fetch a manifest or index by tag or digest. Fetched by digest, the bytes are verified.
 * @param reference_text  A tag, or a digest as text.
 * @param body            Gets the bytes; its ceiling bounds them.
 * @param ret_descriptor  Media type, digest (computed here) and size.
 * @return FP_OK, FP_E_NOT_FOUND, FP_E_AUTH, FP_E_NETWORK, FP_E_VERIFY, FP_E_INPUT.
 */
FP_CHECKED enum fp_code fp_registry_get_manifest(struct fp_registry *registry,
                                                 const char *reference_text, struct fp_buf *body,
                                                 struct fp_descriptor *ret_descriptor,
                                                 struct fp_error *err);
/**
 * Ask for a manifest's descriptor without its bytes.
 * @param ret_exists false: 404.
 */
FP_CHECKED enum fp_code fp_registry_head_manifest(struct fp_registry *registry,
                                                  const char *reference_text, bool *ret_exists,
                                                  struct fp_descriptor *ret_descriptor,
                                                  struct fp_error *err);
/** Put a manifest or index under a tag or digest. After a lost answer it looks before repeating. */
FP_CHECKED enum fp_code fp_registry_put_manifest(struct fp_registry *registry,
                                                 const char *reference_text,
                                                 const struct fp_descriptor *descriptor,
                                                 const char *bytes, struct fp_error *err);
/** Whether the repository has a blob. */
FP_CHECKED enum fp_code fp_registry_has_blob(struct fp_registry *registry,
                                             const struct fp_descriptor *descriptor,
                                             bool *ret_exists, struct fp_error *err);
/**
 * Download a blob into a file, resuming; size and digest are verified.
 * @param fd    Open for reading and writing; what it holds is continued from.
 * @param stage May be NULL.
 */
FP_CHECKED enum fp_code fp_registry_fetch_blob(struct fp_registry *registry,
                                               const struct fp_descriptor *descriptor, int fd,
                                               struct fp_stage *stage, struct fp_error *err);

/** What became of a blob. */
enum fp_push_outcome { FP_PUSH_EXISTING, FP_PUSH_MOUNTED, FP_PUSH_UPLOADED };

/**
 * Get a blob into the repository: skip it if it is there, mount it from another repository of the
 * same registry if `mount_from` says one, else upload it.
 * @param blob       The bytes; NULL when there are none here (then a failed mount is
 *                   FP_E_NOT_FOUND, and the caller fetches the bytes and comes again).
 * @param mount_from A repository name, or NULL.
 */
FP_CHECKED enum fp_code
fp_registry_push_blob(struct fp_registry *registry, const struct fp_descriptor *descriptor,
                      const struct fp_blob *blob, const char *mount_from, struct fp_stage *stage,
                      enum fp_push_outcome *ret_outcome, struct fp_error *err);
/** Whether both are repositories of one registry (same scheme, host and port). */
bool fp_registry_same_host(const struct fp_registry *a, const struct fp_registry *b);
/** REGISTRY/REPOSITORY, for messages. Borrowed. */
const char *fp_registry_name(const struct fp_registry *registry);
/** REPOSITORY. Borrowed. */
const char *fp_registry_repository(const struct fp_registry *registry);

FP_DEFINE_CLEANUP(fp_registry_closep, struct fp_registry, fp_registry_close)
/** Declare a registry that is closed at the end of its scope. */
#define cleanup_registry __attribute__((cleanup(fp_registry_closep)))

#endif
